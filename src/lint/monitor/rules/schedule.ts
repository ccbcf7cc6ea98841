import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import type { Query } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';
import { isTimeZone } from '../time-zone.ts';
import type { Hit, Path } from '../../rule.ts';

const START = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

const FORBIDDEN = /\b(?:DTSTART|DTEND|DURATION)\b/i;

const FREQUENCY = /(?:^|[;:\s])FREQ=(\w*)/i;

const FREQUENCIES: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];

const SCHEDULE: Path = ['options', 'scheduling_options'];

/** The cumulative windows that each field shifts: spec v1, MonitorOptionsSchedulingOptionsEvaluationWindow. */
const MOVED: readonly (readonly [member: string, windows: readonly string[]])[] = [
  ['hour_starts', ['current_1h']],
  ['day_starts', ['current_1d', 'current_1mo']],
  ['month_starts', ['current_1mo']],
];

/** Rules about cumulative evaluation windows and custom schedules. */
export const SCHEDULE_RULES: readonly MonitorRule[] = [
  /** Limits of schedules: docs, monitors/guide/custom_schedules; spec v1, MonitorOptionsSchedulingOptions. */
  {
    code: 'invalid_schedule',
    severity: 'error',
    summary: 'The schedule is invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  scheduling_options:
    custom_schedule:
      recurrences:
        - {rrule: ⟦FREQ=HOURLY⟧, start: "2026-01-05T09:00:00", timezone: Europe/Berlin}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  scheduling_options:
    custom_schedule:
      recurrences:
        - {rrule: FREQ=DAILY, start: "2026-01-05T09:00:00", timezone: Europe/Berlin}
`,
    check: ({ options }) => {
      const schedule = options['scheduling_options'];
      if (!isObject(schedule)) return [];
      const window = objectIn(schedule, 'evaluation_window');
      const custom = objectIn(schedule, 'custom_schedule');
      return [
        ...windowFaults(window, [...SCHEDULE, 'evaluation_window']),
        ...recurrencesFaults(custom['recurrences'], [...SCHEDULE, 'custom_schedule', 'recurrences']),
      ];
    },
  },
  /** Options that a custom schedule requires: docs, monitors/guide/custom_schedules. */
  {
    code: 'custom_schedule_needs',
    severity: 'error',
    summary: 'A custom schedule conflicts with an option.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  require_full_window: ⟦true⟧
  scheduling_options: {custom_schedule: {recurrences: [{rrule: FREQ=DAILY}]}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  require_full_window: false
  scheduling_options: {custom_schedule: {recurrences: [{rrule: FREQ=DAILY}]}}
`,
    check: ({ options }) => {
      const { scheduling_options: schedule, on_missing_data: missing, require_full_window: full } = options;
      if (!isObject(schedule) || !isObject(schedule['custom_schedule'])) return [];
      const hits: Hit[] = [];
      if (missing == null)
        hits.push({
          path: ['options', 'scheduling_options'],
          message: 'Datadog rejects a custom schedule without on_missing_data.',
          hint: 'Add on_missing_data, for example on_missing_data: default.',
          fix: {
            title: 'Add on_missing_data: default',
            edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
          },
        });
      if (full === true)
        hits.push({
          path: ['options', 'require_full_window'],
          message: 'Datadog rejects require_full_window with a custom schedule.',
          hint: 'Change to false.',
          fix: {
            title: 'Change to false',
            edits: [{ path: ['options', 'require_full_window'], value: false }],
          },
        });
      return hits;
    },
  },
  {
    code: 'evaluation_window_unused',
    severity: 'warning',
    summary: '`evaluation_window` has a field that does not apply to the window of the query.',
    bad: `type: query alert
query: avg(last_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: ⟦30⟧}}
`,
    good: `type: query alert
query: avg(current_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: 30}}
`,
    check: ({ parsed, options: { scheduling_options: schedule } }) => {
      const starts = isObject(schedule) ? schedule['evaluation_window'] : undefined;
      const window = windowOf(parsed.query);
      if (!isObject(starts) || window === undefined || parsed.faults.length > 0) return [];
      return MOVED.filter(([member, windows]) => starts[member] != null && !windows.includes(window)).map(
        ([member, windows]) => ({
          path: ['options', 'scheduling_options', 'evaluation_window', member],
          message: `${member} has no effect: it applies to ${windows.join(' and ')}, and the query uses ${window}.`,
          hint: 'Use such a window in the query, or remove this field.',
        }),
      );
    },
  },
];

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isObject(value) ? value : {};
}

