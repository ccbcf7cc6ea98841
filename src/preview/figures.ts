import { NEVER } from '../alerts/conditions/missing-for.ts';
import { largest, smallest } from '../domain/append.ts';
import { runAtOnce, type Steps } from '../domain/steps.ts';
import type { Composite, Condition } from '../evaluate/condition.ts';
import { type Evaluation, notifiedGroupOf, type Notification } from '../evaluate/evaluate.ts';
import { VALUE } from '../evaluate/window-values.ts';
import { OutOfHours } from './out-of-hours.ts';
import type {
  Figures,
  GroupFigures,
  MissingSeries,
  NotificationFigures,
  RecipientFigures,
  Span,
  Timeline,
} from './report.ts';
import { addWorst, alertTimesOf, flappingOf, worstStates, stateTimesOf } from './state-times.ts';

/** What a report about one alert needs besides its evaluation. */
export interface ReportContext {
  readonly span: Span;
  /** For what is out of hours: an IANA name. */
  readonly timeZone: string;
  /** Parts of the span without series. */
  readonly incomplete?: readonly MissingSeries[];
}

const WEEK_S = 7 * 86_400;
/** The top groups make this share of the notifications, and are at most so many. */
const [TOP_SHARE, MAX_TOP_GROUPS] = [0.8, 10];
/** The number of parts of a timeline: 3 hours each for 7 days. */
const TIMELINE_PARTS = 56;

/** Returns the figures of one evaluated definition, in time linear in its evaluations. */
export function figuresOf(...of: Parameters<typeof computingFigures>): Figures {
  return runAtOnce(computingFigures(...of));
}

/** Computes the same as `figuresOf`, and yields after each group. */
export function* computingFigures(
  read: Condition | Composite,
  evaluation: Evaluation,
  { span, timeZone, incomplete = [] }: ReportContext,
): Steps<Figures> {
  const { times, firstReported, groups, transitions, notifications, evaluated, skipped } = evaluation;
  const lengthS = span.to - span.from;
  const worst = new Uint8Array(times.length);
  let [longest, flapping] = [0, 0];
  for (const { states } of groups.values()) {
    addWorst(worst, states);
    longest = Math.max(longest, alertTimesOf(stateTimesOf(evaluation, states, span)).longest);
    flapping = Math.max(flapping, flappingOf(states, firstReported));
    yield;
  }
  const whole = alertTimesOf(stateTimesOf(evaluation, worst, span));
  return {
    ...stepsOf(read),
    lead_in_s: Math.max(0, span.from - (times[0] ?? span.from)),
    evaluated,
    skipped: {
      empty: skipped.empty,
      no_finite_value: skipped.noFiniteValue,
      window_not_full: skipped.windowNotFull,
      new_group: skipped.newGroup,
    },
    transitions: transitions.length,
    notifications: countNotifications(notifications, lengthS, new OutOfHours(timeZone)),
    recipients: recipientsOf(notifications, lengthS),
    time_in_alert_s: whole.total,
    time_in_alert_percent: percent(whole.total, lengthS),
    longest_alert_s: longest,
    flapping_percent: rounded(flapping),
    groups: groups.size,
    top_groups: topGroupsOf(read, evaluation, span),
    timeline: yield* computingTimeline(read, evaluation, span),
    ...(incomplete.length === 0 ? {} : { incomplete }),
  };
}

function stepsOf(read: Condition | Composite): Pick<Figures, 'step_s' | 'point_s'> {
  if (read.kind === 'composite') return {};
  return {
    step_s: largest(read.queries.map(({ stepS }) => stepS)),
    point_s: smallest(read.queries.map(({ pointS }) => pointS)),
  };
}

/** Returns the number of messages: one for each recipient of each notification. */
export function messagesOf(notifications: readonly Notification[]): number {
  let count = 0;
  for (const { recipients } of notifications) count += recipients.length;
  return count;
}

/** Returns a count per week, with one decimal. */
export function perWeek(count: number, lengthS: number): number {
  return lengthS > 0 ? rounded((count * WEEK_S) / lengthS) : 0;
}

function countNotifications(
  notifications: readonly Notification[],
  lengthS: number,
  outOfHours: OutOfHours,
): NotificationFigures {
  let [outside, silent] = [0, 0];
  for (const { at, recipients } of notifications) {
    if (recipients.length === 0) silent += 1;
    else if (outOfHours.includes(at)) outside += recipients.length;
  }
  const count = messagesOf(notifications);
  return {
    count,
    per_week: perWeek(count, lengthS),
    out_of_hours_percent: percent(outside, count),
    without_recipient: silent,
  };
}

