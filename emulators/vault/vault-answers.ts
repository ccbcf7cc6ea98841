import { type EmulatorResponse, json } from '../server/emulator-server.ts';

/** How a server words "permission denied": older ones and OpenBao, policy refusals, newer ones for a dead token. */
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

/** The frame of every answer that has data. */
export function framed(content: { data?: unknown; auth?: unknown }): EmulatorResponse {
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

/** The members of a JSON body, or undefined where it is no object. */
export function bodyMembers(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
