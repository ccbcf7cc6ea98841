import { checkReportSchema } from '../contract/check-report.ts';
import { CHECK } from '../contract/operations.ts';
import { VERSION } from '../contract/version.ts';
import { parseTrustedJson } from '../domain/json.ts';
import { failure, healthy, type Outcome, type Probe, type RunProbe } from '../health/probe.ts';
import { BREAKER_STATES, isVersionSkew, type SidecarClient } from './sidecar-client.ts';

/** Interval (ms) of health checks while there are no requests. */
const SIDECAR_EVERY_MS = 10_000;

export type ProbedSidecar = Pick<
  SidecarClient,
  'forward' | 'probe' | 'silent' | 'skewed' | 'state' | 'openings' | 'waiting'
>;

/** Returns the probe of the sidecar. `/check` includes the parts that the sidecar reports. */
export function sidecarProbe(sidecar: ProbedSidecar, afterMs: number): Probe {
  return {
    name: 'sidecar',
    probe: reportProbe(sidecar),
    hint: "Read the sidecar's log and its /healthz. Its launcher restarts it automatically.",
    incident: {
      code: 'sidecar_unavailable',
      title: 'The sidecar is unavailable',
      effect: 'Requests for unlisted applications fail.',
      notifyAfterMs: afterMs,
      fault() {
        if (sidecar.state() !== 'closed')
          return { detail: 'The sidecar does not answer. Requests are not forwarded to it.' };
        if (sidecar.skewed())
          return { detail: 'The sidecar does not know the version of the contract (version_skew).' };
        return sidecar.silent()
          ? { detail: 'The sidecar accepts connections but does not answer.' }
          : undefined;
      },
      // Not its report: the sidecar would probe Datadog each time.
      async refresh(context) {
        await sidecar.probe(context);
        return healthy('The sidecar answers.');
      },
      refreshEveryMs: SIDECAR_EVERY_MS,
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_sidecar_breaker_state',
        help: '1 for the current state of the circuit breaker for the sidecar, 0 for the other states.',
        label: 'state',
        read: () => new Map(BREAKER_STATES.map((state) => [state, state === sidecar.state() ? 1 : 0])),
      },
      {
        type: 'counter',
        name: 'birddog_sidecar_breaker_openings_total',
        help: 'Number of times the circuit breaker for the sidecar has opened.',
        read: sidecar.openings,
      },
      {
        type: 'gauge',
        name: 'birddog_sidecar_waiting',
        help: 'Requests queued for the sidecar.',
        read: sidecar.waiting,
      },
    ],
  };
}

/** Returns a probe that requests the report of the sidecar. */
function reportProbe(sidecar: ProbedSidecar): RunProbe {
  const request = { operation: CHECK, pathAndQuery: CHECK.path, accept: 'json' } as const;
  return async (context): Promise<Outcome> => {
    try {
      const { status, body } = await sidecar.forward({ ...request, context }, []);
      if (status !== 200) {
        const skew = isVersionSkew({ status, body }) ? ' (version_skew)' : '';
        return { state: 'failed', detail: `The sidecar answered with status ${status}${skew}.` };
      }
      const { version, parts } = checkReportSchema.parse(parseTrustedJson(String(body)));
      return {
        state: version === VERSION ? 'ok' : 'warning',
        detail: `The sidecar answers over mutual TLS; version ${version}.`,
        hint: '',
        parts: parts.map((part) => ({ ...part, name: `sidecar_${part.name}` })),
      };
    } catch (error) {
      const { detail } = failure(error);
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
      return { state: 'failed', detail: `${detail}${cause}` };
    }
  };
}
