import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Format } from '../../format/decoded.ts';
import { nearest } from '../../lint/nearest.ts';

/** How the command was called is not how it can be. */
export class UsageError extends Error {}

export const INPUT_FORMATS = ['yaml', 'json', 'toml'] as const satisfies readonly Format[];

/** Options and the words between them. Throws UsageError that says what may have been meant. */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '--?([^']+)'/.exec(said)?.[1];
    if (unknown === undefined) throw new UsageError(said);
    const meant = nearest(unknown, Object.keys(options));
    throw new UsageError(
      `there is no option --${unknown}${meant === undefined ? '' : `; did you mean --${meant}?`}`,
    );
  }
}

/** One of the words an option takes. Throws UsageError. */
export function oneOf<const T extends string>(option: string, words: readonly T[], value: string): T {
  const word = words.find((each) => each === value);
  if (word === undefined) throw new UsageError(`${option} is one of ${words.join(', ')}, not "${value}"`);
  return word;
}

/** Files to be read. Throws UsageError where there is none, or standard input twice. */
export function requireFiles(positionals: readonly string[]): readonly string[] {
  if (positionals.length === 0) throw new UsageError('no file is named');
  if (positionals.filter((file) => file === '-').length > 1) {
    throw new UsageError('standard input (-) can be read once');
  }
  return positionals;
}
