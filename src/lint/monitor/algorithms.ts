import type { Argument, Call } from '../../language/query/syntax.ts';
import { nearest } from '../nearest.ts';
import type { Violation } from '../rule.ts';
import { argumentNumber, argumentText } from './argument-text.ts';
import type { MonitorView } from './monitor-view.ts';

/** The allowed values of a named argument of an algorithm. */
export interface Setting {
  readonly isValid: (text: string) => boolean;
  readonly expected: string;
  /** The algorithms that use the setting; all if undefined. */
  readonly algorithms?: readonly string[];
}

/** The arguments of `anomalies`, `outliers` or `forecast`. */
export interface AlgorithmSignature {
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
  return { isValid: (text) => words.includes(text), expected: words.join(', ') };
}

/** Returns the calls of an algorithm in a query without syntax faults. */
export function callsOf({ parsed: { faults }, calls }: MonitorView, name: string): Call[] {
  return faults.length > 0 ? [] : calls.filter((call) => call.name.text === name);
}

/** Reports invalid arguments of an algorithm. */
export function argumentViolations({ name, args }: Call, signature: AlgorithmSignature): Violation[] {
  const message = `Datadog rejects the query: the arguments of ${signature.name}() are invalid. Example: ${signature.example}.`;
  const positional = args.filter((argument) => argument.kind !== 'named');
  const [data, algorithm, ...numbers] = positional;
  if (data === undefined || algorithm === undefined) return [{ path: ['query'], span: name.span, message }];
  const violations = algorithmViolations(algorithm, signature);
  const [minCount, maxCount, minValue] = signature.numbers;
  if (numbers.length < minCount) violations.push({ path: ['query'], span: algorithm.span, message });
  const invalid = numbers.find(
    (argument, at) => at >= maxCount || (argumentNumber(argument) ?? -Infinity) < minValue,
  );
  if (invalid) violations.push({ path: ['query'], span: invalid.span, message });
  return [...violations, ...args.flatMap((argument) => settingViolations(argument, signature))];
}

function algorithmViolations(argument: Argument, { name, algorithms }: AlgorithmSignature): Violation[] {
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

function settingViolations(argument: Argument, { name, settings }: AlgorithmSignature): Violation[] {
  if (argument.kind !== 'named') return [];
  const argumentName = argument.name.text;
  const setting = settings.get(argumentName);
  if (!setting) {
    const meant = nearest(argumentName, settings.keys());
    return [
      {
        path: ['query'],
        span: argument.name.span,
        message: `Datadog rejects the query: "${argumentName}" is not an argument of ${name}().`,
        hint: meant === undefined ? `Allowed: ${[...settings.keys()].join(', ')}.` : `Did you mean ${meant}?`,
      },
    ];
  }
  const value = argumentText(argument.value);
  if (value === undefined || !setting.isValid(value))
    return [
      {
        path: ['query'],
        span: argument.value.span,
        message: `Datadog rejects the query: ${argumentName} takes ${setting.expected}.`,
      },
    ];
  return [];
}

/** Reports settings that the selected algorithm ignores. */
export function ignoredSettings({ args }: Call, { settings }: AlgorithmSignature): Violation[] {
  const chosen = argumentText(args[1]) ?? '';
  return args.flatMap((argument) => {
    const of = argument.kind === 'named' ? settings.get(argument.name.text)?.algorithms : undefined;
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
