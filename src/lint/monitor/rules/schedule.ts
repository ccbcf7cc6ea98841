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

const AT_MOST_DAILY: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];

const SCHEDULE: Path = ['options', 'scheduling_options'];

/** The cumulative windows that each member moves: spec v1, MonitorOptionsSchedulingOptionsEvaluationWindow. */
const MOVED: readonly (readonly [member: string, windows: readonly string[]])[] = [
  ['hour_starts', ['current_1h']],
  ['day_starts', ['current_1d', 'current_1mo']],
  ['month_starts', ['current_1mo']],
];

/** Evaluation windows and custom schedules. */
export const SCHEDULE_RULES: readonly MonitorRule[] = [
  /** Limits of schedules: docs, monitors/guide/custom_schedules; spec v1, MonitorOptionsSchedulingOptions. */
  {
    code: 'invalid_schedule',
    severity: 'error',
    summary: 'The schedule cannot be kept.',
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
  /** What a custom schedule goes with: docs, monitors/guide/custom_schedules. */
  {
    code: 'custom_schedule_needs',
    severity: 'error',
    summary: 'A custom schedule needs another value of an option.',
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
          message: 'Datadog refuses a custom schedule where on_missing_data is not set.',
          hint: 'Add on_missing_data: default, or another.',
          fix: {
            title: 'Add on_missing_data: default',
            edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
          },
        });
      if (full === true)
        hits.push({
          path: ['options', 'require_full_window'],
          message: 'Datadog refuses require_full_window with a custom schedule.',
          hint: 'Write false.',
          fix: { title: 'Write false', edits: [{ path: ['options', 'require_full_window'], value: false }] },
        });
      return hits;
    },
  },
  {
    code: 'evaluation_window_unused',
    severity: 'warning',
    summary: 'It is said when a window begins that the query does not have.',
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
          message: `${member} does nothing here: it moves ${windows.join(' and ')}, and the query looks at ${window}.`,
          hint: 'Write such a window in the query, or leave this out.',
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
      'hour_starts is a minute of the hour, 0 to 59',
    ),
    ...refused(isText(day, CLOCK), [...path, 'day_starts'], 'day_starts is a time as in 04:00'),
    ...refused(isWhole(month, 1, 1), [...path, 'month_starts'], 'month_starts can only be 1'),
    ...refused(
      hour == null || (day == null && month == null),
      [...path, 'hour_starts'],
      'hour_starts stands alone, without day_starts and month_starts',
    ),
    ...zoneFaults(timezone, [...path, 'timezone']),
  ];
}

function recurrencesFaults(recurrences: Json | undefined, path: Path): Hit[] {
  if (!Array.isArray(recurrences)) return [];
  if (recurrences.length !== 1)
    return refused(false, path, `a custom schedule has one recurrence, not ${recurrences.length}`);
  const [recurrence = null] = recurrences;
  if (!isObject(recurrence)) return [];
  const at = [...path, 0];
  return [
    ...ruleFaults(recurrence['rrule'], [...at, 'rrule']),
    ...refused(
      isText(recurrence['start'], START),
      [...at, 'start'],
      'start is a local time as in 2026-01-05T09:00:00, with its zone in timezone',
    ),
    ...zoneFaults(recurrence['timezone'], [...at, 'timezone']),
  ];
}

function ruleFaults(rrule: Json | undefined, path: Path): Hit[] {
  if (typeof rrule !== 'string') return refused(rrule == null, path, 'rrule is a text as in FREQ=DAILY');
  const forbidden = FORBIDDEN.exec(rrule);
  if (forbidden) {
    const [text] = forbidden;
    const span = { from: forbidden.index, to: forbidden.index + text.length };
    const message = `Datadog refuses the schedule: ${text} has no place in an rrule.`;
    return [{ path, span, message, hint: 'Write the beginning as start, and its zone as timezone.' }];
  }
  const often = FREQUENCY.exec(rrule)?.[1]?.toUpperCase() ?? '';
  return refused(
    AT_MOST_DAILY.includes(often),
    path,
    `an rrule says FREQ=${AT_MOST_DAILY.join(', ')}, and nothing more frequent`,
  );
}

function zoneFaults(zone: Json | undefined, path: Path): Hit[] {
  return refused(
    zone == null || (typeof zone === 'string' && isTimeZone(zone)),
    path,
    'timezone is a name as in Europe/Berlin',
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
  return fine ? [] : [{ path, message: `Datadog refuses the schedule: ${why}.` }];
}

function windowOf(query: Query): string | undefined {
  const window = query.kind === 'metric' ? query.evaluation.args[0] : undefined;
  return window?.kind === 'word' ? window.text : undefined;
}
