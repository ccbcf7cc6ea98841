/**
 * What Datadog does not publish about evaluation, and what Birddog does instead. Each choice is one constant or one text, in
 * this file only. Times are in seconds.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A month in a window: Datadog's maximum of 730 hours. */
export const MONTH_S = 730 * HOUR;

/** How often a monitor is evaluated, by the length of its window. Datadog docs, monitors/configuration. */
export function evaluationIntervalOf(windowS: number): number {
  if (windowS < DAY) return MINUTE;
  return windowS < 2 * DAY ? 10 * MINUTE : 30 * MINUTE;
}

/** The steps that a window is divided into, smallest first. */
const STEPS_S: readonly number[] = [MINUTE, 5 * MINUTE, 10 * MINUTE, HOUR];
/** A window has at most this many steps, unless the largest step is too small for that. */
const MAX_STEPS = 60;

/** Returns the length of the steps of a window. The steps divide `divided`, for example the shift of a change alert. */
export function stepOf(windowS: number, divided: readonly number[] = [], maxS = HOUR): number {
  const enough = STEPS_S.find((stepS) => stepS * MAX_STEPS >= windowS) ?? HOUR;
  const fitting = STEPS_S.filter((stepS) => stepS <= enough && stepS <= maxS);
  return fitting.findLast((stepS) => divided.every((lengthS) => lengthS % stepS === 0)) ?? MINUTE;
}

/** The largest step of a cumulative window, which is short after each reset. */
export const MAX_CUMULATIVE_STEP_S = 10 * MINUTE;
/** The largest step that divides the offset of every time zone. */
export const MAX_ZONED_STEP_S = 5 * MINUTE;

/** The limit of `fill` without one, and of the interpolation that `default_zero` does first. Datadog docs, functions/interpolation. */
export const DEFAULT_FILL_S = 5 * MINUTE;
/** Without `no_data_timeframe`, the data may be missing for this many windows. Datadog's pages contradict each other. */
export const DEFAULT_NO_DATA_WINDOWS = 2;
/** `new_group_delay` when neither it nor `new_host_delay` is set. Datadog API v1, MonitorOptions. */
export const DEFAULT_NEW_GROUP_DELAY_S = MINUTE;
/** A group without data is removed after this time. */
export const GROUP_RETENTION_S = DAY;
/** A full window has at most this many empty buckets. Datadog docs, monitors/types/metric. */
export const MAX_EMPTY_BUCKETS = 3;

/** The bucket of a full window, by the unit that the window is written in. Weeks count as days. */
export const FULL_WINDOW_BUCKETS_S: ReadonlyMap<string, number> = new Map([
  ['m', MINUTE],
  ['h', 10 * MINUTE],
  ['d', HOUR],
  ['w', HOUR],
  ['mo', 4 * HOUR],
]);

/** The states that are renotified if `renotify_statuses` is not set. Datadog API v1, MonitorRenotifyStatusType. */
export const DEFAULT_RENOTIFIED_STATUSES: readonly string[] = ['alert', 'no data'];

/** A custom schedule has at most this many times a day. Datadog documents none that is more frequent than daily. */
export const MAX_TIMES_A_DAY = 24;
/** An expression may have at most this many parts. */
export const MAX_EXPRESSION_PARTS = 300;
/** The longest window and shift: Datadog docs, monitors/types/metric. */
export const MAX_WINDOW_S = 31 * DAY;
/** Datadog widens a rollup with more steps than this in a window. Datadog docs, dashboards/functions/rollup. */
export const MAX_ROLLUP_STEPS = 1500;
/** The steps that a shift may span. */
export const MAX_SHIFT_STEPS = 50_000;
/** The longest evaluation_delay. Datadog API v1, MonitorOptions. */
export const MAX_DELAY_S = DAY;
/** The longest limit of fill. Datadog documents 600 s, and uses more. */
export const MAX_FILL_S = HOUR;

/** One choice, for reports. */
export interface Assumption {
  readonly code: string;
  readonly text: string;
}