function windowFaults(window: JsonObject, path: Path): Hit[] {
  const { hour_starts: hour, day_starts: day, month_starts: month, timezone } = window;
  return [
    ...refused(
      isWhole(hour, 0, 59),
      [...path, 'hour_starts'],
      'hour_starts must be a minute of the hour, 0 to 59',
    ),
    ...refused(isText(day, CLOCK), [...path, 'day_starts'], 'day_starts must be a time such as 04:00'),
    ...refused(isWhole(month, 1, 1), [...path, 'month_starts'], 'month_starts must be 1'),
    ...refused(
      hour == null || (day == null && month == null),
      [...path, 'hour_starts'],
      'hour_starts cannot be combined with day_starts or month_starts',
    ),
    ...zoneFaults(timezone, [...path, 'timezone']),
  ];
}

function recurrencesFaults(recurrences: Json | undefined, path: Path): Hit[] {
  if (!Array.isArray(recurrences)) return [];
  if (recurrences.length !== 1)
    return refused(
      false,
      path,
      `a custom schedule must have exactly one recurrence, not ${recurrences.length}`,
    );
  const [recurrence = null] = recurrences;
  if (!isObject(recurrence)) return [];
  const at = [...path, 0];
  return [
    ...ruleFaults(recurrence['rrule'], [...at, 'rrule']),
    ...refused(
      isText(recurrence['start'], START),
      [...at, 'start'],
      'start must be a local time such as 2026-01-05T09:00:00, with its time zone in timezone',
    ),
    ...zoneFaults(recurrence['timezone'], [...at, 'timezone']),
  ];
}

function ruleFaults(rrule: Json | undefined, path: Path): Hit[] {
  if (typeof rrule !== 'string')
    return refused(rrule == null, path, 'rrule must be a string such as FREQ=DAILY');
  const forbidden = FORBIDDEN.exec(rrule);
  if (forbidden) {
    const [text] = forbidden;
    const span = { from: forbidden.index, to: forbidden.index + text.length };
    const message = `Datadog rejects the schedule: ${text} is not allowed in rrule.`;
    return [{ path, span, message, hint: 'Use start for the start time and timezone for its time zone.' }];
  }
  const often = FREQUENCY.exec(rrule)?.[1]?.toUpperCase() ?? '';
  return refused(
    FREQUENCIES.includes(often),
    path,
    `the frequency of rrule must be one of ${FREQUENCIES.join(', ')}`,
  );
}

function zoneFaults(zone: Json | undefined, path: Path): Hit[] {
  return refused(
    zone == null || (typeof zone === 'string' && isTimeZone(zone)),
    path,
    'timezone must be a name such as Europe/Berlin',
  );
}

function isWhole(value: Json | undefined, min: number, max: number): boolean {
  if (value == null) return true;
  const number = numericOf(value);
  return number !== undefined && Number.isInteger(number) && number >= min && number <= max;
}

function isText(value: Json | undefined, form: RegExp): boolean {
  return value == null || (typeof value === 'string' && form.test(value));
}

function refused(fine: boolean, path: Path, why: string): Hit[] {
  return fine ? [] : [{ path, message: `Datadog rejects the schedule: ${why}.` }];
}

function windowOf(query: Query): string | undefined {
  const window = query.kind === 'metric' ? query.evaluation.args[0] : undefined;
  return window?.kind === 'word' ? window.text : undefined;
}
