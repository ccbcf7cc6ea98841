import type { RequestContext } from '../domain/caller.ts';
import { isObject, type JsonObject, own, textOf, toNumber } from '../domain/json.ts';
import type { Steps } from '../domain/steps.ts';
import { evaluatingComposite } from '../evaluate/composite.ts';
import type { Composite, Condition, Refusal } from '../evaluate/condition.ts';
import { type Evaluation, evaluating, type NoticeOptions } from '../evaluate/evaluate.ts';
import type { Downtime } from '../evaluate/notices.ts';
import { NotificationRules } from '../evaluate/notification-rules.ts';
import { lastEvaluation } from '../evaluate/schedule.ts';
import { computingWindows } from '../evaluate/window-values.ts';
import {
  type EvaluatedSpan,
  evaluatedSpan,
  leadInOf,
  MIN_LEAD_IN_S,
  missingIn,
  wantedSeries,
} from './available-span.ts';
import { Definitions, type Reading } from './definitions.ts';
import { Downtimes } from './downtimes.ts';
import { explain, type EvaluatedMonitor } from './explain.ts';
import { isoTime } from './explanation-text.ts';
import type { Explanation, Reason } from './explanation.ts';
import type { FetchedSeries } from './fetch-series.ts';
import { type Failure, reasonOf, type RealTransition } from './ports.ts';
import type { PreviewOptions } from './preview.ts';
import type { Span } from './report.ts';

/** The monitor, the time (UNIX seconds) and the group to explain. */
export interface ToExplain {
  readonly id: string;
  readonly key: string;
  readonly monitor: JsonObject;
  readonly at: number;
  readonly group?: string | undefined;
}

/** Either an explanation, or the reason for not giving one. */
export interface ExplainedMonitor {
  readonly explanation?: Explanation;
  readonly refused?: Reason;
  /** The transitions that Datadog recorded in the day before, newest last. */
  readonly real: readonly (Omit<RealTransition, 'at'> & { readonly at: string })[];
  /** What could not be read, and whether the monitor is muted now or was changed since. */
  readonly notes: readonly Reason[];
}

type Options = Omit<PreviewOptions, 'timeZone'>;

/** The evaluations of the day before are shown, and decide about renotifications. Seconds. */
const BEFORE_S = 86_400;
/** The number of real transitions that are shown. */
const MAX_REAL = 10;

/** Evaluates a monitor up to a time, and explains the last evaluation. */
export async function explainMonitor(
  { id, key, monitor, at, group }: ToExplain,
  { ports, context, run, readMonitors }: Options,
): Promise<ExplainedMonitor> {
  const background: RequestContext = { ...context, lane: 'background' };
  const subject = { key, kind: 'monitor', id, before: monitor } as const;
  const definitions = await Definitions.read([subject], { run, readMonitors });
  const reading = definitions.readingOf(monitor);
  const last = reading?.read.kind === 'condition' ? lastEvaluation(reading.read, at + 1) : undefined;
  const span = { from: Math.min(at - BEFORE_S, last ?? at), to: at + 1 };
  const [{ rules, failure: noRules }, { downtimes, failure: noDowntimes }, real] = await Promise.all([
    ports.rules.rules(background),
    ports.downtimes.downtimes(background),
    ports.transitions.transitions([id], span, background),
  ]);
  const notices = {
    downtimes: new Downtimes(downtimes).of(id, monitor),
    rules: new NotificationRules(rules),
  };
  const conditions = [reading, ...definitions.outside].flatMap((one) =>
    one?.read.kind === 'condition' ? [one.read] : [],
  );
  const wanted = conditions.flatMap((condition) => wantedSeries(condition, span));
  const fetched = await ports.fetchSeries(wanted, background);
  const evaluated = reading && (await run(evaluatingReading(reading, definitions, fetched, span, notices)));
  const isDraft = monitor['draft_status'] === 'draft';
  const explanation =
    evaluated && 'evaluation' in evaluated ? explain({ ...evaluated, isDraft }, group) : undefined;
  const refused = evaluated && 'kind' in evaluated ? evaluated : NO_EVALUATION;
  return {
    ...(explanation ? { explanation } : { refused: { code: refused.code, text: refused.message } }),
    real: (real.transitions.get(id) ?? [])
      .slice(-MAX_REAL)
      .map((transition) => ({ ...transition, at: isoTime(transition.at) })),
    notes: [
      ...changedSince(monitor, at),
      ...mutedNow(monitor, notices.downtimes),
      ...cutGroups(conditions, fetched),
      ...unread('notification_rules_missing', 'The notification rules', noRules),
      ...unread('downtimes_missing', 'The downtimes', noDowntimes),
      ...unread('transitions_missing', 'The real transitions', real.failure),
    ],
  };
}

