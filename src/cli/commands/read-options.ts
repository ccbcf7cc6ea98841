import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Format } from '../../format/decoded.ts';
import { nearest } from '../../lint/nearest.ts';

/** The arguments of a command are invalid. */
export class UsageError extends Error {}

export const INPUT_FORMATS = ['yaml', 'json', 'toml'] as const satisfies readonly Format[];

/** Parses options and positional arguments. Throws UsageError, with a suggestion for an unknown option. */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message);
    const suggestion = nearest(unknown, Object.keys(options));
    throw new UsageError(
      `unknown option --${unknown}.${suggestion === undefined ? '' : ` Did you mean --${suggestion}?`}`,
    );
  }
}

/** Returns the value of an option if it is one of `words`. Throws UsageError otherwise. */
export function oneOf<const T extends string>(option: string, words: readonly T[], value: string): T {
  const word = words.find((each) => each === value);
  if (word === undefined)
    throw new UsageError(`${option} must be one of ${words.join(', ')}, not "${value}"`);
  return word;
}

/** Returns the files to read. Throws UsageError if there are none, or if standard input is named twice. */
export function requireFiles(positionals: readonly string[]): readonly string[] {
  if (positionals.length === 0) throw new UsageError('no file given');
  if (positionals.filter((file) => file === '-').length > 1) {
    throw new UsageError('standard input (-) can be read only once');
  }
  return positionals;
}
