import { VERSION } from '../contract/version.ts';
import { createMetrics, type Metrics } from '../runtime/metrics.ts';
import { opsApp, type Deps } from '../runtime/service.ts';
import { startServer } from '../runtime/server.ts';
import { mintCertificates } from './certificates.ts';
import type { CertificatesConfig, Config } from './settings.ts';
import { expiriesOf } from './certificate-sets.ts';
import { createKeyWatch } from './key-watch.ts';
import { openVault, rereadAuthority, vaultOutbound } from './vault/open-vault.ts';
import { createVaultSession, type VaultSession } from './vault/vault-session.ts';
import { createWatch, type Watch } from './watch.ts';

/** A running `birddog init --watch`. */
export interface RunningWatch {
  /** URL of the ops port, the only port. */
  readonly url: string;
  readonly opsUrl: string;
  /** Revokes the token and stops. The files on disk stay. */
  stop(): Promise<void>;
}

/** Maximum sleep, so that a changed system clock is noticed. */
const MAX_SLEEP_MS = 60_000;

/** Starts to maintain the keys and certificates of a pod. Rejects if the port cannot be opened. */
export async function startWatch(config: Config, deps: Deps): Promise<RunningWatch> {
  const { clock, log } = deps;
  const outbound = vaultOutbound(config);
  const vault = openVault(config, outbound);
  const session = createVaultSession({ vault, ...config.login, clock, log });
  const stopping = new AbortController();
  const options = {
    vault,
    session,
    clock,
    log,
    random: Math.random,
    paths: config.paths,
    intervalMs: config.INIT_INTERVAL_MS,
    rereadAuthority: () => rereadAuthority(config, outbound),
    stopping: stopping.signal,
  };
  const watch = await createWatch({
    ...watchOptions(config, deps),
    keyWatch: (onDisk) => createKeyWatch({ ...options, onDisk }),
  });
  return run(config, deps, watch, stopping, {
    session,
    async close() {
      await session.close();
      outbound.close();
    },
  });
}

/** Starts to maintain only the certificates. Rejects if the port cannot be opened. */
export async function startCertificatesWatch(config: CertificatesConfig, deps: Deps): Promise<RunningWatch> {
  const watch = await createWatch({ ...watchOptions(config, deps), keyWatch: undefined });
  return run(config, deps, watch, new AbortController());
}

function watchOptions(config: CertificatesConfig, { clock, log }: Deps) {
  const { folders, INIT_RENEW_MS: renewMs, INIT_STEP_MS: stepMs } = config;
  return { folders, mint: mintCertificates, renewMs, stepMs, clock, log };
}

interface VaultResources {
  readonly session: VaultSession;
  close(): Promise<void>;
}

async function run(
  config: CertificatesConfig,
  { clock }: Deps,
  watch: Watch,
  stopping: AbortController,
  vaultResources?: VaultResources,
): Promise<RunningWatch> {
  const metrics = createMetrics('init', VERSION);
  addWatchMetrics(metrics, watch, vaultResources?.session, clock.now);
  const health = { notReady: () => whyNotReady(watch) };
  const ops = await startServer({
    host: config.INIT_OPS_HOST,
    port: config.INIT_OPS_PORT,
    app: opsApp(health, metrics),
  });
  const { signal } = stopping;
  const loop = (async () => {
    while (!signal.aborted) {
      const rest = (await watch.runDue()) - clock.now();
      await clock.sleep(Math.min(Math.max(0, rest), MAX_SLEEP_MS), signal).catch(() => undefined);
    }
  })();
  return {
    url: ops.url,
    opsUrl: ops.url,
    async stop() {
      stopping.abort();
      await loop;
      await vaultResources?.close();
      await ops.close();
    },
  };
}

/** Ready means that both sets are written. Vault may be unavailable. */
function whyNotReady(watch: Watch): string | undefined {
  if (watch.upstream()) return undefined;
  return watch.unwritten() ?? watch.keyWatch?.failing() ?? 'no set has been written yet';
}

function addWatchMetrics(
  metrics: Metrics,
  watch: Watch,
  session: VaultSession | undefined,
  now: () => number,
): void {
  const { keyWatch } = watch;
  const secondsLeft = (end: number) => (end - now()) / 1000;
  metrics.readings(
    'gauge',
    'birddog_certificate_seconds_left',
    'Seconds until a certificate on disk expires.',
    'certificate',
    () => {
      const upstream = watch.upstream();
      const [main = 0, sidecar = 0] = upstream ? expiriesOf(upstream) : [];
      return new Map(
        upstream
          ? [
              ['upstream_client', secondsLeft(main)],
              ['upstream_server', secondsLeft(sidecar)],
            ]
          : [],
      );
    },
  );
  metrics.gauge('birddog_init_unwritten', '1 while a set of files cannot be written.', () =>
    watch.unwritten() === undefined ? 0 : 1,
  );
  if (!keyWatch || !session) return;
  metrics.readings(
    'gauge',
    'birddog_secrets_age_seconds',
    'Seconds since the keys on disk were first written.',
    'container',
    () => new Map([...watch.keysWrittenAt()].map(([container, at]) => [container, -secondsLeft(at)])),
  );
  metrics.readings(
    'counter',
    'birddog_init_vault_failures_total',
    'Polls in which the keys could not be read from Vault, or only after a new login, by the failure name in docs/vault.md.',
    'failure',
    keyWatch.failures,
  );
  metrics.gauge('birddog_init_vault_failing', '1 while the keys cannot be read from Vault.', () =>
    keyWatch.failing() === undefined ? 0 : 1,
  );
  metrics.gauge(
    'birddog_init_vault_read_age_seconds',
    'Seconds since the keys were last read from Vault.',
    () => {
      const at = keyWatch.readAt();
      return at === undefined ? undefined : -secondsLeft(at);
    },
  );
  metrics.gauge('birddog_init_token_seconds_left', 'Seconds until the Vault token expires.', () => {
    const end = session.endsAt();
    return end === undefined ? undefined : Math.max(0, secondsLeft(end));
  });
}
