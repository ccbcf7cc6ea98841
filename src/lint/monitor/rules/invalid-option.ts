import { isObject, type Json } from '../../../domain/json.ts';
import { nearest } from '../../nearest.ts';
import type { Hit, Path } from '../../rule.ts';
import { OPTION_FORMS, type OptionForm } from '../monitor-options.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';

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

export const invalidOption: MonitorRule = {
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
};

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

function isWithin({ most = Infinity }: OptionForm & { kind: 'number' }, value: Json): boolean {
  const number = numericOf(value);
  return number !== undefined && number >= 0 && number <= most;
}

function takesNumber({ most, unit }: OptionForm & { kind: 'number' }): string {
  const of = unit === undefined ? '' : ` of ${unit}`;
  return most === undefined ? `takes a number${of}, 0 or more` : `takes a number${of} from 0 to ${most}`;
}
