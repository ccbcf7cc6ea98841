import type { Argument, Call } from '../../language/query/syntax.ts';
import { nearest } from '../nearest.ts';
import type { Hit } from '../rule.ts';
import { argumentNumber, argumentText } from './argument-text.ts';
import type { MonitorView } from './monitor-view.ts';

/** The allowed values of a named argument of an algorithm. */
export interface Setting {
  readonly fits: (text: string) => boolean;
  readonly takes: string;
  /** The algorithms that use the setting; all if undefined. */
  readonly of?: readonly string[];
}

/** The arguments of `anomalies`, `outliers` or `forecast`. */
export interface AlgorithmForm {
  readonly name: string;
  /** The allowed values of the second argument. */
  readonly algorithms: readonly string[];
  /** The minimum and maximum count of the numbers that follow, and their minimum value. */
  readonly numbers: readonly [minCount: number, maxCount: number, minValue: number];
  readonly example: string;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** Returns a setting that allows only these words. */
export function oneOf(...words: readonly string[]): Setting {
  return { fits: (text) => words.includes(text), takes: words.join(', ') };
}

/** Returns the calls of an algorithm in a query without syntax faults. */
export function callsOf({ parsed: { faults }, calls }: MonitorView, name: string): Call[] {
  return faults.length > 0 ? [] : calls.filter((call) => call.name.text === name);
}

/** Reports invalid arguments of an algorithm. */
export function algorithmFaults({ name, args }: Call, form: AlgorithmForm): Hit[] {
  const message = `Datadog rejects the query: the arguments of ${form.name}() are invalid. Example: ${form.example}.`;
  const given = args.filter((argument) => argument.kind !== 'named');
  const [data, algorithm, ...numbers] = given;
  if (data === undefined || algorithm === undefined) return [{ path: ['query'], span: name.span, message }];
  const hits = algorithmHits(algorithm, form);
  const [minCount, maxCount, minValue] = form.numbers;
  if (numbers.length < minCount) hits.push({ path: ['query'], span: algorithm.span, message });
  const wrong = numbers.find(
    (argument, at) => at >= maxCount || (argumentNumber(argument) ?? -Infinity) < minValue,
  );
  if (wrong) hits.push({ path: ['query'], span: wrong.span, message });
  return [...hits, ...args.flatMap((argument) => settingHits(argument, form))];
}

function algorithmHits(argument: Argument, { name, algorithms }: AlgorithmForm): Hit[] {
  const chosen = argument.kind === 'string' ? argument.raw : undefined;
  if (chosen !== undefined && algorithms.some((one) => one.toLowerCase() === chosen.toLowerCase())) return [];
  const meant = chosen === undefined ? undefined : nearest(chosen, algorithms);
  return [
    {
      path: ['query'],
      span: argument.span,
      message: `Datadog rejects the query: the algorithm of ${name}() must be one of ${algorithms.join(', ')}.`,
      ...(meant === undefined ? {} : { hint: `Did you mean '${meant}'?` }),
    },
  ];
}

function settingHits(argument: Argument, { name, settings }: AlgorithmForm): Hit[] {
  if (argument.kind !== 'named') return [];
  const called = argument.name.text;
  const setting = settings.get(called);
  if (!setting) {
    const meant = nearest(called, settings.keys());
    return [
      {
        path: ['query'],
        span: argument.name.span,
        message: `Datadog rejects the query: "${called}" is not an argument of ${name}().`,
        hint: meant === undefined ? `Allowed: ${[...settings.keys()].join(', ')}.` : `Did you mean ${meant}?`,
      },
    ];
  }
  const value = argumentText(argument.value);
  if (value === undefined || !setting.fits(value))
    return [
      {
        path: ['query'],
        span: argument.value.span,
        message: `Datadog rejects the query: ${called} takes ${setting.takes}.`,
      },
    ];
  return [];
}

/** Reports settings that the selected algorithm ignores. */
export function idleSettings({ args }: Call, { settings }: AlgorithmForm): Hit[] {
  const chosen = argumentText(args[1]) ?? '';
  return args.flatMap((argument) => {
    const of = argument.kind === 'named' ? settings.get(argument.name.text)?.of : undefined;
    if (argument.kind !== 'named' || of === undefined || of.includes(chosen.toLowerCase())) return [];
    return [
      {
        path: ['query'],
        span: argument.name.span,
        message: `${argument.name.text} has no effect: it applies to ${of.join(' and ')}, not to ${chosen}.`,
        hint: `Remove it, or use '${of[0]}'.`,
      },
    ];
  });
}
