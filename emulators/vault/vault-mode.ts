import { type EmulatorResponse, json } from '../server/emulator-server.ts';
import { failure } from './vault-answers.ts';

/** The states of a Vault server, the status of `sys/health` in each, and the query parameter that overrides it. */
const MODES = {
  active: { status: 200, parameter: 'activecode' },
  standby: { status: 429, parameter: 'standbycode' },
  /** Redirects clients to the active server instead of forwarding requests. */
  standby_redirecting: { status: 429, parameter: 'standbycode' },
  dr_secondary: { status: 472, parameter: 'drsecondarycode' },
  performance_standby: { status: 473, parameter: 'performancestandbycode' },
  uninitialised: { status: 501, parameter: 'uninitcode' },
  sealed: { status: 503, parameter: 'sealedcode' },
  /** Rejects every request because of a quota; health is as in `active`. */
  over_quota: { status: 200, parameter: 'activecode' },
} as const;
export type Mode = keyof typeof MODES;

const STANDBY = new Set<Mode>(['standby', 'standby_redirecting']);

/** Returns the mode with a name, or undefined. */
export function modeNamed(name: unknown): Mode | undefined {
  return typeof name === 'string' && Object.hasOwn(MODES, name)
    ? Object.keys(MODES).find((mode): mode is Mode => mode === name)
    : undefined;
}

/** Serves `GET /v1/sys/health`, without a token and in every mode. */
export function health(mode: Mode, query: URLSearchParams, now: number): EmulatorResponse {
  const { status, parameter } = MODES[mode];
  const standbyIsHealthy =
    (STANDBY.has(mode) && query.get('standbyok') === 'true') ||
    (mode === 'performance_standby' && query.get('perfstandbyok') === 'true');
  return json(Number(query.get(parameter)) || (standbyIsHealthy ? 200 : status), {
    initialized: mode !== 'uninitialised',
    sealed: mode === 'sealed' || mode === 'uninitialised',
    standby: STANDBY.has(mode) || mode === 'sealed' || mode === 'uninitialised',
    performance_standby: mode === 'performance_standby',
    replication_performance_mode: 'disabled',
    replication_dr_mode: mode === 'dr_secondary' ? 'secondary' : 'disabled',
    server_time_utc: Math.floor(now / 1000),
    version: '2.0.4',
    cluster_name: 'vault-emulator',
  });
}

/** Returns the response to any other request in a mode that serves none. A standby forwards requests, so it serves them. */
export function outOfService(mode: Mode, path: string): EmulatorResponse | undefined {
  if (mode === 'sealed' || mode === 'uninitialised') return failure(503, 'Vault is sealed');
  // No server runs at this address.
  if (mode === 'standby_redirecting')
    return { status: 307, headers: { location: `https://active.vault.example.test:8200/v1/${path}` } };
  if (mode === 'dr_secondary') return failure(400, 'path disabled in replication DR secondary mode');
  if (mode === 'over_quota') {
    const response = failure(429, `request path "${path}": rate limit quota exceeded`);
    return { ...response, headers: { ...response.headers, 'retry-after': '1' } };
  }
  return undefined;
}
