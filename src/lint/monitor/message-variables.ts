import { EVENT_TYPES, METRIC_TYPES } from './monitor-types.ts';
import type { MonitorView } from './monitor-view.ts';

/** Variables without a dot that are not tags: Datadog docs, monitors/notify/variables and monitors/types/slo. */
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
  readonly isMet: (view: MonitorView) => boolean;
  readonly requirement: string;
}

/** Types with only plain variables and group variables. */
const OTHER_TYPES: ReadonlySet<string> = new Set([
  'service check',
  'process alert',
  'slo alert',
  'cost alert',
]);

/** Returns whether a monitor has one of these types, or a type whose variables are unknown. */
const isType =
  (...types: readonly string[]) =>
  ({ type }: MonitorView): boolean =>
    types.includes(type) || !(METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || OTHER_TYPES.has(type));

const hasWarning = ({ thresholds, wholeOptions, type }: MonitorView): boolean =>
  !wholeOptions || type === 'composite' || thresholds['warning'] != null;

/** The kind of monitor or the setting that each variable requires. */
const CONDITIONS: readonly Condition[] = [
  { variable: 'log.', isMet: isType('log alert', 'error-tracking alert'), requirement: 'a log monitor' },
  {
    variable: 'span.',
    isMet: isType('trace-analytics alert', 'error-tracking alert'),
    requirement: 'a monitor of spans',
  },
  { variable: 'rum.', isMet: isType('rum alert', 'error-tracking alert'), requirement: 'a RUM monitor' },
  { variable: 'audit.', isMet: isType('audit alert'), requirement: 'an audit monitor' },
  { variable: 'cipipeline.', isMet: isType('ci-pipelines alert'), requirement: 'a monitor of CI pipelines' },
  { variable: 'citest.', isMet: isType('ci-tests alert'), requirement: 'a monitor of CI tests' },
  {
    variable: 'databasemonitoring.',
    isMet: isType('database-monitoring alert'),
    requirement: 'a monitor of databases',
  },
  { variable: 'issue.', isMet: isType('error-tracking alert'), requirement: 'a monitor of error tracking' },
  { variable: 'event.', isMet: isType('event-v2 alert', 'event alert'), requirement: 'an event monitor' },
  { variable: 'check_message', isMet: isType('service check'), requirement: 'a service check' },
  { variable: 'ok_threshold', isMet: isType('service check'), requirement: 'a service check' },
  { variable: 'timeframe', isMet: isType('slo alert'), requirement: 'an SLO monitor' },
  { variable: 'short_window_burn_rate', isMet: isType('slo alert'), requirement: 'an SLO monitor' },
  { variable: 'long_window_burn_rate', isMet: isType('slo alert'), requirement: 'an SLO monitor' },
  { variable: 'warn_threshold', isMet: hasWarning, requirement: 'a monitor with a warning threshold' },
  {
    variable: 'warn_recovery_threshold',
    isMet: hasWarning,
    requirement: 'a monitor with a warning threshold',
  },
];

/** Returns the requirement of a variable that the monitor does not meet, or undefined if the variable is available or unknown. */
export function unmetRequirement(variable: string, view: MonitorView): string | undefined {
  const condition = CONDITIONS.find(({ variable: name }) =>
    name.endsWith('.') ? variable.startsWith(name) : variable === name,
  );
  return condition === undefined || view.type === '' || condition.isMet(view)
    ? undefined
    : condition.requirement;
}
