import type { RequestContext } from '../domain/caller.ts';
import { ASSUMPTIONS, type Assumption } from '../evaluate/choices.ts';
import { NotificationRules } from '../evaluate/notification-rules.ts';
import { Downtimes } from './downtimes.ts';
import { Definitions, type ReadingOptions } from './definitions.ts';
import type { FetchSeries } from './fetch-series.ts';
import { type DowntimesPort, type Failure, reasonOf, type RulesPort, type TransitionsPort } from './ports.ts';
import type { Preview, Span, Subject } from './report.ts';
import { SubjectEvaluator } from './subject-evaluator.ts';

/** What a preview reads from Datadog. None of these throws because of Datadog. */
export interface PreviewPorts {
  readonly fetchSeries: FetchSeries;
  readonly transitions: TransitionsPort;
  readonly rules: RulesPort;
  readonly downtimes: DowntimesPort;
}

export interface PreviewOptions extends ReadingOptions {
  readonly ports: PreviewPorts;
  readonly context: RequestContext;
  /** For what is out of hours: an IANA name. */
  readonly timeZone: string;
}

/** What subjects would have done, in their order. */
export type Previewed = ReturnType<SubjectEvaluator['result']> & Pick<Preview, 'assumptions'>;

/** Time (ms) that is left for the answer, and its maximum share of the remaining time. */
const [ANSWER_MS, ANSWER_SHARE] = [3000, 0.25];

/** Evaluates subjects before and after their change. What cannot be read or evaluated in time is reported as such. */
export async function previewAlerts(
  subjects: readonly Subject[],
  span: Span,
  { ports, context, timeZone, run, readMonitors }: PreviewOptions,
): Promise<Previewed> {
  const { deadline } = context;
  const reserveMs = Math.min(ANSWER_MS, deadline.left() * ANSWER_SHARE);
  const background: RequestContext = { ...context, lane: 'background' };
  const definitions = await Definitions.read(subjects, { run, readMonitors });
  const existing = subjects.flatMap(({ id, before }) => (id !== undefined && before ? [id] : []));
  const [{ rules, failure: noRules }, { downtimes, failure: noDowntimes }, real] = await Promise.all([
    ports.rules.rules(background),
    ports.downtimes.downtimes(background),
    ports.transitions.transitions(existing, span, background),
  ]);
  const evaluator = new SubjectEvaluator(subjects, span, {
    definitions,
    fetchSeries: (wanted) => ports.fetchSeries(wanted, background),
    real,
    rules: new NotificationRules(rules),
    downtimes: new Downtimes(downtimes),
    timeZone,
    run,
    isOver: () => deadline.left() <= reserveMs,
  });
  await evaluator.evaluateAll();
  return {
    ...evaluator.result(),
    assumptions: [
      ...ASSUMPTIONS,
      ...unread('notification_rules_missing', 'The notification rules', noRules),
      ...unread('downtimes_missing', 'The downtimes', noDowntimes),
      ...unread('transitions_missing', 'The real transitions', real.failure),
    ],
  };
}

function unread(code: string, what: string, failure: Failure | undefined): Assumption[] {
  return failure ? [{ code, text: `${what} could not be read. ${reasonOf(failure)}` }] : [];
}
