import { VERSION } from '../contract/version.ts';
import { createDatadog, type Datadog } from '../datadog/datadog.ts';
import { keysFrom, type KeySource } from '../datadog/keys.ts';
import type { DatadogTarget } from '../datadog/sites.ts';
import { readReceivers, type Receivers } from '../health/receivers-file.ts';
import { openSharedStore, openStore, type Store } from '../ledger/ledger.ts';
import type { Ports } from '../pipeline/ports.ts';
import { createFetchSeries } from '../preview/fetch-series.ts';
import { createSemaphore } from '../runtime/concurrency/semaphore.ts';
import { createMetrics, type Metrics } from '../runtime/metrics.ts';
import { observed, createOutbound, type Outbound, type ProxySettings } from '../runtime/outbound.ts';
import type { Deps } from '../runtime/service.ts';
import type { Settings } from '../runtime/settings.ts';
import { type ApplyStop, createApplyStop, createShutdown, type Shutdown } from '../runtime/shutdown.ts';
import { type HandlesFile, openHandlesFile, recipientsOf } from './recipients.ts';
import type { Secrets } from './secrets.ts';
import type { servingSettings } from './settings.ts';

/** The settings of a serving process that both containers have. */
export interface SharedConfig extends Settings<typeof servingSettings> {
  readonly datadog: DatadogTarget;
  readonly proxy: ProxySettings | undefined;
}

/** What a serving process opens before it reads its secrets. */
export interface Foundation {
  readonly command: 'serve' | 'sidecar';
  readonly metrics: Metrics;
  /** Connections to every upstream except the sidecar. */
  readonly outbound: Outbound;
  readonly receivers: Receivers;
  /** The file of known recipients, if there is one. */
  readonly handlesFile: HandlesFile | undefined;
}

/** Maximum sockets per host. A few applies use 16 each, and the requests of others must not wait for them. */
const SOCKETS = 64;

/** Everything behind the pipeline of a serving process. */
export interface Backend extends Foundation {
  readonly keys: KeySource;
  readonly datadog: Datadog;
  readonly store: Store;
  readonly shutdown: Shutdown;
  readonly applyStop: ApplyStop;
  /** The ports of the pipeline. */
  readonly ports: Omit<Ports, 'audit'>;
}

/** Opens what needs only settings, so that a fault of a settings file is reported first. Throws SettingsError. */
export async function openFoundation(
  command: Foundation['command'],
  config: SharedConfig,
  { log }: Pick<Deps, 'log'>,
): Promise<Foundation> {
  return {
    command,
    metrics: createMetrics(command, VERSION),
    outbound: createOutbound({ sockets: SOCKETS, ...(config.proxy ? { proxy: config.proxy } : {}) }),
    receivers: await readReceivers(config.BIRDDOG_RECEIVERS),
    handlesFile: await openHandlesFile(config.BIRDDOG_HANDLES, log),
  };
}

/** Limits on previews: each has up to 256 MiB of points. */
const PREVIEWS = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 32, maxWaitingPerCaller: 8 };

type LedgerSecrets = Pick<Secrets, 'ledgerCredentials'>;

/** Opens the Datadog client and the ledger. */
export function openBackend(
  foundation: Foundation,
  config: SharedConfig,
  secrets: LedgerSecrets & Pick<Secrets, 'datadogKeys'>,
  { clock, log }: Deps,
): Backend {
  const { command, metrics, outbound } = foundation;
  const keys = keysFrom(secrets.datadogKeys);
  const store = storeAt(config, command, secrets, { clock, log });
  const datadog = createDatadog({
    ...config.datadog,
    keys,
    budgetShare: config.BIRDDOG_BUDGET_SHARE,
    grantCalls: config.BIRDDOG_LEDGER.database === 'PostgreSQL' ? store.ledger.grantCalls : undefined,
    outbound: observed(outbound, 'other', metrics.upstream('datadog')),
    clock,
  });
  const { ledger, objectCache, fingerprints } = store;
  const ports = {
    ...datadog.objects,
    auditTrail: datadog.auditTrail,
    policies: datadog.policies,
    recipients: recipientsOf(config.BIRDDOG_HANDLES, foundation.handlesFile, datadog.request, clock),
    validator: config.BIRDDOG_VALIDATE ? datadog.validator : undefined,
    preview: previewPortsOf(datadog, store, clock),
    previewSlots: createSemaphore(PREVIEWS, 'previews in progress'),
    ledger,
    objectCache,
    fingerprints,
    clock,
    settleMs: config.BIRDDOG_SETTLE_MS,
    maxDeletePercent: config.BIRDDOG_MAX_DELETE_PERCENT,
    maxChangePercent: config.BIRDDOG_MAX_CHANGE_PERCENT,
    timeZone: config.BIRDDOG_TIME_ZONE,
  };
  const shutdown = createShutdown(config.BIRDDOG_DRAIN_MS, clock);
  const applyStop = createApplyStop(shutdown.phases);
  return { ...foundation, keys, datadog, store, shutdown, applyStop, ports };
}

function previewPortsOf(
  { series, transitions, rules, downtimes }: Datadog,
  { ledger: { cache } }: Store,
  clock: Deps['clock'],
): Ports['preview'] {
  return { fetchSeries: createFetchSeries({ series, cache, clock }), transitions, rules, downtimes };
}

function storeAt(
  {
    BIRDDOG_LEDGER: place,
    BIRDDOG_HISTORY_DAYS: historyDays,
  }: Pick<SharedConfig, 'BIRDDOG_LEDGER' | 'BIRDDOG_HISTORY_DAYS'>,
  command: Foundation['command'],
  { ledgerCredentials }: LedgerSecrets,
  { clock, log }: Deps,
): Store {
  const options = { clock, failed: (error: unknown) => log.warn('cache not stored', { error }) };
  if (place.database === 'SQLite') return openStore(place.file, options);
  if (!ledgerCredentials) throw new Error('the credentials of the ledger have not been read');
  const credentials = () => {
    // The files may have changed since the last poll.
    ledgerCredentials.poll();
    return ledgerCredentials.current();
  };
  const shared = { url: place.url, credentials, applicationName: `birddog-${command}` };
  return openSharedStore(shared, { ...options, historyDays });
}
