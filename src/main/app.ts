import { readReceivers } from '../health/receivers-file.ts';
import { startWatch } from '../health/start-watch.ts';
import { ANYBODY, openCallers } from '../auth/callers.ts';
import { createLookup } from '../catalogs/lookup.ts';
import { VERSION } from '../contract/version.ts';
import { createDatadog } from '../datadog/datadog.ts';
import { keysFrom } from '../datadog/keys.ts';
import { contractApp } from '../http/contract-app.ts';
import { onlyHosts } from '../http/hosts.ts';
import { openInspector } from '../http/inspection/inspector.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { addSecretMetrics } from '../runtime/secret-metrics.ts';
import { portsOf } from '../http/ports-of.ts';
import { registerSharedMetrics } from '../http/shared-metrics.ts';
import { type Service, startService, type Deps } from '../runtime/service.ts';
import { observed } from '../runtime/observed-outbound.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { pollFolders } from '../runtime/watched-folder.ts';
import { openStore } from '../ledger/ledger.ts';
import { createCatalogs } from './catalogs.ts';
import { mainCheck } from './check.ts';
import type { Config } from './settings.ts';
import { router } from './router.ts';
import { registerMainMetrics } from './main-metrics.ts';
import { createSidecarConnection } from './sidecar-connection.ts';
import { preflightOf } from './preflight.ts';
import { mainConditions } from './conditions.ts';
import { openSecrets } from './secrets.ts';
import { createSidecarClient } from './sidecar-client.ts';

/**
 * Starts the main process, which serves callers. `entry` is the program file, which also runs as the child processes that inspect
 * large bodies. Rejects when a port, a secret or the ledger cannot be opened.
 */
export async function startMain(config: Config, deps: Deps, entry: URL): Promise<Service> {
  const { clock, log } = deps;
  const receivers = await readReceivers(config.BIRDDOG_RECEIVERS);
  const metrics = createMetrics('serve', VERSION);
  const outbound = createOutbound(config.proxy ? { proxy: config.proxy } : {});
  const callers = config.auth
    ? await openCallers(config.auth, {
        outbound: observed(outbound, 'keys', metrics.upstream('issuer')),
        clock,
        log,
        metrics,
      })
    : ANYBODY;
  const secrets = openSecrets(config, deps);
  const keys = keysFrom(secrets.datadogKeys);
  const connection = createSidecarConnection(secrets.sidecarCertificate);
  const datadog = createDatadog({
    ...config.datadog,
    keys,
    outbound: observed(outbound, 'other', metrics.upstream('datadog')),
    clock,
  });
  const toSidecar = observed(connection, 'other', metrics.upstream('sidecar'));
  const sidecar = createSidecarClient(config.SIDECAR_URL, toSidecar);
  const store = openStore(config.BIRDDOG_LEDGER, (error) => log.warn('cache not stored', { error }));
  const ports = portsOf(datadog, store, deps, config.BIRDDOG_MAX_DELETE_PERCENT);
  const catalogs = createCatalogs(config, deps, {
    outbound,
    credentials: secrets.catalogCredentials.current,
    keys,
    metrics,
  });
  const { CATALOG_TTL_MS: ttlMs, CATALOG_TIMEOUT_MS: timeoutMs } = config;
  const lookup = createLookup({ ...catalogs, ttlMs, timeoutMs, clock, log });
  const parts = { ...datadog, callers, catalogs, ledger: store.ledger, lookup, secrets, sidecar };
  registerSharedMetrics(metrics, datadog, store.ledger.readings, clock.now);
  registerMainMetrics(metrics, sidecar, lookup.readings);
  const conditions = mainConditions(parts, config, clock);
  const { request } = datadog;
  const watched = { process: 'serve', config, receivers, conditions, metrics, outbound, request };
  const watch = startWatch(watched, deps);
  const health = { notReady: () => undefined };
  const inspector = openInspector(entry, preflightOf, log);
  const contract = contractApp({
    serve: router({ callers, lookup, sidecar, ports }),
    inspector,
    precheck: (caller, operation, query) => callers.precheck(caller, { operation, query }),
    check: mainCheck(parts, clock, config.BIRDDOG_CHECK_TTL_MS),
    callerOf: callers.callerOf,
    bearer: config.auth !== undefined,
    health,
    clock,
    log,
    metrics,
    version: VERSION,
  });
  const app = onlyHosts(config.auth ? config.BIRDDOG_HOSTS : 'loopback', contract, { clock, log, metrics });
  addSecretMetrics(metrics, { ...secrets, clock });
  const tls = secrets.ownCertificate;
  const { BIRDDOG_HOST: host, BIRDDOG_PORT: port } = config;
  const service = await startService({
    server: { host, port, app, ...(tls ? { tls: tls.current() } : {}) },
    ops: { host: config.BIRDDOG_OPS_HOST, port: config.BIRDDOG_OPS_PORT },
    health,
    metrics,
    resources: [
      outbound,
      connection,
      store,
      watch,
      callers,
      inspector,
      pollFolders(config.BIRDDOG_POLL_MS, secrets.followed),
    ],
  });
  tls?.onChange(service.renew);
  // The certificate may have changed while the ports were opened.
  if (tls) service.renew(tls.current());
  return service;
}
