import { type EmulatorResponse, json } from '../server/emulator-server.ts';
import { failure } from './vault-answers.ts';
import type { Product } from './vault-seed.ts';
import { uuidOf } from './vault-tokens.ts';

/** The states of a Vault server, the status of `sys/health` in each, and the query parameter that overrides it. */
const MODES = {
  active: { status: 200, parameter: 'activecode' },
  standby: { status: 429, parameter: 'standbycode' },
  /** Redirects clients to the active server instead of forwarding requests. */
  standby_redirecting: { status: 429, parameter: 'standbycode' },
  /** Vault's, not OpenBao's. */
  dr_secondary: { status: 472, parameter: 'drsecondarycode' },
  /** Vault's, not OpenBao's. */
  performance_standby: { status: 473, parameter: 'performancestandbycode' },
  uninitialised: { status: 501, parameter: 'uninitcode' },
  sealed: { status: 503, parameter: 'sealedcode' },
  /** Rejects every request because of a quota; health is as in `active`. */
  over_quota: { status: 200, parameter: 'activecode' },
  /** Rejects every request after the login because of a quota. */
  reads_over_quota: { status: 200, parameter: 'activecode' },
} as const;
export type Mode = keyof typeof MODES;

const VERSIONS: Readonly<Record<Product, string>> = { openbao: '2.6.2', vault: '2.0.4' };
const CLUSTER = {
  cluster_name: `vault-cluster-${uuidOf('cluster').slice(0, 8)}`,
  cluster_id: uuidOf('cluster'),
};

const STANDBY = new Set<Mode>(['standby', 'standby_redirecting']);
const SEALED = new Set<Mode>(['sealed', 'uninitialised']);

/** Returns the mode with a name, or undefined. */
export function modeNamed(name: unknown): Mode | undefined {
  return typeof name === 'string' && Object.hasOwn(MODES, name)
    ? Object.keys(MODES).find((mode): mode is Mode => mode === name)
    : undefined;
}

/** Serves `GET /v1/sys/health`, without a token and in every mode. */
export function health(mode: Mode, product: Product, query: URLSearchParams, now: number): EmulatorResponse {
  const { status, parameter } = MODES[mode];
  const standbyIsHealthy =
    (STANDBY.has(mode) && query.get('standbyok') === 'true') ||
    (mode === 'performance_standby' && query.get('perfstandbyok') === 'true');
  const sealed = SEALED.has(mode);
  return json(Number(query.get(parameter)) || (standbyIsHealthy ? 200 : status), {
    initialized: mode !== 'uninitialised',
    sealed,
    standby: STANDBY.has(mode) || sealed,
    ...(product === 'vault' ? { performance_standby: mode === 'performance_standby' } : {}),
    replication_performance_mode: sealed ? 'unknown' : 'disabled',
    replication_dr_mode: sealed ? 'unknown' : mode === 'dr_secondary' ? 'secondary' : 'disabled',
    server_time_utc: Math.floor(now / 1000),
    version: VERSIONS[product],
    ...(sealed ? {} : CLUSTER),
  });
}

/** Serves `GET /v1/sys/seal-status`, without a token, in every mode and namespace. */
export function sealStatus(mode: Mode, product: Product): EmulatorResponse {
  const sealed = SEALED.has(mode);
  const shares = mode === 'uninitialised' ? 0 : 1;
  return json(200, {
    type: 'shamir',
    initialized: mode !== 'uninitialised',
    sealed,
    t: shares,
    n: shares,
    progress: 0,
    nonce: '',
    recovery_seal: false,
    version: VERSIONS[product],
    commit_date: '2026-10-26T20:32:27Z',
    migration: false,
    ...(sealed ? {} : CLUSTER),
    storage_type: 'inmem',
  });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  /** True if the client asks a standby not to forward. */
  readonly unforwarded: boolean;
}

/** Returns the response to any other request in a mode that does not serve it. A standby forwards requests, so it serves them. */
export function outOfService(mode: Mode, product: Product, asked: Asked): EmulatorResponse | undefined {
  const { method, path, unforwarded } = asked;
  if (SEALED.has(mode)) return failure(503, 'Vault is sealed');
  // OpenBao's standby serves reads. No server runs at this address.
  const redirects = mode === 'standby_redirecting' && (product === 'vault' || method !== 'GET');
  if (redirects || (STANDBY.has(mode) && unforwarded))
    return { status: 307, headers: { location: `https://active.vault.example.test:8200/v1/${path}` } };
  if (mode === 'dr_secondary') return failure(400, 'path disabled in replication DR secondary mode');
  if (mode === 'over_quota' || (mode === 'reads_over_quota' && !path.endsWith('/login')))
    return failure(429, `request path "${path}": rate limit quota exceeded`);
  return undefined;
}