/** Every choice that a result depends on. A report states them. */
export const ASSUMPTIONS: readonly Assumption[] = [
  {
    code: 'phase',
    text: 'Monitors are evaluated at whole minutes (10 or 30 minutes for windows of 24 or 48 hours and more, in UTC). Datadog uses a fixed second of the minute that it does not publish.',
  },
  {
    code: 'custom_schedule',
    text: 'With a custom schedule each evaluation notifies of Alert, Warn and, if the monitor does, of No Data, as if there had been no state before; never of a recovery. An evaluation without a result keeps the last state, and notifies of it. Renotification, recovery thresholds, auto-resolve and the delay of new groups have no effect. The seconds of the start are left out. A local time that a change of the clock skips becomes the moment of the change; of one that occurs twice, the first counts.',
  },
  {
    code: 'step',
    text: 'A window up to 1 hour has steps of 1 minute. A longer one has steps of 5 minutes, 10 minutes or 1 hour, so that there are at most 60 if possible. Datadog does not publish its steps.',
  },
  {
    code: 'window_edges',
    text: 'A window contains the steps that start in it: the start is included, the end is not.',
  },
  { code: 'month', text: 'A month is 730 hours, and a week is 7 days.' },
  {
    code: 'cumulative_reset',
    text: 'A cumulative window starts at the latest reset before its end. At the moment of a reset it covers the whole previous period.',
  },
  {
    code: 'partial_bucket',
    text: 'The last bucket of a rollup may be incomplete, and counts with the points before the evaluation.',
  },
  {
    code: 'no_interpolation',
    text: 'Missing points are filled only where the query says so. With default_zero, a gauge without its own fill is first interpolated for 5 minutes.',
  },
  {
    code: 'aligned_zero',
    text: 'Queries with as_count or as_rate, and counts of searches, count as 0 in arithmetic where another query has a value.',
  },
  {
    code: 'group_join',
    text: 'Queries of one expression are joined by equal groups. A query without groups serves every group.',
  },
  {
    code: 'default_zero_group',
    text: 'With default_zero, a group exists from its first point on. A query without groups always exists.',
  },
  {
    code: 'full_window_unit',
    text: 'The buckets of require_full_window follow the unit as written: last_60m has 60, last_1h has 6. It is ignored for cumulative windows and searches, and applies to the current window of a change alert.',
  },
  {
    code: 'recovery_binds',
    text: 'A recovery threshold applies only while the state is its own. After no data, auto-resolve and in a new group, none applies.',
  },
  {
    code: 'new_group',
    text: 'A group is new until its delay has passed since the first evaluation with data. Its first OK notifies nobody.',
  },
  {
    code: 'never_seen',
    text: 'A monitor or group without any point has no state and notifies nobody.',
  },
  {
    code: 'group_retention',
    text: 'A group without data is removed after 24 hours without a notification. The shorter retention that Datadog has introduced in September 2026 for many short-lived groups is not reproduced.',
  },
  {
    code: 'no_data_default',
    text: 'Without no_data_timeframe, the time frame is twice the window. Data is missing from the start of the last step with a point.',
  },
  {
    code: 'missing_search',
    text: 'A search without on_missing_data and notify_no_data behaves like on_missing_data: default.',
  },
  {
    code: 'auto_resolve',
    text: 'timeout_h starts at the first evaluation without data. After that recovery nothing happens until data returns. A group that becomes No Data after timeout_h is resolved at the next evaluation.',
  },
  {
    code: 'renotify',
    text: 'A renotification is sent at an evaluation without a transition, also if that is skipped. The notice at the end of a downtime restarts the interval, and is not counted.',
  },
  {
    code: 'downtime',
    text: 'A downtime is active from its start until before its end. A transition that it suppresses starts the renotification interval. If a monitor notifies by some of its groups, the downtime must cover the notified group.',
  },
  {
    code: 'notify_by',
    text: 'With notify_by, the state of a notified group is the most severe state of its groups.',
  },
  {
    code: 'notification_rules',
    text: 'Every condition of a notification rule that matches adds its recipients. Bundling is not reproduced: there may be fewer messages than notifications.',
  },
  {
    code: 'composite',
    text: 'A composite is evaluated each minute after its members. A member that was never seen suspends it.',
  },
  {
    code: 'search_resolution',
    text: 'A count, sum, minimum or maximum of a search is combined from the steps of its window.',
  },
  {
    code: 'state_time',
    text: 'A state lasts from its evaluation to the next one. An alert is in Alert while at least one of its groups is.',
  },
  {
    code: 'flapping',
    text: 'The flapping score is the one of Nagios: the weighted share of changes among 21 consecutive evaluations of a group. A report has the highest one of all groups and evaluations.',
  },
  {
    code: 'sweep',
    text: 'With another critical threshold, the warning and recovery thresholds move by the same distance. The thresholds are quantiles of the values, with 3 digits.',
  },
  {
    code: 'agreement',
    text: 'A computed and a real transition match if group and new state are equal and the times are at most one evaluation apart. A computed transition that did not happen is not counted as invented if a downtime covers it.',
  },
  {
    code: 'late_points',
    text: 'Points that arrived late look as if they had been on time. Real notifications may have been more or fewer.',
  },
];
