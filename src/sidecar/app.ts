import { sharedConditions } from '../health/shared-conditions.ts';
import { readReceivers } from '../health/receivers-file.ts';
import { startWatch } from '../health/start-watch.ts';
import { createDatadog } from '../datadog/datadog.ts';
import { keysFrom } from '../datadog/keys.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import { AUTH_METHODS, type AuthMethod, type Caller, isName } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { contractApp, type Incoming } from '../http/contract-app.ts';
import { onlyHosts } from '../http/hosts.ts';
import { openInspector } from '../http/inspection/inspector.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { portsOf } from '../http/ports-of.ts';
import { HEADERS } from '../domain/headers.ts';
import { addSecretMetrics } from '../runtime/secret-metrics.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import { registerSharedMetrics } from '../http/shared-metrics.ts';
import { type Service, startService, type Deps } from '../runtime/service.ts';
import { observed } from '../runtime/observed-outbound.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { preflightOf } from './preflight.ts';
import { pollFolders } from '../runtime/watched-folder.ts';
import { openStore } from '../ledger/ledger.ts';
import { VERSION } from '../contract/version.ts';
import { sidecarCheck } from './check.ts';
import type { Config } from './settings.ts';
import { openSecrets } from './secrets.ts';

/** The only accepted client: the name in the certificate that `birddog init` creates for the main container. */
const CLIENT_URI = 'urn:birddog:main';
/** All containers of a pod share its network; listening on loopback excludes other pods. */
const HOST = '127.0.0.1';

/**
 * Starts the sidecar, which serves unlisted applications and accepts requests only from the main container. `entry` is the
 * program file, which also runs as the child processes that inspect large bodies.
 */
export async function startSidecar(config: Config, deps: Deps, entry: URL): Promise<Service> {
  const { clock, log } = deps;
  const receivers = await readReceivers(config.BIRDDOG_RECEIVERS);
  const secrets = openSecrets(config, deps);
  const metrics = createMetrics('sidecar', VERSION);
  const outbound = createOutbound(config.proxy ? { proxy: config.proxy } : {});
  const keys = keysFrom(secrets.datadogKeys);
  const datadog = createDatadog({
    ...config.datadog,
    keys,
    outbound: observed(outbound, 'other', metrics.upstream('datadog')),
    clock,
  });
  const store = openStore(config.BIRDDOG_LEDGER, (error) => log.warn('cache not stored', { error }));
  const ports = portsOf(datadog, store, deps, config.BIRDDOG_MAX_DELETE_PERCENT);
  registerSharedMetrics(metrics, datadog, store.ledger.readings, clock.now);
  const health = { notReady: () => undefined };
  const inspector = openInspector(entry, preflightOf, log);
  const contract = contractApp({
    serve: async (incoming) => {
      const { operation, query, inspection, audit } = incoming;
      incoming.routedTo('unlisted');
      if (operation.verb === 'lint' && inspection) return inspection.lint();
      const { subject } = inspection ? await inspection.preflight() : preflightOf({ operation, query });
      audit.isAbout({ query, body: { application: subject.application } });
      return servePipeline(incoming, { route: 'unlisted', missingFrom: missingFrom(incoming) }, ports);
    },
    inspector,
    check: sidecarCheck({ ...datadog, ledger: store.ledger, secrets }, clock, config.BIRDDOG_CHECK_TTL_MS),
    callerOf,
    health,
    clock,
    log,
    metrics,
    version: VERSION,
  });
  const app = onlyHosts('loopback', contract, { clock, log, metrics });
  addSecretMetrics(metrics, { ...secrets, clock });
  const conditions = sharedConditions({
    ...datadog,
    ledger: store.ledger,
    followed: secrets.followed,
    certificates: { upstream: secrets.sidecarCertificate },
    now: clock.now,
    afterMs: config.BIRDDOG_INCIDENT_AFTER_MS,
  });
  const watch = startWatch(
    { process: 'sidecar', config, receivers, conditions, metrics, outbound, request: datadog.request },
    deps,
  );
  const service = await startService({
    server: {
      host: HOST,
      port: config.SIDECAR_PORT,
      app,
      mutualTls: { ...secrets.sidecarCertificate.current(), clientUri: CLIENT_URI },
    },
    ops: { host: config.SIDECAR_OPS_HOST, port: config.SIDECAR_OPS_PORT },
    health,
    metrics,
    resources: [outbound, store, watch, inspector, pollFolders(config.BIRDDOG_POLL_MS, secrets.followed)],
  });
  secrets.sidecarCertificate.onChange(service.renew);
  // The certificate may have changed while the ports were opened.
  service.renew(secrets.sidecarCertificate.current());
  return service;
}

/** Longest percent-encoded caller name. */
const MAX_CALLER_CHARACTERS = 1800;

/** Returns the caller that the main container has authenticated and authorized. Its client certificate proves the sender. */
function callerOf(header: (name: string) => string | undefined): Caller {
  const name = header(HEADERS.caller);
  if (name === undefined || name === '') {
    throw new ProblemError('unauthenticated', 'The header Birddog-Caller is required.');
  }
  const decoded = name.length > MAX_CALLER_CHARACTERS ? undefined : percentDecoded(name);
  if (!isName(decoded)) {
    throw new ProblemError(
      'bad_request',
      'The header Birddog-Caller is not a valid name. Use at most 200 characters, percent-encoded, none of them invisible.',
    );
  }
  return { name: decoded, auth: authOf(header(HEADERS.callerAuth)) };
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Returns how the main container authenticated the caller; `none` without the header. */
function authOf(text = 'none'): AuthMethod {
  const auth = AUTH_METHODS.find((one) => one === text);
  if (auth !== undefined) return auth;
  throw new ProblemError(
    'bad_request',
    `The header Birddog-Caller-Auth must be one of ${AUTH_METHODS.join(', ')}.`,
  );
}

function missingFrom({ header }: Incoming) {
  const names = (header(HEADERS.missingFrom) ?? '').split(',');
  return CATALOG_NAMES.filter((name) => names.includes(name));
}
