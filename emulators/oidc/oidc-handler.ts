import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { EmulatorResponse, EmulatorRequest } from '../server/emulator-exchange.ts';
import { json } from '../server/emulator-server.ts';

type JsonFields = Readonly<Record<string, unknown>>;

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonFields;
}

const DEFAULT_LIFETIME_SECONDS = 3600;

/** Creates an OIDC issuer with discovery (OpenID Connect Discovery 1.0) and keys (RFC 7517) at `keysPath`. */
export function createOidcHandler(url: () => string, now: () => number, keysPath: string) {
  let keys = [newKey()];
  return {
    handle({ method, path }: EmulatorRequest): EmulatorResponse | undefined {
      if (method !== 'GET') return undefined;
      if (path === '/.well-known/openid-configuration') return json(200, configuration(url(), keysPath));
      if (path === keysPath) return json(200, { keys: keys.map(({ jwk }) => jwk) });
      return undefined;
    },
    control({ method, path, body }: EmulatorRequest): EmulatorResponse | undefined {
      const route = `${method} ${path}`;
      if (route === 'POST /__control/keys') {
        // Real issuers publish the old key for a while. Here, tokens of the old key become invalid at once.
        keys = [newKey()];
        return { status: 204 };
      }
      if (route === 'POST /__control/tokens') {
        const seconds = Math.floor(now() / 1000);
        const defaults = { iss: url(), iat: seconds, exp: seconds + DEFAULT_LIFETIME_SECONDS };
        const claims: JsonFields = { ...defaults, ...JSON.parse(body || '{}') };
        return { status: 200, headers: { 'content-type': 'application/jwt' }, body: signed(claims, keys[0]) };
      }
      return undefined;
    },
  };
}

function configuration(issuer: string, keysPath: string): JsonFields {
  return {
    issuer,
    jwks_uri: `${issuer}${keysPath}`,
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
    response_types_supported: ['code'],
  };
}

function newKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

function signed(claims: JsonFields, key: SigningKey | undefined): string {
  if (!key) throw new Error('the issuer has no key');
  const part = (value: JsonFields) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: key.kid })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key.privateKey).toString('base64url')}`;
}
