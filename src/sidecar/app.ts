import { datadogProbes } from '../health/datadog-probes.ts';
import { ledgerProbe } from '../health/ledger-probe.ts';
import { PROBE_TIMEOUT_MS } from '../health/probe.ts';
import { previewProbe } from '../health/preview-probe.ts';
import { recipientsProbe } from '../health/recipients-probe.ts';
import { scopesProbe } from '../health/scopes-probe.ts';
import { secretProbes } from '../health/secret-probes.ts';
import type { Incoming } from '../http/contract-app.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import type { Ports } from '../pipeline/ports.ts';
import { type Reply, textReply } from '../runtime/reply.ts';
import { runService } from '../runtime/run-service.ts';
import type { Deps, Service } from '../runtime/service.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { openBackend, openFoundation } from '../serving/backend.ts';
import { openSecrets } from '../serving/secrets.ts';
import { type ServingOptions, startServing } from '../serving/start.ts';
import { isOffline, STOP_APPLIES } from '../contract/operations.ts';
import { callerOf, routeFrom } from './forwarded-headers.ts';
import { preflightOf } from './preflight.ts';
import { type Config, readConfig } from './settings.ts';

/** The only accepted client: the name in the certificate that `birddog init` creates for the main container. */
const CLIENT_URI = 'urn:birddog:main';
/** All containers of a pod share its network; listening on loopback excludes other pods. */
const HOST = '127.0.0.1';
/** Time (ms) that remains to send the report of `/check` before the deadline of the caller. */
const REPORT_MARGIN_MS = 500;

/** Runs the sidecar until it is stopped. `entry` is the program file. */
export async function serve(entry: URL): Promise<void> {
  await runService('sidecar', readConfig, (config, log) =>
    startSidecar(config, { clock: systemClock, log }, entry),
  );
}

/**
 * Starts the sidecar, which serves unlisted applications and accepts requests only from the main container. Rejects when a
 * port, a secret or the ledger cannot be opened.
 */
async function startSidecar(config: Config, deps: Deps, entry: URL): Promise<Service> {
  const { clock } = deps;
  const foundation = await openFoundation('sidecar', config, deps);
  const secrets = openSecrets(config, deps);
  const backend = openBackend(foundation, config, secrets, deps);
  const { datadog, store, applyStop, ports } = backend;
  const { sidecarCertificate } = secrets;
  const afterMs = config.BIRDDOG_INCIDENT_AFTER_MS;
  const parts = { datadog, ledger: store.ledger, secrets, now: clock.now, afterMs };
  const options: ServingOptions = {
    entry,
    preflightOf,
    serve: (incoming) => serveUnlisted(incoming, ports),
    callerOf,
    internal: {
      [`POST ${STOP_APPLIES}`]: () => {
        applyStop.stop();
        return textReply(200, 'application/json', '{}');
      },
    },
    // The main container forwards what remains of the client's deadline.
    minDeadlineMs: 1,
    reportsMayStillLand: true,
    hosts: 'loopback',
    secrets,
    probing: {
      probes: [
        ...secretProbes(parts),
        ...datadogProbes(parts),
        scopesProbe(parts),
        previewProbe(parts),
        ledgerProbe(parts),
        ...recipientsProbe(ports.recipients),
      ],
      // The report must arrive before the probe in the main container times out.
      timeoutMs: ({ deadline }) =>
        Math.max(1, Math.min(PROBE_TIMEOUT_MS, deadline.left() - REPORT_MARGIN_MS)),
    },
    server: {
      host: HOST,
      port: config.SIDECAR_PORT,
      mutualTls: { ...sidecarCertificate.current(), clientUri: CLIENT_URI },
    },
    ops: { host: config.SIDECAR_OPS_HOST, port: config.SIDECAR_OPS_PORT },
    certificate: sidecarCertificate,
    resources: [],
  };
  return startServing(backend, config, options, deps);
}

async function serveUnlisted(incoming: Incoming, ports: Omit<Ports, 'audit'>): Promise<Reply> {
  const { operation, query, inspection, audit, header } = incoming;
  incoming.routedTo('unlisted');
  if (isOffline(operation) && inspection) return inspection.answer();
  const { subject } = inspection ? await inspection.preflight() : preflightOf({ operation, query });
  audit.isAbout({ query, body: { application: subject.application } });
  return servePipeline(incoming, routeFrom(header), ports);
}