function recipientsOf(notifications: readonly Notification[], lengthS: number): RecipientFigures[] {
  const counts = new Map<string, number>();
  for (const { recipients } of notifications)
    for (const recipient of recipients) counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
  return [...counts]
    .map(([recipient, count]) => ({ recipient, count, per_week: perWeek(count, lengthS) }))
    .sort((a, b) => b.count - a.count || byText(a.recipient, b.recipient));
}

/** Returns the groups that make most of the notifications; of the transitions if nobody is notified. */
function topGroupsOf(
  { notices: { notifyBy } }: Condition | Composite,
  { times, firstReported, groups, transitions, notifications }: Evaluation,
  span: Span,
): GroupFigures[] {
  const counts = new Map<string, { transitions: number; notifications: number }>();
  const countOf = (group: string) => {
    const known = counts.get(group) ?? { transitions: 0, notifications: 0 };
    counts.set(group, known);
    return known;
  };
  for (const { group } of transitions) countOf(notifiedGroupOf(notifyBy, group)).transitions += 1;
  for (const { group, recipients } of notifications) countOf(group).notifications += recipients.length;
  const weight = notifications.some(({ recipients }) => recipients.length > 0)
    ? 'notifications'
    : 'transitions';
  const sorted = [...counts].sort(([a, left], [b, right]) => right[weight] - left[weight] || byText(a, b));
  const total = sorted.reduce((sum, [, count]) => sum + count[weight], 0);
  const top: GroupFigures[] = [];
  let sum = 0;
  for (const [group, count] of sorted) {
    if (sum >= total * TOP_SHARE || top.length === MAX_TOP_GROUPS) break;
    sum += count[weight];
    const parts = [...groups].filter(([part]) => notifiedGroupOf(notifyBy, part) === group);
    const states = worstStates(
      parts.map(([, part]) => part),
      times.length,
    );
    const { total: alertS } = alertTimesOf(stateTimesOf({ times, firstReported }, states, span));
    top.push({ group, ...count, time_in_alert_s: alertS });
  }
  return top;
}

function* computingTimeline(
  read: Condition | Composite,
  { times, firstReported, groups, notifications }: Evaluation,
  { from, to }: Span,
): Steps<Timeline> {
  const partS = partLengthOf({ from, to }, everyOf(read), TIMELINE_PARTS);
  const length = Math.max(0, Math.ceil((to - from) / partS));
  const partOf = (time: number) => Math.floor((time - from) / partS);
  const counts = Array.from({ length }, () => 0);
  for (const { at, recipients } of notifications)
    counts[partOf(at)] = (counts[partOf(at)] ?? 0) + recipients.length;
  if (read.kind === 'composite') return { part_s: partS, values: [], notifications: counts };
  const { comparator, thresholds } = read.states;
  const sign = comparator.startsWith('<') ? -1 : 1;
  const values = new Float64Array(length).fill(Number.NaN);
  const parts = Int32Array.from(times, partOf);
  for (const group of groups.values()) {
    for (let at = firstReported; at < times.length; at += 1) {
      if (group.outcomes[at] !== VALUE) continue;
      const [part, value] = [parts[at] ?? 0, group.values[at] ?? Number.NaN];
      if (!(value * sign <= (values[part] ?? Number.NaN) * sign)) values[part] = value;
    }
    yield;
  }
  return {
    part_s: partS,
    values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    notifications: counts,
    ...(isReachable(thresholds.critical) ? { comparator, critical: thresholds.critical } : {}),
  };
}

/** Returns whether values can reach a threshold. Alerts on missing data have one that none reaches. */
export function isReachable(threshold: number): boolean {
  return Math.abs(threshold) < NEVER;
}

/** Returns how often a definition is evaluated, in seconds. A composite is evaluated each minute. */
export function everyOf(read: Condition | Composite): number {
  return read.kind === 'composite' ? 60 : read.everyS;
}

/** Returns the length of at most `max` equal parts of a span, each with the same number of evaluations, in seconds. */
export function partLengthOf({ from, to }: Span, everyS: number, max: number): number {
  return Math.max(1, Math.ceil((to - from) / max / everyS)) * everyS;
}

function percent(part: number, whole: number): number {
  return whole > 0 ? rounded((part / whole) * 100) : 0;
}

/** Rounds to one decimal. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
