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

/** What others call the words. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'alert'],
  ['show_ok', 'resolve'],
]);

interface Limited {
  readonly option: string;
  /** Whether a type uses the option. */
  readonly used: (type: string) => boolean;
  readonly by: string;
  /** Values that say nothing; by default what is off. */
  readonly idle?: (value: Json) => boolean;
}

/** Options that some types take and do not use: spec v1, MonitorOptions. */
const LIMITED: readonly Limited[] = [
  { option: 'require_full_window', used: (type) => METRIC_TYPES.has(type), by: 'metric monitors' },
  { option: 'enable_logs_sample', used: (type) => type === 'log alert', by: 'log monitors' },
  { option: 'enable_samples', used: (type) => type.startsWith('ci-'), by: 'CI monitors' },
  { option: 'groupby_simple_monitor', used: (type) => type === 'log alert', by: 'log monitors' },
  {
    option: 'group_retention_duration',
    used: (type) => EVENT_TYPES.has(type) || METRIC_TYPES.has(type) || /^(?:cost|data-)/.test(type),
    by: 'monitors that search in events',
  },
  { option: 'new_group_delay', used: (type) => type !== 'composite', by: 'the monitors that it is made of' },
  {
    option: 'scheduling_options',
    used: (type) => METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || type === 'cost alert',
    by: 'metric monitors and those that search in events',
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

/** Options: their names and values. */
export const OPTION_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_option',
    severity: 'warning',
    summary: 'There is no option of this name.',
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
              : moveMember(monitor, ['options', name], to, `Write it as ${to.join('.')}`);
          return {
            path: ['options', name],
            message: `Datadog has no option "${name}": it refuses the monitor, or the option does nothing.`,
            ...(to === undefined ? {} : { hint: `Did you mean ${to.join('.')}?` }),
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
  {
    code: 'invalid_option',
    severity: 'error',
    summary: 'An option has a value that it cannot have.',
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
    summary: 'This type of monitor does not use the option.',
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
            message: `${option} does nothing for a monitor of type ${type}: it is for ${by}.`,
            hint: 'Leave it out.',
            fix: withoutOptions(option),
          },
        ];
      });
    },
  },
];

/** Where what was written was probably meant to stand. */
function placeOf(name: string): Path | undefined {
  if (NUMERIC_THRESHOLDS.includes(name)) return ['options', 'thresholds', name];
  const meant = nearest(name, OPTION_FORMS.keys());
  return meant === undefined ? undefined : ['options', meant];
}

function faultsOf(path: Path, form: OptionForm, value: Json): Iterable<Hit> {
  switch (form.kind) {
    case 'flag':
      return saidUnless(isFlag(value), path, 'takes true or false');
    case 'text':
      return saidUnless(typeof value === 'string', path, 'takes a text');
    case 'object':
      return saidUnless(isObject(value), path, 'takes an object');
    case 'list':
      return saidUnless(Array.isArray(value), path, 'takes a list');
    case 'texts':
      return saidUnless(
        Array.isArray(value) && value.every((item) => typeof item === 'string'),
        path,
        'takes a list of texts',
      );
    case 'retention':
      return saidUnless(isRetention(value), path, 'takes 60m to 72h, as in 60m, 24h or 2d');
    case 'number':
      return saidUnless(isWithin(form, value), path, takesNumber(form));
    case 'word':
      return wordFaults(path, path, form.of, value);
    case 'words':
      if (!Array.isArray(value)) return saidUnless(false, path, `takes a list of ${form.of.join(', ')}`);
      return value.values().flatMap((item, at) => wordFaults(path, [...path, at], form.of, item));
    case 'anything':
      return [];
  }
}

function saidUnless(fine: boolean, path: Path, takes: string): Hit[] {
  return fine ? [] : [{ path, message: `Datadog refuses the monitor: ${path.at(-1)} ${takes}.` }];
}

function wordFaults(option: Path, path: Path, known: readonly string[], value: Json): Hit[] {
  if (typeof value === 'string' && known.includes(value)) return [];
  const meant = typeof value === 'string' ? meantBy(value, known) : undefined;
  return [
    {
      path,
      message: `Datadog refuses the monitor: ${option.at(-1)} takes ${known.join(', ')}.`,
      ...(meant === undefined
        ? {}
        : {
            hint: `Did you mean ${meant}?`,
            fix: { title: `Write ${meant}`, edits: [{ path, value: meant }] },
          }),
    },
  ];
}

function meantBy(word: string, known: readonly string[]): string | undefined {
  const other = ALSO_CALLED.get(word.toLowerCase()) ?? '';
  return known.includes(other) ? other : nearest(word, known);
}

/** Texts and numbers that stand for true and false pass, as numeric texts do. */
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
  return max === undefined ? `takes a number${of}, 0 or more` : `takes a number${of} from 0 to ${max}`;
}
