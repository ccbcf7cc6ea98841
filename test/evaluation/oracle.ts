/**
 * A second opinion about evaluation: recomputes each evaluation from the raw points, slowly and without any code of src/. It
 * follows the same description of Datadog.
 */

export type OracleAggregation = 'avg' | 'sum' | 'min' | 'max';
/** Points of one query and group: UNIX seconds and value. */
export type OraclePoints = readonly (readonly [time: number, value: number])[];

export interface OracleQuery {
  readonly kind: 'gauge' | 'count' | 'rate';
  readonly stepS: number;
  readonly fill?: { readonly mode: 'last' | 'linear' | 'zero'; readonly limitS: number };
  readonly hasDefaultZero: boolean;
}

export interface OracleCase {
  readonly aggregation: OracleAggregation;
  readonly windowS: number;
  readonly bucketS: number;
  readonly queries: readonly OracleQuery[];
  /** Between the first query and the second one, or the constant. */
  readonly operator?: '+' | '-' | '*' | '/';
  readonly constant?: number;
  readonly change?: { readonly shiftS: number; readonly isPercent: boolean };
  readonly comparator: '>' | '>=' | '<' | '<=';
  readonly critical: number;
  readonly warning?: number;
  readonly criticalRecovery?: number;
  readonly warningRecovery?: number;
  readonly delayS: number;
  readonly fullWindow: boolean;
  readonly isGrouped: boolean;
  readonly newGroupDelayS: number;
  readonly missing: 'nothing' | 'legacy' | 'default' | 'show_no_data' | 'show_and_notify_no_data' | 'resolve';
  readonly timeFrameS: number;
  readonly timeoutS: number;
  readonly renotifyS: number;
  readonly renotifyCount: number;
  readonly renotifyStatuses: readonly string[];
  readonly notifiesWhole: boolean;
  readonly downtimes: readonly {
    readonly start: number;
    readonly end: number;
    readonly isCanceled: boolean;
    readonly mutesFirstRecovery: boolean;
  }[];
  /** The points of each query, by group. */
  readonly groups: ReadonlyMap<string, readonly OraclePoints[]>;
  readonly from: number;
  readonly to: number;
}

const SEVERITY = ['none', 'ok', 'no_data', 'warn', 'alert'];
const aggregate = (how: OracleAggregation, values: readonly number[]): number => {
  if (values.length === 0) return Number.NaN;
  const sum = values.reduce((total, value) => total + value, 0);
  return { avg: sum / values.length, sum, min: Math.min(...values), max: Math.max(...values) }[how];
};
const holds = (comparator: string, value: number, limit: number) =>
  ({ '>': value > limit, '>=': value >= limit, '<': value < limit, '<=': value <= limit })[comparator] ===
  true;
const recovered = (comparator: string, value: number, limit: number) => !holds(comparator, value, limit);

/** The points of one group, and what an evaluation at a moment sees of them. */
class Look {
  readonly #case: OracleCase;
  readonly #byStep: readonly Map<number, (readonly [number, number])[]>[];
  readonly #points: readonly OraclePoints[];
  now = 0;

