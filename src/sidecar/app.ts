import { createCheck } from '../check/check.ts';
import { datadogParts } from '../check/datadog-parts.ts';
import { journalPart } from '../check/journal-part.ts';
import { ANSWER_MARGIN, CHECK_MS, runParts } from '../check/run-parts.ts';
import { certificatePart, secretsPart } from '../check/secret-parts.ts';
import { createDatadog } from '../datadog/datadog.ts';
import { keysFrom, readDatadogKeys } from '../datadog/keys.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Caller } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { contractApp, type Incoming } from '../http/contract-app.ts';
import { createMetrics } from '../http/metrics.ts';
import { portsOf } from '../http/ports-of.ts';
import { HEADERS } from '../contract/headers.ts';
import { addSecretMetrics } from '../http/secret-metrics.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import { tellSharedReadings } from '../http/shared-readings.ts';
import { type Service, startService, type Surroundings } from '../http/service.ts';
import { observed } from '../outbound/observed.ts';
import { createOutbound } from '../outbound/outbound.ts';
import { subjectOf } from '../pipeline/subject.ts';
import { hopCertificate } from '../process/certificate-files.ts';
import { follow, lookEvery } from '../process/followed.ts';
import { openStore } from '../store/store.ts';
import { VERSION } from '../contract/version.ts';
import type { Config } from './config.ts';

/** The one client that is let in: the name in the certificate `birddog init` minted for Birddog. */
const CLIENT_URI = 'urn:birddog:main';
/** All containers of a pod share its network; loopback keeps every other pod out. */
const HOST = '127.0.0.1';

/** Starts the sidecar: it serves applications that are not listed, and takes requests from Birddog alone. */
export async function startSidecar(config: Config, { clock, log }: Surroundings): Promise<Service> {
  const datadogKeys = follow({
    part: 'datadog_keys',
    folder: config.BIRDDOG_SECRETS,
    read: readDatadogKeys,
    log,
  });
  const certificate = follow({
    part: 'hop_certificate',
    folder: config.BIRDDOG_CERTIFICATES || config.BIRDDOG_SECRETS,
    read: hopCertificate({ now: clock.now, log }),
    log,
  });
  const followed = [datadogKeys, certificate];
  const metrics = createMetrics('sidecar', VERSION);
  const outbound = createOutbound(config.proxy ? { proxy: config.proxy } : {});
  const keys = keysFrom(datadogKeys);
  const datadog = createDatadog({
    ...config.datadog,
    keys,
    outbound: observed(outbound, 'other', metrics.hop('datadog')),
    clock,
  });
  const store = openStore(config.BIRDDOG_JOURNAL, (error) => log.warn('hints not kept', { error }));
  const ports = portsOf(datadog, store, { clock, log });
  tellSharedReadings(metrics, datadog, store.journal.readings, clock.now);
  const app = contractApp({
    serve: (incoming) => {
      const { operation, query, sent } = incoming;
      incoming.goes('sidecar');
      if (operation.verb !== 'lint') subjectOf({ operation, query, ...(sent ? { body: sent.decoded } : {}) });
      return servePipeline(incoming, { way: 'sidecar', missingFrom: missingFrom(incoming) }, ports);
    },
    check: createCheck({
      version: VERSION,
      clock,
      ttlMs: config.BIRDDOG_CHECK_TTL_MS,
      look: (context) => {
        const parts = [
          certificatePart('certificate', certificate, clock.now),
          secretsPart(followed),
          ...datadogParts(datadog.request),
          journalPart(store.journal, clock.now),
        ];
        // What it has found by then has to arrive before Birddog's own time for it ends.
        return runParts(parts, context, clock, Math.min(CHECK_MS, context.deadline.left() - ANSWER_MARGIN));
      },
    }),
    callerOf,
    clock,
    log,
    metrics,
    version: VERSION,
  });
  addSecretMetrics(metrics, {
    followed,
    ends: {
      hop: () => certificate.current().endsAt,
      hop_ca: () => certificate.current().caEndsAt,
    },
    clock,
  });
  const service = await startService({
    server: {
      host: HOST,
      port: config.SIDECAR_PORT,
      app,
      mutualTls: { ...certificate.current(), clientUri: CLIENT_URI },
    },
    ops: { host: config.SIDECAR_OPS_HOST, port: config.SIDECAR_OPS_PORT },
    health: { notReady: () => undefined },
    metrics,
    resources: [outbound, store, lookEvery(config.BIRDDOG_LOOK_MS, followed)],
  });
  certificate.onTake(service.renew);
  return service;
}

/** Birddog says who asks; its certificate says that it is Birddog. */
function callerOf(header: (name: string) => string | undefined): Caller {
  const name = header(HEADERS.caller);
  if (name === undefined || name === '') {
    throw new ProblemError('unauthenticated', 'The header Birddog-Caller says nobody asks.');
  }
  try {
    return { name: decodeURIComponent(name) };
  } catch {
    throw new ProblemError('bad_request', 'The header Birddog-Caller is not percent-encoded text.');
  }
}

function missingFrom({ header }: Incoming) {
  const names = (header(HEADERS.missingFrom) ?? '').split(',');
  return CATALOG_NAMES.filter((name) => names.includes(name));
}
