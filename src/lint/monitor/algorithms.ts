import type { Argument, Call } from '../../language/query/syntax.ts';
import { nearest } from '../nearest.ts';
import type { Hit } from '../rule.ts';
import { argumentNumber, argumentText } from './argument-text.ts';
import type { MonitorView } from './monitor-view.ts';

/** What may stand for a named argument of an algorithm. */
export interface Setting {
  readonly fits: (text: string) => boolean;
  readonly takes: string;
  /** The only algorithms that it says something to; all where it is left out. */
  readonly of?: readonly string[];
}

/** What is given to a function that looks for something in data: `anomalies`, `outliers`, `forecast`. */
export interface AlgorithmForm {
  readonly name: string;
  /** What the second argument may be. */
  readonly algorithms: readonly string[];
  /** Numbers that follow: the least and the most of them, and their least value. */
  readonly numbers: readonly [least: number, most: number, value: number];
  readonly example: string;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Setting {
  return { fits: (text) => words.includes(text), takes: words.join(', ') };
}

/** The calls of an algorithm in a query without syntax faults. */
export function callsOf({ parsed: { faults }, calls }: MonitorView, name: string): Call[] {
  return faults.length > 0 ? [] : calls.filter((call) => call.name.text === name);
}

/** Everything that is wrong with what an algorithm is given. */
export function algorithmFaults({ name, args }: Call, form: AlgorithmForm): Hit[] {
  const message = `Datadog refuses the query: ${form.name}() is called as in ${form.example}.`;
  const given = args.filter((argument) => argument.kind !== 'named');
  const [data, algorithm, ...numbers] = given;
  if (data === undefined || algorithm === undefined) return [{ path: ['query'], span: name.span, message }];
  const hits = algorithmHits(algorithm, form);
  const [least, most, value] = form.numbers;
  if (numbers.length < least) hits.push({ path: ['query'], span: algorithm.span, message });
  const wrong = numbers.find((argument, at) => at >= most || (argumentNumber(argument) ?? -Infinity) < value);
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
      message: `Datadog refuses the query: the algorithms of ${name}() are ${algorithms.join(', ')}.`,
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
        message: `Datadog refuses the query: ${name}() has no "${called}".`,
        hint:
          meant === undefined ? `Known are ${[...settings.keys()].join(', ')}.` : `Did you mean ${meant}?`,
      },
    ];
  }
  const value = argumentText(argument.value);
  if (value === undefined || !setting.fits(value))
    return [
      {
        path: ['query'],
        span: argument.value.span,
        message: `Datadog refuses the query: ${called} takes ${setting.takes}.`,
      },
    ];
  return [];
}

/** The settings that say nothing to the algorithm that is chosen. */
export function idleSettings({ args }: Call, { settings }: AlgorithmForm): Hit[] {
  const chosen = argumentText(args[1]) ?? '';
  return args.flatMap((argument) => {
    const of = argument.kind === 'named' ? settings.get(argument.name.text)?.of : undefined;
    if (argument.kind !== 'named' || of === undefined || of.includes(chosen.toLowerCase())) return [];
    return [
      {
        path: ['query'],
        span: argument.name.span,
        message: `${argument.name.text} does nothing here: it is for ${of.join(' and ')}, not for ${chosen}.`,
        hint: `Leave it out, or write '${of[0]}'.`,
      },
    ];
  });
}
