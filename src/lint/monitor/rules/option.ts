import { isObject, type Json } from '../../../domain/json.ts';
import { OPTION_FORMS, type OptionForm } from '../monitor-options.ts';
import { EVENT_TYPES, METRIC_TYPES, MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, moveMember, numericOf, withoutOptions } from '../option-values.ts';
import { NUMERIC_THRESHOLDS } from '../thresholds.ts';
import { nearest } from '../../nearest.ts';
import type { Hit, Path } from '../../rule.ts';

const RETENTION = /^(\d{1,9})([smhd])$/;

const MINUTES_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ['s', 1 / 60],
  ['m', 1],
  ['h', 60],
  ['d', 24 * 60],
]);

/** Common wrong names of option values. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'alert'],
  ['show_ok', 'resolve'],
]);

interface Limited {
  readonly option: string;
  /** Whether monitors of a type use the option. */
  readonly used: (type: string) => boolean;
  readonly by: string;
  /** Values without an effect; by default, those that turn the option off. */
  readonly idle?: (value: Json) => boolean;
}

/** Options that some types accept and ignore: spec v1, MonitorOptions. */
const LIMITED: readonly Limited[] = [
  { option: 'require_full_window', used: (type) => METRIC_TYPES.has(type), by: 'metric monitors' },
  { option: 'enable_logs_sample', used: (type) => type === 'log alert', by: 'log monitors' },
  { option: 'enable_samples', used: (type) => type.startsWith('ci-'), by: 'CI monitors' },
  { option: 'groupby_simple_monitor', used: (type) => type === 'log alert', by: 'log monitors' },
  {
    option: 'group_retention_duration',
    used: (type) => EVENT_TYPES.has(type) || METRIC_TYPES.has(type) || /^(?:cost|data-)/.test(type),
    by: 'event monitors',
  },
  { option: 'new_group_delay', used: (type) => type !== 'composite', by: 'the members of the composite' },
  {
    option: 'scheduling_options',
    used: (type) => METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || type === 'cost alert',
    by: 'metric and event monitors',
    idle: (value) => isObject(value) && Object.keys(value).length === 0,
  },
  { option: 'min_failure_duration', used: () => false, by: 'synthetic tests' },
  {
    option: 'min_location_failed',
    used: () => false,
    by: 'synthetic tests',
    idle: (value) => numericOf(value) === 1,
  },
];

/** Rules about the names and values of options. */
export const OPTION_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_option',
    severity: 'warning',
    summary: 'Unknown option.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notfy_no_data: ⟦true⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notify_no_data: true}
`,
    check: ({ monitor, options }) =>
      Object.keys(options)
        .values()
        .filter((name) => !OPTION_FORMS.has(name))
        .map((name) => {
          const to = placeOf(name);
          const fix =
            to === undefined
              ? undefined
              : moveMember(monitor, ['options', name], to, `Move to ${to.join('.')}`);
          return {
            path: ['options', name],
            message: `"${name}" is not an option: Datadog rejects the monitor or ignores the option.`,
            ...(to === undefined ? {} : { hint: `Did you mean ${to.join('.')}?` }),
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
  {
    code: 'invalid_option',
    severity: 'error',
    summary: 'The value of an option is invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {timeout_h: ⟦48⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {timeout_h: 24}
`,
    *check({ options }) {
      for (const [name, value] of Object.entries(options)) {
        const form = OPTION_FORMS.get(name);
        if (form !== undefined && value !== null && value !== '')
          yield* faultsOf(['options', name], form, value);
      }
    },
  },
  {
    code: 'option_ignored',
    severity: 'warning',
    summary: 'This type of monitor ignores the option.',
    bad: `type: process alert
query: processes("java").over("*").rollup("count").last("5m") > 5
options: {require_full_window: ⟦true⟧}
`,
    good: `type: process alert
query: processes("java").over("*").rollup("count").last("5m") > 5
options: {require_full_window: false}
`,
    check: ({ type, options }) => {
      if (!MONITOR_TYPES.has(type) || type === 'synthetics alert') return [];
      return LIMITED.flatMap(({ option, used, by, idle }) => {
        const value = options[option];
        if (value === undefined || !isOn(value) || used(type) || idle?.(value)) return [];
        return [
          {
            path: ['options', option],
            message: `${option} has no effect on monitors of type ${type}: it applies to ${by}.`,
            hint: 'Remove it.',
            fix: withoutOptions(option),
          },
        ];
      });
    },
  },
];

