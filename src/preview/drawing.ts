import type { Comparator, Composite, Condition, Thresholds } from '../evaluate/condition.ts';
import type { Evaluation, GroupEvaluation } from '../evaluate/evaluate.ts';
import { NONE, type State, STATES } from '../evaluate/states.ts';
import { VALUE } from '../evaluate/window-values.ts';
import { everyOf, isReachable, partLengthOf, type ReportContext } from './figures.ts';
import type { Span } from './report.ts';
import { alertTimesOf, worstStates, stateTimesOf } from './state-times.ts';

/** What a picture of one alert shows. Times are UNIX seconds. Every list is bounded. */
export interface Drawing {
  readonly from: number;
  readonly to: number;
  /** Undefined for a composite, which has no values. */
  readonly comparator?: Comparator;
  readonly thresholds: readonly DrawnThreshold[];
  /** The values of windows, the groups with the most time in Alert first. */
  readonly series: readonly DrawnSeries[];
  /** The number of groups that are not in `series`. */
  readonly hiddenGroups: number;
  /** When the most severe state of all groups is not OK. Ascending, without overlaps. */
  readonly spans: readonly DrawnSpan[];
  readonly notifications: readonly DrawnNotification[];
  /** Times whose series were not fetched. */
  readonly missing: readonly Span[];
}

export interface DrawnThreshold {
  readonly kind: 'critical' | 'warning' | 'critical_recovery' | 'warning_recovery';
  readonly value: number;
}

/** One group. Each part of the span has the lowest and the highest value, so that no peak is lost; NaN without values. */
export interface DrawnSeries {
  readonly group: string;
  /** The middle of each part. */
  readonly times: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

export interface DrawnSpan {
  readonly state: Exclude<State, 'none' | 'ok'>;
  readonly from: number;
  readonly to: number;
}

/** The notifications of one part of the span. */
export interface DrawnNotification {
  readonly at: number;
  /** The most severe state that is notified of. */
  readonly to: State;
  readonly count: number;
}

/** A picture has at most so many parts, spans and groups. */
const [MAX_PARTS, MAX_GROUPS] = [300, 5];
const NAMES = [
  ['critical', 'critical'],
  ['warning', 'warning'],
  ['critical_recovery', 'criticalRecovery'],
  ['warning_recovery', 'warningRecovery'],
] as const;

/** Returns what a picture of one evaluated definition shows. */
export function drawingOf(
  read: Condition | Composite,
  evaluation: Evaluation,
  { span, incomplete = [] }: Pick<ReportContext, 'span' | 'incomplete'>,
): Drawing {
  const { times, groups } = evaluation;
  const drawn = read.kind === 'composite' ? [] : byTimeInAlert(evaluation, span).slice(0, MAX_GROUPS);
  const parts = new Parts(span, everyOf(read));
  return {
    from: span.from,
    to: span.to,
    ...(read.kind === 'composite' ? {} : { comparator: read.states.comparator }),
    thresholds: read.kind === 'composite' ? [] : drawnThresholds(read.states.thresholds),
    series: drawn.map(([group, of]) => drawSeries(group, of, evaluation, parts)),
    hiddenGroups: read.kind === 'composite' ? 0 : groups.size - drawn.length,
    spans: drawSpans(evaluation, worstStates(groups.values(), times.length), span, parts),
    notifications: drawNotifications(evaluation, parts),
    missing: incomplete.map(({ from, to }) => ({ from: Date.parse(from) / 1000, to: Date.parse(to) / 1000 })),
  };
}

/** The equal parts that a span is divided into: each has the same number of evaluations. */
class Parts {
  readonly length: number;
  readonly #fromS: number;
  readonly #partS: number;

  constructor(span: Span, everyS: number) {
    this.#fromS = span.from;
    this.#partS = partLengthOf(span, everyS, MAX_PARTS);
    this.length = Math.max(0, Math.ceil((span.to - span.from) / this.#partS));
  }

  indexOf(timeS: number): number {
    return Math.floor((timeS - this.#fromS) / this.#partS);
  }

  startOf(part: number): number {
    return this.#fromS + part * this.#partS;
  }

  middleOf(part: number): number {
    return this.startOf(part + 0.5);
  }
}

function drawnThresholds(thresholds: Thresholds): DrawnThreshold[] {
  return NAMES.flatMap(([kind, name]) => {
    const value = thresholds[name];
    return value !== undefined && isReachable(value) ? [{ kind, value }] : [];
  });
}

/** Returns the groups with the most time in Alert first; equal ones by name. */
function byTimeInAlert(evaluation: Evaluation, span: Span): [string, GroupEvaluation][] {
  return [...evaluation.groups]
    .map(([group, of]) => ({ group, of, ...alertTimesOf(stateTimesOf(evaluation, of.states, span)) }))
    .sort((a, b) => b.total - a.total || (a.group < b.group ? -1 : 1))
    .map(({ group, of }) => [group, of]);
}

function drawSeries(
  group: string,
  { outcomes, values }: GroupEvaluation,
  { times, firstReported }: Evaluation,
  parts: Parts,
): DrawnSeries {
  const lows = new Float64Array(parts.length).fill(Number.NaN);
  const highs = lows.slice();
  for (let at = firstReported; at < times.length; at += 1) {
    if (outcomes[at] !== VALUE) continue;
    const [part, value] = [parts.indexOf(times[at] ?? 0), values[at] ?? Number.NaN];
    if (!(value >= (lows[part] ?? Number.NaN))) lows[part] = value;
    if (!(value <= (highs[part] ?? Number.NaN))) highs[part] = value;
  }
  return { group, times: lows.map((_, part) => parts.middleOf(part)), lows, highs };
}

/** Returns the times of each state that is not OK. If there are too many, each part has its most severe state. */
function drawSpans(evaluation: Evaluation, states: Uint8Array, span: Span, parts: Parts): DrawnSpan[] {
  const exact = stateTimesOf(evaluation, states, span).flatMap(({ state, from, to }) =>
    drawSpan(state, from, to),
  );
  if (exact.length <= MAX_PARTS) return exact;
  const worst = new Uint8Array(parts.length);
  for (let at = evaluation.firstReported; at < states.length; at += 1) {
    const part = parts.indexOf(evaluation.times[at] ?? 0);
    worst[part] = Math.max(worst[part] ?? NONE, states[at] ?? NONE);
  }
  const times = Float64Array.from(worst, (_, part) => parts.startOf(part));
  return stateTimesOf({ times, firstReported: 0 }, worst, span).flatMap(({ state, from, to }) =>
    drawSpan(state, from, to),
  );
}

function drawSpan(index: number, from: number, to: number): DrawnSpan[] {
  const state = STATES[index] ?? 'none';
  return state === 'none' || state === 'ok' ? [] : [{ state, from, to }];
}

function drawNotifications({ notifications }: Evaluation, parts: Parts): DrawnNotification[] {
  const drawn = new Map<number, { to: State; count: number }>();
  for (const { at, to, recipients } of notifications) {
    if (recipients.length === 0) continue;
    const part = parts.indexOf(at);
    const known = drawn.get(part);
    const isWorse = known === undefined || STATES.indexOf(to) > STATES.indexOf(known.to);
    drawn.set(part, {
      to: isWorse ? to : known.to,
      count: (known?.count ?? 0) + recipients.length,
    });
  }
  return [...drawn].map(([part, of]) => ({ at: parts.middleOf(part), ...of }));
}
