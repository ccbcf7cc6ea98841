import { type EmulatorResponse, json } from '../server/emulator-server.ts';

/**
 * The forms of "permission denied": `plain` in older versions and OpenBao, `one` for a missing permission, `two` for an
 * invalid token in newer versions.
 */
export type Spelling = 'plain' | 'one' | 'two';

const DENIED: Readonly<Record<Spelling, string>> = {
  plain: 'permission denied',
  one: '1 error occurred:\n\t* permission denied\n\n',
  two: '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n',
};

export function failure(status: number, ...errors: string[]): EmulatorResponse {
  return json(status, { errors });
}

export function denied(spelling: Spelling): EmulatorResponse {
  return failure(403, DENIED[spelling]);
}

/** Creates the response envelope that Vault puts around data. */
export function envelope(content: { data?: unknown; auth?: unknown }): EmulatorResponse {
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

/** Parses a JSON object; returns undefined for any other body. */
export function bodyFields(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
