import { type EmulatorResponse, json } from '../server/emulator-server.ts';
import type { Product } from './vault-seed.ts';

/** The lease that Vault reports for a secret without a TTL, in seconds: 32 days. */
export const SYSTEM_TTL = 2_764_800;

export function failure(status: number, ...errors: string[]): EmulatorResponse {
  return json(status, { errors });
}

/** Rejects a request without saying why. */
export function denied(): EmulatorResponse {
  return failure(403, 'permission denied');
}

/** Rejects a request that no policy of the token allows. */
export function deniedByPolicy(): EmulatorResponse {
  return failure(403, '1 error occurred:\n\t* permission denied\n\n');
}

/** Rejects a token that is unknown, revoked, expired or without uses left. */
export function invalidToken(product: Product): EmulatorResponse {
  if (product === 'openbao') return denied();
  return failure(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
}

interface Content {
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly warnings?: readonly string[];
  readonly lease_duration?: number;
}

/** Creates the response envelope that Vault puts around data. */
export function envelope(content: Content): EmulatorResponse {
  return json(200, {
    request_id: crypto.randomUUID(),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: null,
    auth: null,
    ...content,
  });
}

/** Adds the headers that every response has, and the line feed that ends every body except a 404 with an envelope. */
export function withServerHeaders(response: EmulatorResponse, namespace: string): EmulatorResponse {
  const { status, body } = response;
  const endsInLineFeed = body !== undefined && !(status === 404 && body.startsWith('{"request_id"'));
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      ...(namespace === '' ? {} : { 'x-vault-namespace': namespace }),
      ...response.headers,
    },
    ...(body === undefined ? {} : { body: endsInLineFeed ? `${body}\n` : body }),
  };
}

/** Parses a JSON object; returns undefined for any other body. */
export function bodyFields(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects a body that is not a JSON object, with the message of Go's JSON decoder. */
export function undecodable(body: string): EmulatorResponse {
  const isList = body.trimStart().startsWith('[');
  return failure(
    400,
    isList
      ? 'failed to decode JSON input: json: cannot unmarshal array into Go value of type map[string]interface {}'
      : 'failed to parse JSON input: invalid character',
  );
}
