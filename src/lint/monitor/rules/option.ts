import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { variableMisfits } from '../../dashboard/widget-types.ts';
import { OPTION_TYPES, optionParts, type OptionType, RETENTION } from '../monitor-options.ts';
import { EVENT_TYPES, METRIC_TYPES, MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, moveMember, numericOf, withoutOptions, NUMERIC_THRESHOLDS } from '../option-values.ts';
import { warningUnlessMisspelt } from '../../known/typo.ts';
import { nearest } from '../../nearest.ts';
import type { Violation, Path } from '../../rule.ts';

const MINUTES_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ['s', 1 / 60],
  ['m', 1],
  ['h', 60],
  ['d', 24 * 60],
]);

/** Common wrong names of option values. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'alert'],
  ['show_ok', 'resolve'],
]);

interface TypeRestriction {
  readonly option: string;
  /** Whether monitors of a type use the option. */
  readonly supports: (type: string) => boolean;
  readonly supportedBy: string;
  /** Values without an effect; by default, those that turn the option off. */
  readonly hasNoEffect?: (value: Json) => boolean;
}

/** Options that some types accept and ignore: Datadog API v1, MonitorOptions. */
const TYPE_RESTRICTIONS: readonly TypeRestriction[] = [
  {
    option: 'require_full_window',
    // Datadog returns it for every service check.
    supports: (type) => METRIC_TYPES.has(type) || type === 'service check',
    supportedBy: 'metric monitors',
  },
  { option: 'enable_logs_sample', supports: (type) => type === 'log alert', supportedBy: 'log monitors' },
  { option: 'enable_samples', supports: (type) => type.startsWith('ci-'), supportedBy: 'CI monitors' },
  { option: 'groupby_simple_monitor', supports: (type) => type === 'log alert', supportedBy: 'log monitors' },
  {
    option: 'group_retention_duration',
    supports: (type) => EVENT_TYPES.has(type) || METRIC_TYPES.has(type) || /^(?:cost|data-)/.test(type),
    supportedBy: 'event monitors',
  },
  {
    option: 'new_group_delay',
    supports: (type) => type !== 'composite',
    supportedBy: 'the members of the composite',
  },
  {
    option: 'scheduling_options',
    supports: (type) => METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || type === 'cost alert',
    supportedBy: 'metric and event monitors',
    hasNoEffect: (value) => isObject(value) && Object.keys(value).length === 0,
  },
  { option: 'min_failure_duration', supports: () => false, supportedBy: 'synthetic tests' },
  {
    option: 'min_location_failed',
    supports: () => false,
    supportedBy: 'synthetic tests',
    hasNoEffect: (value) => numericOf(value) === 1,
  },
];

/** Rules about the names and values of options. */
export const OPTION_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_option',
    severity: 'error',
    summary: 'Unknown option. It is a warning if it is not within two edits of a known one.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notfy_no_data: ⟦true⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notify_no_data: true}
`,
    *check({ monitor, options }) {
      for (const name of Object.keys(options))
        if (!OPTION_TYPES.has(name)) yield unknownOption(monitor, ['options', name], intendedPath(name));
      for (const { path, object, fields } of optionParts(options))
        for (const name of Object.keys(object)) {
          const meant = fields.includes(name) ? name : nearest(name, fields);
          if (meant !== name)
            yield unknownOption(monitor, [...path, name], meant === undefined ? undefined : [...path, meant]);
        }
    },
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
    *check({ options, variables }) {
      for (const { variable, path: at } of variables)
        for (const { kind, path, field, expected } of variableMisfits(variable, at))
          if (kind === 'type')
            yield { path, message: `Datadog rejects the monitor: ${field} must be ${expected.join()}.` };
      for (const [name, value] of Object.entries(options)) {
        const type = OPTION_TYPES.get(name);
        if (type !== undefined && value !== null && value !== '')
          yield* valueViolations(['options', name], type, value);
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
      return TYPE_RESTRICTIONS.flatMap(({ option, supports, supportedBy, hasNoEffect }) => {
        const value = options[option];
        if (value === undefined || !isOn(value) || supports(type) || hasNoEffect?.(value)) return [];
        return [
          {
            path: ['options', option],
            message: `${option} has no effect on monitors of type ${type}: it applies only to ${supportedBy}.`,
            hint: 'Remove it.',
            fix: withoutOptions(option),
          },
        ];
      });
    },
  },
];

/** Returns the path of the field that was probably meant. */
function intendedPath(name: string): Path | undefined {
  if (NUMERIC_THRESHOLDS.includes(name)) return ['options', 'thresholds', name];
  const meant = nearest(name, OPTION_TYPES.keys());
  return meant === undefined ? undefined : ['options', meant];
}

function unknownOption(monitor: JsonObject, path: Path, to: Path | undefined): Violation {
  const name = String(path.at(-1));
  const meant = to?.length === path.length ? String(to.at(-1)) : undefined;
  const of = path.length > 2 ? `a field of ${path.at(-2)}` : 'an option';
  const fix = to === undefined ? undefined : moveMember(monitor, path, to, `Move to ${to.join('.')}`);
  return {
    path,
    message: `"${name}" is not ${of}: Datadog rejects the monitor or ignores the ${path.length > 2 ? 'field' : 'option'}.`,
    ...warningUnlessMisspelt(name, meant),
    ...(to === undefined ? {} : { hint: `Did you mean ${to.join('.')}?` }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function valueViolations(path: Path, type: OptionType, value: Json): Iterable<Violation> {
  switch (type.kind) {
    case 'flag':
      return violationUnless(isFlag(value), path, 'must be true or false');
    case 'text':
      return violationUnless(typeof value === 'string', path, 'must be a string');
    case 'object':
      return violationUnless(isObject(value), path, 'must be an object');
    case 'list':
      return violationUnless(Array.isArray(value), path, 'must be a list');
    case 'texts':
      return violationUnless(
        Array.isArray(value) && value.every((item) => typeof item === 'string'),
        path,
        'must be a list of strings',
      );
    case 'retention':
      return violationUnless(isRetention(value), path, 'must be 60m to 72h, for example 60m, 24h or 2d');
    case 'number':
      return violationUnless(isWithin(type, value), path, describeNumber(type));
    case 'word':
      return enumViolations(path, path, type.values, value);
    case 'words':
      if (!Array.isArray(value))
        return violationUnless(false, path, `must be a list of ${type.values.join(', ')}`);
      return value.values().flatMap((item, at) => enumViolations(path, [...path, at], type.values, item));
    case 'anything':
      return [];
  }
}

function violationUnless(isValid: boolean, path: Path, expected: string): Violation[] {
  return isValid ? [] : [{ path, message: `Datadog rejects the monitor: ${path.at(-1)} ${expected}.` }];
}

function enumViolations(option: Path, path: Path, known: readonly string[], value: Json): Violation[] {
  if (typeof value === 'string' && known.includes(value)) return [];
  const meant = typeof value === 'string' ? suggestValue(value, known) : undefined;
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

function suggestValue(word: string, known: readonly string[]): string | undefined {
  const other = SYNONYMS.get(word.toLowerCase()) ?? '';
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

function isWithin({ max = Infinity }: OptionType & { kind: 'number' }, value: Json): boolean {
  const number = numericOf(value);
  return number !== undefined && number >= 0 && number <= max;
}

function describeNumber({ max, unit }: OptionType & { kind: 'number' }): string {
  const of = unit === undefined ? '' : ` of ${unit}`;
  return max === undefined ? `must be a number${of}, 0 or more` : `must be a number${of} from 0 to ${max}`;
}
