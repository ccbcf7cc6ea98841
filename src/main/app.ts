import { NO_AUTHENTICATION, openCallers } from '../auth/callers.ts';
import { createLookup } from '../catalogs/lookup.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { observed } from '../runtime/outbound.ts';
import { runService } from '../runtime/run-service.ts';
import type { Deps, Service } from '../runtime/service.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { openBackend, openFoundation } from '../serving/backend.ts';
import { type ServingOptions, startServing } from '../serving/start.ts';
import { createCatalogs } from './catalogs.ts';
import { preflightOf } from './preflight.ts';
import { mainProbes } from './probes.ts';
import { router } from './router.ts';
import { openMainSecrets } from './secrets.ts';
import { type Config, readConfig } from './settings.ts';
import { createSidecarClient } from './sidecar-client.ts';
import { createSidecarConnection } from './sidecar-connection.ts';

/** Timeout (ms) of the request that stops the sidecar's applies. */
const STOP_APPLIES_MS = 2_000;

/** Runs Birddog until it is stopped. `entry` is the program file. */
export async function serve(entry: URL): Promise<void> {
  await runService('serve', readConfig, (config, log) =>
    startMain(config, { clock: systemClock, log }, entry),
  );
}

/**
 * Starts the main process, which authenticates callers, looks applications up and forwards requests for unlisted ones to the
 * sidecar. Rejects when a port, a secret or the ledger cannot be opened.
 */
async function startMain(config: Config, deps: Deps, entry: URL): Promise<Service> {
  const { clock, log } = deps;
  const foundation = await openFoundation('serve', config, deps);
  const { metrics, outbound } = foundation;
  const callers = config.auth
    ? await openCallers(config.auth, {
        outbound: observed(outbound, 'keys', metrics.upstream('issuer')),
        clock,
        log,
      })
    : NO_AUTHENTICATION;
  const secrets = openMainSecrets(config, deps);
  const backend = openBackend(foundation, config, secrets, deps);
  const { keys, datadog, store, shutdown, ports } = backend;
  const connection = createSidecarConnection(secrets.sidecarCertificate);
  const toSidecar = observed(connection, 'other', metrics.upstream('sidecar'));
  const sidecar = createSidecarClient(config.SIDECAR_URL, toSidecar);
  shutdown.phases.leaving.addEventListener('abort', () => {
    const deadline = deadlineAfter(STOP_APPLIES_MS, clock);
    void sidecar.stopApplies(deadline).then(deadline.close);
  });
  const catalogs = createCatalogs(config, deps, {
    outbound,
    credentials: secrets.catalogCredentials.current,
    keys,
    metrics,
  });
  const { CATALOG_TTL_MS: ttlMs, CATALOG_TIMEOUT_MS: timeoutMs } = config;
  const lookup = createLookup({ ...catalogs, ttlMs, timeoutMs, clock, log });
  const probes = mainProbes({
    callers,
    datadog,
    ledger: store.ledger,
    lookup,
    recipients: ports.recipients,
    secrets,
    sidecar,
    now: clock.now,
    afterMs: config.BIRDDOG_INCIDENT_AFTER_MS,
  });
  const tls = secrets.ownCertificate;
  const options: ServingOptions = {
    entry,
    preflightOf,
    serve: router({ callers, lookup, sidecar, ports }),
    callerOf: callers.callerOf,
    precheck: (caller, operation, query) => callers.precheck(caller, { operation, query }),
    bearer: config.auth !== undefined,
    hosts: config.auth ? config.BIRDDOG_HOSTS : 'loopback',
    secrets,
    probing: { probes },
    server: {
      host: config.BIRDDOG_HOST,
      port: config.BIRDDOG_PORT,
      ...(tls ? { tls: tls.current() } : {}),
    },
    ops: { host: config.BIRDDOG_OPS_HOST, port: config.BIRDDOG_OPS_PORT },
    certificate: tls,
    resources: [connection, callers],
  };
  return startServing(backend, config, options, deps);
}