const NO_EVALUATION = refusal('no_evaluation', 'There is no evaluation at this time.');

function refusal(code: string, message: string): Refusal {
  return { kind: 'refused', code, message };
}

function unread(code: string, what: string, failure: Failure | undefined): Reason[] {
  return failure ? [{ code, text: `${what} could not be read. ${reasonOf(failure)}` }] : [];
}

/** Notes that a monitor was changed after the time that is explained. */
function changedSince(monitor: JsonObject, at: number): Reason[] {
  const changedS = Date.parse(textOf(monitor['modified'])) / 1000;
  if (!(changedS > at)) return [];
  const text = `The monitor was changed at ${isoTime(Math.floor(changedS))}, after this evaluation, and is explained as it is now.`;
  return [{ code: 'changed_since', text }];
}

/** Notes the mutes that Datadog shows in a monitor, without a start, unless a known downtime is the reason. */
function mutedNow(monitor: JsonObject, downtimes: readonly Downtime[]): Reason[] {
  const options = own(monitor, 'options');
  const silenced = isObject(options) ? own(options, 'silenced') : undefined;
  return Object.entries(isObject(silenced) ? silenced : {}).flatMap(([scope, until]) => {
    const endS = toNumber(until) ?? Number.POSITIVE_INFINITY;
    if (downtimes.some(({ end }) => end === endS)) return [];
    const end = Number.isFinite(endS) ? ` until ${isoTime(endS)}` : '';
    const text = `It is muted now for ${scope}${end}. Datadog does not say since when, so this is not part of the explanation.`;
    return [{ code: 'muted_now', text }];
  });
}

function cutGroups(conditions: readonly Condition[], fetched: FetchedSeries): Reason[] {
  const cut = conditions.flatMap(({ queries }) => queries).filter((query) => fetched.cutOf(query) > 0);
  return cut.map(({ text }) => ({
    code: 'groups_cut',
    text: `${JSON.stringify(text)} has too many groups: some are left out.`,
  }));
}

type Evaluated = Omit<EvaluatedMonitor, 'isDraft'>;

function* evaluatingReading(
  { monitor, read }: Reading,
  definitions: Definitions,
  fetched: FetchedSeries,
  span: Span,
  notices: NoticeOptions,
): Steps<Evaluated | Refusal> {
  if (read.kind === 'refused') return read;
  if (read.kind === 'condition') return yield* evaluatingCondition(read, fetched, span, notices);
  return yield* evaluatingMembers(monitor, read, definitions, fetched, span, notices);
}

function* evaluatingCondition(
  read: Condition,
  fetched: FetchedSeries,
  span: Span,
  notices: NoticeOptions,
): Steps<Evaluated | Refusal> {
  const available = lastPart(read, fetched, span);
  if ('kind' in available) return available;
  const series = read.queries.map((query) => fetched.seriesOf(query));
  const windows = yield* computingWindows(read, series, available);
  const evaluation = yield* evaluating(read, windows, notices);
  return { read, windows, evaluation, notices };
}

/** Returns the part of a span that ends with it and has all points; the last evaluation alone if there is no longer one. */
function lastPart(read: Condition, fetched: FetchedSeries, span: Span): EvaluatedSpan | Refusal {
  const missing = missingIn([read], fetched);
  const [first] = missing;
  const last = { from: lastEvaluation(read, span.to) ?? span.from, to: span.to };
  const whole = first ? undefined : { ...span, leadInS: leadInOf(read) };
  const part = whole ?? evaluatedSpan([read], last, missing);
  if (part) return part;
  return refusal('no_series', first ? reasonOf(first) : 'The series could not be read.');
}

function* evaluatingMembers(
  monitor: JsonObject,
  read: Composite,
  definitions: Definitions,
  fetched: FetchedSeries,
  span: Span,
  notices: NoticeOptions,
): Steps<Evaluated | Refusal> {
  const members = new Map<string, Evaluation>();
  for (const name of read.members) {
    const member = definitions.memberOf(monitor, name);
    const memberRead = member && definitions.readingOf(member)?.read;
    if (!memberRead) return refusal('composite_member', `The member ${name} does not exist.`);
    if (memberRead.kind === 'composite')
      return refusal('composite_member', `The member ${name} is a composite.`);
    const evaluated =
      memberRead.kind === 'refused' ? memberRead : yield* evaluatingCondition(memberRead, fetched, span, {});
    if ('kind' in evaluated)
      return refusal('composite_member', `The member ${name} cannot be evaluated. ${evaluated.message}`);
    members.set(name, evaluated.evaluation);
  }
  const evaluation = yield* evaluatingComposite(read, members, { ...span, leadInS: MIN_LEAD_IN_S }, notices);
  return 'kind' in evaluation ? evaluation : { read, evaluation, members, notices };
}
