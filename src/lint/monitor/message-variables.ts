import { EVENT_TYPES, METRIC_TYPES } from './monitor-types.ts';
import type { MonitorView } from './monitor-view.ts';

/** Variables that are no tags, and have no dot: docs, monitors/notify/variables and monitors/types/slo. */
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
  /** The variable, or what it begins with where that ends with a dot. */
  readonly variable: string;
  readonly holds: (view: MonitorView) => boolean;
  readonly needs: string;
}

/** Types that have no variables but the plain ones and those of their groups. */
const OTHERS: ReadonlySet<string> = new Set(['service check', 'process alert', 'slo alert', 'cost alert']);

/** Whether a monitor is of such a type, or of one whose variables nobody knows. */
const isType =
  (...types: readonly string[]) =>
  ({ type }: MonitorView): boolean =>
    types.includes(type) || !(METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || OTHERS.has(type));

const warns = ({ thresholds, wholeOptions, type }: MonitorView): boolean =>
  !wholeOptions || type === 'composite' || thresholds['warning'] != null;

/** What a monitor must be, or have, for a variable to stand for something. */
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

/** What the monitor would have to be for a variable to stand for something; undefined where it does, or where that cannot be told. */
export function needOf(variable: string, view: MonitorView): string | undefined {
  const condition = CONDITIONS.find(({ variable: name }) =>
    name.endsWith('.') ? variable.startsWith(name) : variable === name,
  );
  return condition === undefined || view.type === '' || condition.holds(view) ? undefined : condition.needs;
}
