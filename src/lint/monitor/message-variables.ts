import { EVENT_TYPES, METRIC_TYPES } from './monitor-types.ts';
import type { MonitorView } from './monitor-view.ts';

/** Variables without a dot that are not tags: docs, monitors/notify/variables and monitors/types/slo. */
export const PLAIN_VARIABLES: ReadonlySet<string> = new Set([
  'value',
  'threshold',
  'warn_threshold',
  'alert_threshold',
  'ok_threshold',
  'alert_recovery_threshold',
  'warn_recovery_threshold',
  'comparator',
  'first_triggered_at',
  'first_triggered_at_epoch',
  'last_triggered_at',
  'last_triggered_at_epoch',
  'triggered_duration_sec',
  'check_message',
  'timeframe',
  'short_window_burn_rate',
  'long_window_burn_rate',
]);

interface Condition {
  /** The variable, or its prefix if this ends with a dot. */
  readonly variable: string;
  readonly holds: (view: MonitorView) => boolean;
  readonly needs: string;
}

/** Types with only plain variables and group variables. */
const OTHERS: ReadonlySet<string> = new Set(['service check', 'process alert', 'slo alert', 'cost alert']);

/** Returns whether a monitor has one of these types, or a type whose variables are unknown. */
const isType =
  (...types: readonly string[]) =>
  ({ type }: MonitorView): boolean =>
    types.includes(type) || !(METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || OTHERS.has(type));

const warns = ({ thresholds, wholeOptions, type }: MonitorView): boolean =>
  !wholeOptions || type === 'composite' || thresholds['warning'] != null;

/** The kind of monitor or the setting that each variable requires. */
const CONDITIONS: readonly Condition[] = [
  { variable: 'log.', holds: isType('log alert', 'error-tracking alert'), needs: 'a log monitor' },
  {
    variable: 'span.',
    holds: isType('trace-analytics alert', 'error-tracking alert'),
    needs: 'a monitor of spans',
  },
  { variable: 'rum.', holds: isType('rum alert', 'error-tracking alert'), needs: 'a RUM monitor' },
  { variable: 'audit.', holds: isType('audit alert'), needs: 'an audit monitor' },
  { variable: 'cipipeline.', holds: isType('ci-pipelines alert'), needs: 'a monitor of CI pipelines' },
  { variable: 'citest.', holds: isType('ci-tests alert'), needs: 'a monitor of CI tests' },
  {
    variable: 'databasemonitoring.',
    holds: isType('database-monitoring alert'),
    needs: 'a monitor of databases',
  },
  { variable: 'issue.', holds: isType('error-tracking alert'), needs: 'a monitor of error tracking' },
  { variable: 'event.', holds: isType('event-v2 alert', 'event alert'), needs: 'an event monitor' },
  { variable: 'check_message', holds: isType('service check'), needs: 'a service check' },
  { variable: 'ok_threshold', holds: isType('service check'), needs: 'a service check' },
  { variable: 'timeframe', holds: isType('slo alert'), needs: 'an SLO monitor' },
  { variable: 'short_window_burn_rate', holds: isType('slo alert'), needs: 'an SLO monitor' },
  { variable: 'long_window_burn_rate', holds: isType('slo alert'), needs: 'an SLO monitor' },
  { variable: 'warn_threshold', holds: warns, needs: 'a monitor with a warning threshold' },
  { variable: 'warn_recovery_threshold', holds: warns, needs: 'a monitor with a warning threshold' },
];

/** Returns what a variable requires that the monitor does not have, or undefined if it is available or unknown. */
export function needOf(variable: string, view: MonitorView): string | undefined {
  const condition = CONDITIONS.find(({ variable: name }) =>
    name.endsWith('.') ? variable.startsWith(name) : variable === name,
  );
  return condition === undefined || view.type === '' || condition.holds(view) ? undefined : condition.needs;
}
