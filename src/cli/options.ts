import { parseArgs } from 'node:util';
import { nearest } from '../lint/nearest.ts';

/** The arguments of a command are invalid. */
export class UsageError extends Error {}

/** An option of a command. */
export interface Option<T> {
  readonly name: string;
  /** The name of its value in the help; undefined for an option without a value. */
  readonly value?: string;
  /** Every possible value, if they are a fixed set. */
  readonly words?: readonly string[];
  readonly help: string;
  /** Whether it may be given several times. Its values are joined by line ends. */
  readonly isRepeatable?: true;
  /** Converts the given text: undefined if the option is not given, empty if it has no value. Throws UsageError. */
  readonly read: (text: string | undefined) => T;
}

/** The arguments of a command that are not options. */
export interface Operands<T> {
  /** How the usage line names them. */
  readonly usage: string;
  /** Every possible argument, if they are a fixed set. */
  readonly words?: readonly string[];
  /** Whether they name files. */
  readonly files?: true;
  /** Throws UsageError. */
  readonly read: (given: readonly string[]) => T;
}

/** The parsed arguments of a command. */
export interface Arguments<T> {
  readonly operands: T;
  /** Returns the value of an option. */
  readonly get: <V>(option: Option<V>) => V;
}

/** Returns an option without a value. */
export function flag(name: string, help: string): Option<boolean> {
  return { name, help, read: (text) => text !== undefined };
}

/** Returns an option whose value is any text. */
export function textOption(name: string, value: string, help: string): Option<string | undefined> {
  return { name, value, help, read: (text) => text };
}

/** Returns an option whose value is one of `words`, or `otherwise` if it is not given. */
export function choice<const Word extends string, Default extends Word | undefined>(
  name: string,
  words: readonly Word[],
  otherwise: Default,
  help: string,
): Option<Word | Default> {
  const read = (text: string | undefined) => {
    if (text === undefined) return otherwise;
    const word = words.find((each) => each === text);
    if (word === undefined)
      throw new UsageError(
        `--${name} must be one of ${words.join(', ')}, not "${text}".${suggestion(text, words)}`,
      );
    return word;
  };
  return { name, value: words.join('|'), words, help, read };
}

/** One or more files; `-` is standard input. */
export const FILES: Operands<readonly string[]> = {
  usage: 'FILE...',
  files: true,
  read(given) {
    if (given.length === 0) throw new UsageError('no file given');
    if (given.filter((file) => file === '-').length > 1)
      throw new UsageError('standard input (-) can be read only once');
    return given;
  },
};

/** No arguments but options. `advice` is the message for any other argument. */
export function noOperands(advice: string): Operands<undefined> {
  return {
    usage: '',
    read(given) {
      if (given.length > 0) throw new UsageError(`unexpected argument "${given[0]}": ${advice}`);
      return undefined;
    },
  };
}

/** Exactly one of `words`. `what` names it in messages. */
export function oneOf(what: string, words: readonly string[]): Operands<string> {
  return {
    usage: words.join('|'),
    words,
    read([given, ...more]) {
      const word = words.find((each) => each === given);
      if (word !== undefined && more.length === 0) return word;
      const wrong = given === undefined || word !== undefined ? '' : `, not "${given}"`;
      throw new UsageError(
        `exactly one ${what} is required: ${words.join(', ')}${wrong}.${suggestion(wrong === '' ? '' : (given ?? ''), words)}`,
      );
    },
  };
}

export const HELP = flag('help', 'show this help');

/**
 * Parses the arguments of a command. Returns undefined for `--help`. Throws UsageError for an unknown option, an invalid value,
 * or wrong operands.
 */
export function parseArguments<T>(
  args: readonly string[],
  options: readonly Option<unknown>[],
  operands: Operands<T>,
): Arguments<T> | undefined {
  const { values, positionals } = split(args, options);
  const textOf = ({ name }: Option<unknown>) => {
    const value = values[name];
    if (Array.isArray(value)) return value.join('\n');
    return value === true ? '' : typeof value === 'string' ? value : undefined;
  };
  if (textOf(HELP) !== undefined) return undefined;
  for (const option of options) option.read(textOf(option));
  return { operands: operands.read(positionals), get: (option) => option.read(textOf(option)) };
}

function split(args: readonly string[], options: readonly Option<unknown>[]) {
  const config = [...options, HELP].map(
    ({ name, value, isRepeatable }) =>
      [
        name,
        {
          multiple: isRepeatable === true,
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          ...(name === HELP.name ? { short: 'h' } : {}),
        },
      ] as const,
  );
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: Object.fromEntries(config) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message);
    const names = [...options, HELP].map(({ name }) => `--${name}`);
    throw new UsageError(`unknown option --${unknown}.${suggestion(`--${unknown}`, names)}`);
  }
}

/** Returns " Did you mean X?", or nothing if no known word is similar. */
export function suggestion(word: string, known: readonly string[]): string {
  const similar = nearest(word, known);
  return similar === undefined ? '' : ` Did you mean ${similar}?`;
}
