import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';
import type { MonitorQuery } from './monitor-query.ts';

/** The state of a group; `None` before its first evaluation. */
export type State = 'None' | 'OK' | 'No Data' | 'Warn' | 'Alert';

/** From the worst to the best. */
const SEVERITY: readonly State[] = ['Alert', 'Warn', 'No Data', 'OK'];

/** The thresholds of a monitor. */
export type Limits = Readonly<Partial<Record<(typeof NAMES)[number], number>>>;

const NAMES = ['critical', 'critical_recovery', 'warning', 'warning_recovery'] as const;
const HOLDS = new Map(
  Object.entries<(value: number, limit: number) => boolean>({
    '>': (value, limit) => value > limit,
    '>=': (value, limit) => value >= limit,
    '<': (value, limit) => value < limit,
    '<=': (value, limit) => value <= limit,
    '==': (value, limit) => value === limit,
    '!=': (value, limit) => value !== limit,
  }),
);
/** The comparison of a value with a recovery threshold, by the operator of the monitor. */
const RECOVERS = new Map(Object.entries({ '>': '<=', '>=': '<', '<': '>=', '<=': '>' }));

/** Returns the state with this name; undefined for any that evaluations do not lead to. */
export function stateNamed(name: string): State | undefined {
  return SEVERITY.find((state) => state === name);
}

/** Returns the worst of several states. */
export function worstOf(states: readonly State[]): State {
  return SEVERITY.find((state) => states.includes(state)) ?? 'None';
}

/** Returns the state that a value leads to from `state`. A recovery threshold binds only in its own state. */
export function nextState(
  { operator, limit }: MonitorQuery,
  limits: Limits,
  value: number,
  state: State,
): State {
  const is = (threshold: number | undefined, recovery: number | undefined, own: State) => {
    if (threshold === undefined) return false;
    if (HOLDS.get(operator)?.(value, threshold)) return true;
    const recovers = RECOVERS.get(operator);
    if (state !== own || recovery === undefined || recovery === threshold) return false;
    return recovers !== undefined && !HOLDS.get(recovers)?.(value, recovery);
  };
  if (is(limits.critical ?? limit, limits.critical_recovery, 'Alert')) return 'Alert';
  return is(limits.warning, limits.warning_recovery, 'Warn') ? 'Warn' : 'OK';
}

/** Returns the thresholds in the options of a monitor. */
export function limitsIn(options: RawObject): Limits {
  const given = isRawObject(options['thresholds']) ? options['thresholds'] : {};
  return Object.fromEntries(NAMES.map((name) => [name, toNumber(given[name])]));
}
