import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';
import { METRIC_TYPES } from '../monitor-types.ts';
import { isTimeZone } from '../time-zone.ts';
import type { Violation, Path } from '../../rule.ts';

const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

const FORBIDDEN_IN_RRULE = /\b(?:DTSTART|DTEND|DURATION)\b/i;

const FREQUENCY = /(?:^|[;:\s])FREQ=(\w*)/i;

const FREQUENCIES: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];

const SCHEDULE: Path = ['options', 'scheduling_options'];

/** Rules about the values of schedules. */
export const SCHEDULE_RULES: readonly MonitorRule[] = [
  /** Limits of schedules: Datadog docs, monitors/guide/custom_schedules; Datadog API v1, MonitorOptionsSchedulingOptions. */
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
        ...windowViolations(window, [...SCHEDULE, 'evaluation_window']),
        ...recurrenceViolations(custom['recurrences'], [...SCHEDULE, 'custom_schedule', 'recurrences']),
      ];
    },
  },
  /** Options that a custom schedule requires: Datadog docs, monitors/guide/custom_schedules. */
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
    // Published event monitors have a custom schedule without on_missing_data.
    check: ({ type, options }) => {
      const { scheduling_options: schedule, on_missing_data: missing, require_full_window: full } = options;
      if (!isObject(schedule) || !isObject(schedule['custom_schedule'])) return [];
      const violations: Violation[] = [];
      if (missing == null && METRIC_TYPES.has(type))
        violations.push({
          path: ['options', 'scheduling_options'],
          message: 'Datadog rejects a custom schedule without on_missing_data.',
          hint: 'Add on_missing_data, for example on_missing_data: default.',
          fix: {
            title: 'Add on_missing_data: default',
            edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
          },
        });
      if (full === true)
        violations.push({
          path: ['options', 'require_full_window'],
          message: 'Datadog rejects require_full_window with a custom schedule.',
          hint: 'Change to false.',
          fix: {
            title: 'Change to false',
            edits: [{ path: ['options', 'require_full_window'], value: false }],
          },
        });
      return violations;
    },
  },
];

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isObject(value) ? value : {};
}

function windowViolations(window: JsonObject, path: Path): Violation[] {
  const { hour_starts: hour, day_starts: day, month_starts: month, timezone } = window;
  return [
    ...violationUnless(
      isWhole(hour, 0, 59),
      [...path, 'hour_starts'],
      'hour_starts must be a minute of the hour, 0 to 59',
    ),
    ...violationUnless(
      matchesPattern(day, TIME_OF_DAY),
      [...path, 'day_starts'],
      'day_starts must be a time such as 04:00',
    ),
    ...violationUnless(isWhole(month, 1, 1), [...path, 'month_starts'], 'month_starts must be 1'),
    ...violationUnless(
      hour == null || (day == null && month == null),
      [...path, 'hour_starts'],
      'hour_starts cannot be combined with day_starts or month_starts',
    ),
    ...timeZoneViolations(timezone, [...path, 'timezone']),
  ];
}

function recurrenceViolations(recurrences: Json | undefined, path: Path): Violation[] {
  if (!Array.isArray(recurrences)) return [];
  if (recurrences.length !== 1)
    return violationUnless(
      false,
      path,
      `a custom schedule must have exactly one recurrence, not ${recurrences.length}`,
    );
  const [recurrence = null] = recurrences;
  if (!isObject(recurrence)) return [];
  const at = [...path, 0];
  return [
    ...rruleViolations(recurrence['rrule'], [...at, 'rrule']),
    ...violationUnless(
      matchesPattern(recurrence['start'], LOCAL_TIME),
      [...at, 'start'],
      'start must be a local time such as 2026-01-05T09:00:00, with its time zone in timezone',
    ),
    ...timeZoneViolations(recurrence['timezone'], [...at, 'timezone']),
  ];
}

function rruleViolations(rrule: Json | undefined, path: Path): Violation[] {
  if (typeof rrule !== 'string')
    return violationUnless(rrule == null, path, 'rrule must be a string such as FREQ=DAILY');
  const forbidden = FORBIDDEN_IN_RRULE.exec(rrule);
  if (forbidden) {
    const [text] = forbidden;
    const span = { from: forbidden.index, to: forbidden.index + text.length };
    const message = `Datadog rejects the schedule: ${text} is not allowed in rrule.`;
    return [{ path, span, message, hint: 'Use start for the start time and timezone for its time zone.' }];
  }
  const frequency = FREQUENCY.exec(rrule)?.[1]?.toUpperCase() ?? '';
  return violationUnless(
    FREQUENCIES.includes(frequency),
    path,
    `the frequency of rrule must be one of ${FREQUENCIES.join(', ')}`,
  );
}

function timeZoneViolations(zone: Json | undefined, path: Path): Violation[] {
  return violationUnless(
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

function matchesPattern(value: Json | undefined, pattern: RegExp): boolean {
  return value == null || (typeof value === 'string' && pattern.test(value));
}

function violationUnless(isValid: boolean, path: Path, reason: string): Violation[] {
  return isValid ? [] : [{ path, message: `Datadog rejects the schedule: ${reason}.` }];
}