/** Returns the path of the field that was probably meant. */
function placeOf(name: string): Path | undefined {
  if (NUMERIC_THRESHOLDS.includes(name)) return ['options', 'thresholds', name];
  const meant = nearest(name, OPTION_FORMS.keys());
  return meant === undefined ? undefined : ['options', meant];
}

function faultsOf(path: Path, form: OptionForm, value: Json): Iterable<Hit> {
  switch (form.kind) {
    case 'flag':
      return faultUnless(isFlag(value), path, 'must be true or false');
    case 'text':
      return faultUnless(typeof value === 'string', path, 'must be a string');
    case 'object':
      return faultUnless(isObject(value), path, 'must be an object');
    case 'list':
      return faultUnless(Array.isArray(value), path, 'must be a list');
    case 'texts':
      return faultUnless(
        Array.isArray(value) && value.every((item) => typeof item === 'string'),
        path,
        'must be a list of strings',
      );
    case 'retention':
      return faultUnless(isRetention(value), path, 'must be 60m to 72h, for example 60m, 24h or 2d');
    case 'number':
      return faultUnless(isWithin(form, value), path, takesNumber(form));
    case 'word':
      return wordFaults(path, path, form.of, value);
    case 'words':
      if (!Array.isArray(value)) return faultUnless(false, path, `must be a list of ${form.of.join(', ')}`);
      return value.values().flatMap((item, at) => wordFaults(path, [...path, at], form.of, item));
    case 'anything':
      return [];
  }
}

function faultUnless(fine: boolean, path: Path, takes: string): Hit[] {
  return fine ? [] : [{ path, message: `Datadog rejects the monitor: ${path.at(-1)} ${takes}.` }];
}

function wordFaults(option: Path, path: Path, known: readonly string[], value: Json): Hit[] {
  if (typeof value === 'string' && known.includes(value)) return [];
  const meant = typeof value === 'string' ? meantBy(value, known) : undefined;
  return [
    {
      path,
      message: `Datadog rejects the monitor: ${option.at(-1)} must be one of ${known.join(', ')}.`,
      ...(meant === undefined
        ? {}
        : {
            hint: `Did you mean ${meant}?`,
            fix: { title: `Change to ${meant}`, edits: [{ path, value: meant }] },
          }),
    },
  ];
}

function meantBy(word: string, known: readonly string[]): string | undefined {
  const other = ALSO_CALLED.get(word.toLowerCase()) ?? '';
  return known.includes(other) ? other : nearest(word, known);
}

/** Accepts the strings and numbers that Datadog reads as true or false. */
function isFlag(value: Json): boolean {
  if (typeof value === 'string') return /^(?:true|false)$/i.test(value);
  return typeof value === 'boolean' || value === 0 || value === 1;
}

function isRetention(value: Json): boolean {
  const [, count, unit = ''] = (typeof value === 'string' ? RETENTION.exec(value) : null) ?? [];
  const minutes = Number(count) * (MINUTES_OF.get(unit) ?? Number.NaN);
  return minutes >= 60 && minutes <= 72 * 60;
}

function isWithin({ max = Infinity }: OptionForm & { kind: 'number' }, value: Json): boolean {
  const number = numericOf(value);
  return number !== undefined && number >= 0 && number <= max;
}

function takesNumber({ max, unit }: OptionForm & { kind: 'number' }): string {
  const of = unit === undefined ? '' : ` of ${unit}`;
  return max === undefined ? `must be a number${of}, 0 or more` : `must be a number${of} from 0 to ${max}`;
}
