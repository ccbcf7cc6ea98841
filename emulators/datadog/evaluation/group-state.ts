import { type RawObject, toNumber } from '../raw-json.ts';
import { termsOf } from './expression.ts';
import type { MonitorQuery } from './monitor-query.ts';
import { type Limits, nextState, type State } from './thresholds.ts';
import { type GroupQueries, lastPoint, outcomeAt } from './window-value.ts';

const HOUR = 3600;
const RETENTION_SECONDS = 24 * HOUR;
const RETENTION_UNITS = new Map(Object.entries({ m: 60, h: HOUR, d: 24 * HOUR }));
const NEW_GROUP_DELAY_SECONDS = 60;

/** What one evaluation did. */
export type Result = 'not seen' | 'empty' | 'skipped' | 'delayed' | 'evaluated';

/** A monitor as the evaluator needs it. */
export interface Rules {
  readonly query: MonitorQuery;
  readonly options: RawObject;
  readonly limits: Limits;
}

/** The state of one group through its evaluations, also where the monitor or its points change between them. */
export class GroupState {
  readonly #isWhole: boolean;
  state: State;
  /** The value of the last evaluation; undefined if it had none. */
  value: number | undefined;
  #hasHadPoint: boolean;
  #firstSeen: number | undefined;
  #emptySince: number | undefined;
  #hadValue: boolean;
  /** True once the no-data rule, or the automatic resolution, was applied in this absence. */
  #missingApplied = false;

  /** `state` is that of a group that was evaluated before. */
  constructor(isWhole: boolean, state: State = 'None') {
    this.#isWhole = isWhole;
    this.state = state;
    this.#hadValue = state !== 'None';
    this.#hasHadPoint = isWhole || this.#hadValue;
    this.#firstSeen = this.#hadValue ? Number.NEGATIVE_INFINITY : undefined;
  }

  /** Evaluates the group at `now`, in epoch seconds. */
  evaluate(now: number, rules: Rules, queries: GroupQueries): Result {
    const { query, options } = rules;
    this.value = undefined;
    this.#hasHadPoint ||= hasPoint(queries, now);
    if (!this.#hasHadPoint) return 'not seen';
    const delay = toNumber(options['evaluation_delay']) ?? 0;
    const outcome = outcomeAt(query, queries, { now, delay, options });
    if (outcome.kind !== 'empty') {
      this.#emptySince = undefined;
      this.#missingApplied = false;
    } else {
      if (this.#firstSeen === undefined) return 'not seen';
      this.#emptySince ??= now;
      if (!this.#isWhole && now >= this.#emptySince + retention(query, options)) {
        this.#forget();
        return 'not seen';
      }
    }
    this.#firstSeen ??= now;
    if (!this.#isWhole && now < this.#firstSeen + newGroupDelay(query, options)) return 'delayed';
    if (outcome.kind === 'skipped') return 'skipped';
    if (outcome.kind === 'empty') {
      this.#evaluateEmpty(now, rules, lastPoint(queries, now) + delay);
      return 'empty';
    }
    this.#take(outcome.value, rules);
    return 'evaluated';
  }

  #forget(): void {
    this.state = 'None';
    this.#firstSeen = undefined;
    this.#emptySince = undefined;
    this.#hadValue = false;
    this.#missingApplied = false;
  }

  #take(value: number, { query, limits }: Rules): void {
    this.value = value;
    this.#hadValue = true;
    this.state = nextState(query, limits, value, this.state);
  }

  /** `last` is the start of the last step with a point, plus the delay of the evaluation. */
  #evaluateEmpty(now: number, rules: Rules, last: number): void {
    const { query, options } = rules;
    const timeout = (toNumber(options['timeout_h']) ?? 0) * HOUR;
    const isOpen = this.state !== 'None' && this.state !== 'OK';
    if (timeout > 0 && now >= (this.#emptySince ?? now) + timeout && isOpen) {
      this.#missingApplied = true;
      this.state = 'OK';
      return;
    }
    if (this.#missingApplied) return;
    const mode = missingMode(options, isSearch(query));
    if (mode === 'default') {
      const counts = termsOf(query.expression).every(({ counted }) => counted);
      if (counts && this.#hadValue) this.#take(0, rules);
      return;
    }
    if (mode === 'legacy') {
      const frame = (toNumber(options['no_data_timeframe']) ?? (2 * query.window.length) / 60) * 60;
      if (options['notify_no_data'] !== true) return;
      if (last >= now - Math.max(frame, query.window.length)) return;
    } else if (!this.#hadValue) return;
    this.#missingApplied = true;
    this.state = mode === 'resolve' ? 'OK' : 'No Data';
  }
}

/** Returns whether a query with groups has a point in this group. */
function hasPoint(queries: GroupQueries, now: number): boolean {
  return [...queries].some(([{ by }, values]) => by.length > 0 && values.last(now) !== undefined);
}

/** Returns whether a monitor sends a notification when data is missing. */
export function notifiesNoData(options: RawObject): boolean {
  const mode = missingMode(options);
  return mode === 'legacy' ? options['notify_no_data'] === true : mode === 'show_and_notify_no_data';
}

/** Returns what happens without data. By default, a search goes on with 0 or its last state. */
function missingMode({ on_missing_data, notify_no_data }: RawObject, ofSearch = false): string {
  if (typeof on_missing_data === 'string') return on_missing_data;
  return ofSearch && notify_no_data !== true ? 'default' : 'legacy';
}

function isSearch({ expression }: MonitorQuery): boolean {
  return termsOf(expression).some(({ search }) => search !== undefined);
}

/** Returns how long a group without data is kept, in seconds. Only searches have an option for it. */
function retention(query: MonitorQuery, options: RawObject): number {
  const given = isSearch(query) ? String(options['group_retention_duration'] ?? '') : '';
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(given) ?? [];
  return Number(count) * (RETENTION_UNITS.get(unit) ?? 0) || RETENTION_SECONDS;
}

function newGroupDelay({ expression }: MonitorQuery, options: RawObject): number {
  const given = toNumber(options['new_group_delay']);
  if (given !== undefined) return given;
  const byHost = termsOf(expression).some(({ by }) => by.includes('host'));
  return (byHost ? toNumber(options['new_host_delay']) : undefined) ?? NEW_GROUP_DELAY_SECONDS;
}