  constructor(given: OracleCase, points: readonly OraclePoints[]) {
    this.#case = given;
    this.#points = points;
    this.#byStep = given.queries.map(({ stepS }, at) =>
      Map.groupBy(points[at] ?? [], ([time]) => time - (time % stepS)),
    );
  }

  points(query: number, step: number) {
    return (this.#byStep[query]?.get(step) ?? []).filter(([time]) => time < this.now);
  }

  sample(query: number, step: number): number {
    const values = this.points(query, step).map(([, value]) => value);
    return aggregate(this.#case.queries[query]?.kind === 'gauge' ? 'avg' : 'sum', values);
  }

  /** The value of a query at a step, filled. */
  value(query: number, step: number): number {
    const { stepS = 60, fill, hasDefaultZero = false, kind } = this.#case.queries[query] ?? {};
    const isInterpolated = hasDefaultZero && kind === 'gauge' && !fill;
    const rule = isInterpolated ? ({ mode: 'linear', limitS: 300 } as const) : fill;
    const own = this.sample(query, step);
    if (!Number.isNaN(own)) return own;
    for (let back = stepS; back <= (rule?.limitS ?? 0); back += stepS) {
      const before = this.sample(query, step - back);
      if (Number.isNaN(before)) continue;
      if (rule?.mode !== 'linear') return rule?.mode === 'zero' ? 0 : before;
      for (let ahead = stepS; step + ahead < this.now; ahead += stepS) {
        const after = this.sample(query, step + ahead);
        if (!Number.isNaN(after)) return before + ((after - before) * back) / (back + ahead);
      }
      return before;
    }
    return hasDefaultZero ? 0 : Number.NaN;
  }

  /** The starts of the steps in a window. */
  steps(query: number, start: number, end: number): number[] {
    const { stepS = 60 } = this.#case.queries[query] ?? {};
    const starts: number[] = [];
    for (let step = Math.ceil(start / stepS) * stepS; step < end; step += stepS) starts.push(step);
    return starts;
  }

  present(query: number, start: number, end: number): number[] {
    return this.steps(query, start, end)
      .map((step) => this.value(query, step))
      .filter((value) => !Number.isNaN(value));
  }

  calculate(left: number, right: number): number {
    const { operator } = this.#case;
    if (operator === undefined) return left;
    const result = { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[operator];
    return Number.isFinite(result) ? result : Number.NaN;
  }

  isEmpty(start: number, end: number): boolean {
    const has = this.#case.queries.map((_, query) => this.present(query, start, end).length > 0);
    return (
      !has.includes(true) || has.some((each, query) => !each && this.#case.queries[query]?.kind === 'gauge')
    );
  }

  /** Whether each query is aggregated before arithmetic. */
  get aggregatesFirst(): boolean {
    const { queries, operator, change } = this.#case;
    return queries.some(({ kind }) => kind === 'count') && (operator !== undefined || change !== undefined);
  }

  whole(start: number, end: number): number {
    const { queries, aggregation, constant = Number.NaN } = this.#case;
    const of = (query: number) => {
      const value = aggregate(aggregation, this.present(query, start, end));
      return Number.isNaN(value) && queries[query]?.kind !== 'gauge' ? 0 : value;
    };
    return this.calculate(of(0), queries.length > 1 ? of(1) : constant);
  }

  atStep(step: number): number {
    const { queries, operator, constant = Number.NaN } = this.#case;
    const values = queries.map((_, query) => this.value(query, step));
    const aligned = values.map((value, query) =>
      operator !== undefined &&
      queries[query]?.kind !== 'gauge' &&
      Number.isNaN(value) &&
      values.some((each) => !Number.isNaN(each))
        ? 0
        : value,
    );
    return this.calculate(aligned[0] ?? Number.NaN, aligned[1] ?? constant);
  }

  /** The outcome of an evaluation: `empty`, `skipped` or a value. */
  outcome(): 'empty' | 'skipped' | number {
    const { delayS, windowS, change, aggregation, fullWindow, isGrouped } = this.#case;
    const [end, start] = [this.now - delayS, this.now - delayS - windowS];
    if (isGrouped && !this.#points.some((points) => points.some(([time]) => time < this.now))) return 'empty';
    const isEmpty = this.isEmpty(start, end);
    const earlier = change && this.isEmpty(start - change.shiftS, end - change.shiftS);
    if (earlier === undefined ? isEmpty : this.aggregatesFirst ? isEmpty && earlier : isEmpty || earlier)
      return 'empty';
    const differ = (value: number, before: number) => {
      const result = change?.isPercent ? ((value - before) / before) * 100 : value - before;
      return Number.isFinite(result) ? result : Number.NaN;
    };
    let value: number;
    if (this.aggregatesFirst) {
      value = this.whole(start, end);
      if (change) value = differ(value, this.whole(start - change.shiftS, end - change.shiftS));
    } else {
      const values = this.steps(0, start, end).map((step) =>
        change ? differ(this.atStep(step), this.atStep(step - change.shiftS)) : this.atStep(step),
      );
      value = aggregate(
        aggregation,
        values.filter((each) => !Number.isNaN(each)),
      );
    }
    return Number.isNaN(value) || (fullWindow && !this.isFull(start, end)) ? 'skipped' : value;
  }

  isFull(start: number, end: number): boolean {
    const { queries, bucketS } = this.#case;
    const lengthS = Math.max(bucketS, ...queries.map(({ stepS }) => stepS));
    const gauges = queries.flatMap(({ kind }, query) => (kind === 'gauge' ? [query] : []));
    const empty: boolean[] = [];
    for (let from = start; from < end; from += lengthS) {
      const has = (query: number) =>
        this.steps(query, from, Math.min(end, from + lengthS)).some(
          (step) => this.points(query, step).length > 0,
        );
      empty.push(!(gauges.length > 0 ? gauges.every(has) : queries.some((_, query) => has(query))));
    }
    return empty[0] === false && empty.filter(Boolean).length <= 3;
  }

  /** The start of the last step with a point: the oldest of gauges, else the newest. */
  last(): number {
    const { queries } = this.#case;
    const lasts = queries.map(({ stepS }, query) => {
      const known = (this.#points[query] ?? [])
        .filter(([time]) => time < this.now)
        .map(([time]) => time - (time % stepS));
      return known.at(-1) ?? Number.NEGATIVE_INFINITY;
    });
    const gauges = lasts.filter((_, query) => queries[query]?.kind === 'gauge');
    return gauges.length > 0 ? Math.min(...gauges) : Math.max(...lasts);
  }
}

/** What the oracle says about a case, as lines of time, group and state. */
export interface OracleResult {
  readonly transitions: string[];
  readonly notices: string[];
  readonly skipped: number;
}

/** Evaluates a case each minute. */
export function consultOracle(given: OracleCase): OracleResult {
  const transitions: string[] = [];
  const states = new Map<string, string[]>();
  let skipped = 0;
  for (const [group, points] of given.groups) {
    const look = new Look(given, points);
    const seen: string[] = [];
    let [state, first, empty, settled] = ['none', Number.NaN, Number.NaN, false];
    const judge = (value: number) => {
      const { comparator, critical, warning, criticalRecovery, warningRecovery } = given;
      if (holds(comparator, value, critical)) return 'alert';
      if (
        state === 'alert' &&
        criticalRecovery !== undefined &&
        !recovered(comparator, value, criticalRecovery)
      )
        return 'alert';
      if (warning !== undefined && holds(comparator, value, warning)) return 'warn';
      if (state === 'warn' && warningRecovery !== undefined && !recovered(comparator, value, warningRecovery))
        return 'warn';
      return 'ok';
    };
    for (let now = given.from; now < given.to; now += 60) {
      look.now = now;
      const before = state;
      const outcome = look.outcome();
      if (outcome === 'skipped') skipped += 1;
      if (outcome !== 'empty')
        [first, empty, settled] = [Number.isNaN(first) ? now : first, Number.NaN, false];
      else if (!Number.isNaN(first) && Number.isNaN(empty)) empty = now;
      if (given.isGrouped && now >= empty + 86_400)
        [state, first, empty, settled] = ['none', Number.NaN, Number.NaN, false];
      if (now >= first + (given.isGrouped ? given.newGroupDelayS : 0)) {
        const { timeoutS, missing, delayS, timeFrameS, windowS } = given;
        if (typeof outcome === 'number') state = judge(outcome);
        else if (outcome === 'skipped') state = before;
        else if (timeoutS > 0 && now >= empty + timeoutS && !['none', 'ok'].includes(state))
          [state, settled] = ['ok', true];
        else if (settled || missing === 'nothing') state = before;
        else if (missing === 'legacy') {
          if (look.last() < now - delayS - Math.max(timeFrameS, windowS))
            [state, settled] = ['no_data', true];
        } else if (state === 'none') state = before;
        else if (missing === 'default')
          state = given.queries.every(({ kind }) => kind === 'count') ? judge(0) : state;
        else [state, settled] = [missing === 'resolve' ? 'ok' : 'no_data', true];
      }
      seen.push(state);
      if (state !== before && state !== 'none' && `${before} ${state}` !== 'none ok')
        transitions.push(`${now} ${group} ${before} ${state}`);
    }
    states.set(group, seen);
  }
  return { transitions: transitions.sort(byTimeAndGroup), notices: noticesOf(given, states), skipped };
}

function noticesOf(given: OracleCase, states: ReadonlyMap<string, string[]>): string[] {
  const notices: string[] = [];
  const worst = (at: number) =>
    SEVERITY[Math.max(0, ...[...states.values()].map((each) => SEVERITY.indexOf(each[at] ?? 'none')))] ??
    'none';
  const wholes = given.notifiesWhole && given.isGrouped && states.size > 0;
  const lists = wholes
    ? new Map([['*', (states.values().next().value ?? []).map((_, at) => worst(at))]])
    : states;
  const saysNoData = given.missing === 'legacy' || given.missing === 'show_and_notify_no_data';
  for (const [group, list] of lists) {
    let [state, lastS, count, notified, muted, owed, ended] = ['none', 0, 0, false, false, false, false];
    for (const [at, next] of list.entries()) {
      const now = given.from + at * 60;
      const active = given.downtimes.filter(({ start, end }) => start <= now && now < end);
      if (active.length > 0 && !muted) owed = notified && !['none', 'ok'].includes(state);
      muted = active.length > 0;
      ended = given.downtimes.some(
        ({ end, isCanceled }) => !isCanceled && end <= now && (at === 0 || end > now - 60),
      );
      const before = state;
      let kind = '';
      state = next;
      if (next !== before) {
        const wanted =
          next === 'ok'
            ? before !== 'none' && (before !== 'no_data' || notified)
            : next === 'no_data'
              ? saysNoData
              : next !== 'none';
        const passes =
          !muted || (next === 'ok' && owed && !active.some(({ mutesFirstRecovery }) => mutesFirstRecovery));
        [lastS, count, notified] = [now, 0, wanted && passes];
        if (next === 'ok') owed = false;
        if (notified) kind = 'transition';
      } else if (!muted && !['none', 'ok'].includes(next) && (next !== 'no_data' || saysNoData)) {
        const isDue = given.renotifyS > 0 && now - lastS >= given.renotifyS && count < given.renotifyCount;
        if (ended) kind = 'downtime_end';
        else if (isDue && given.renotifyStatuses.includes(next.replace('_', ' ')))
          [kind, count] = ['renotification', count + 1];
        if (kind !== '') [lastS, notified] = [now, true];
      }
      if (kind !== '') notices.push(`${now} ${group} ${next} ${kind}`);
    }
  }
  return notices.sort(byTimeAndGroup);
}

function byTimeAndGroup(a: string, b: string): number {
  const [[left = '', first = ''], [right = '', second = '']] = [a.split(' '), b.split(' ')];
  return Number(left) - Number(right) || (first < second ? -1 : first > second ? 1 : 0);
}
