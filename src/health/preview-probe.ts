import type { Datadog } from '../datadog/datadog.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Failure, SeriesQuery } from '../preview/ports.ts';
import { healthy, type Outcome, type Probe, type ProbeDeps } from './probe.ts';

type PreviewParts = Pick<ProbeDeps, 'now'> & {
  readonly datadog: Pick<Datadog, 'series' | 'transitions'>;
};

/** How long (ms) an outcome is cached, because the limits of these calls are low: without and with a fault. */
const [HEALTHY_MS, FAULT_MS] = [600_000, 60_000];
/** Any metric: an empty answer is an answer. */
const QUERY: SeriesQuery = {
  source: 'metrics',
  text: 'avg:datadog.agent.running{*}',
  method: 'avg',
  by: [],
  pointS: 60,
};

/** Returns the probe of what previews read from Datadog. Without it, everything else works. */
export function previewProbe({ datadog: { series, transitions }, now }: PreviewParts): Probe {
  let cached: { readonly outcome: Outcome; readonly until: number } | undefined;

  async function read(context: RequestContext): Promise<Outcome> {
    const endStep = Math.floor(now() / 60_000);
    const span = { from: endStep * 60 - 60, to: endStep * 60 };
    const [answer, { failure }] = await Promise.all([
      series.fetch({ queries: [QUERY], pointS: 60, firstStep: endStep - 1, endStep }, context),
      transitions.transitions(['0'], span, context),
    ]);
    const faults = [
      ...faultOf('series', 'timeseries_query', answer.kind === 'failed' ? answer : undefined),
      ...faultOf('real transitions', 'events_read', failure),
    ];
    if (faults.length > 0)
      return { state: 'warning', detail: `Previews are incomplete: they have ${faults.join(', and ')}.` };
    return healthy('Previews can read series and real transitions.');
  }

  return {
    name: 'preview',
    requires: {
      name: 'datadog_app_key',
      detail: 'Not checked: Datadog has not accepted the application key.',
    },
    hint: 'Give the application key the scopes, and its owner the permissions, `timeseries_query` and `events_read`; for alerts on logs also `logs_read_data`.',
    async probe(context) {
      if (cached && now() < cached.until) return cached.outcome;
      const outcome = await read(context);
      cached = { outcome, until: now() + (outcome.state === 'ok' ? HEALTHY_MS : FAULT_MS) };
      return outcome;
    },
  };
}

function faultOf(what: string, scope: string, failure: Failure | undefined): string[] {
  if (failure === undefined) return [];
  return [
    failure.reason === 'denied'
      ? `no ${what} without the scope ${scope}`
      : `no ${what} now (${failure.detail.replace(/\.$/, '')})`,
  ];
}
