import { readFileSync } from 'node:fs';
import { type TrackedFile, trackedFiles } from '../tracked-files.ts';
import { namesIn } from './names.ts';
import { FORBIDDEN_IN_NAMES, FORBIDDEN_NAMES, FORBIDDEN_PHRASES, FORBIDDEN_WORDS } from './word-lists.ts';

/** A word that a file may contain. `path` is a file or, with a slash at its end, a folder; `*` is every file. */
export interface Exception {
  readonly word: string;
  readonly path: string;
  readonly reason: string;
}

/** Files that are not checked: the lists themselves, generated tables, and tables of old names. */
const UNCHECKED =
  /^(tools\/words\/|package-lock\.json$|docs\/schema\.json$|docs\/changelog\.md$|docs\/reports\/layout\.md$)/;
const CODE = /\.(ts|mjs|js)$/;

interface Fault {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

/**
 * Returns a sentence with a position for every forbidden word in these files, and one for every unused exception.
 * A word in a path counts as line 0.
 */
export function wordFaults(files: readonly TrackedFile[], exceptions: readonly Exception[]): string[] {
  const used = new Set<Exception>();
  const faults = files
    .filter(({ path }) => !UNCHECKED.test(path))
    .flatMap(faultsOf)
    .filter(({ path, word }) => {
      const exception = exceptions.find((one) => one.word === word && covers(one.path, path));
      if (exception) used.add(exception);
      return exception === undefined;
    });
  return [
    ...faults.map(({ path, line, word, instead }) => `${path}:${line}: "${word}"; write ${instead}`),
    ...exceptions
      .filter((one) => !used.has(one))
      .map(({ word, path }) => `tools/words/exceptions.tsv: "${word}" does not occur in ${path}`),
  ];
}

function covers(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('/') && path.startsWith(pattern));
}

function faultsOf(file: TrackedFile): Fault[] {
  return [...pathFaults(file), ...wordsIn(file), ...phrasesIn(file), ...nameFaults(file)];
}

function pathFaults({ path }: TrackedFile): Fault[] {
  return wordsOf(path).flatMap((word) => {
    const instead = FORBIDDEN_WORDS.get(word) ?? inNames(word);
    return instead === undefined ? [] : [{ path, line: 0, word, instead }];
  });
}

function wordsIn({ path, text }: TrackedFile): Fault[] {
  return text.split('\n').flatMap((line, at) =>
    wordsOf(line).flatMap((word) => {
      const instead = FORBIDDEN_WORDS.get(word);
      return instead === undefined ? [] : [{ path, line: at + 1, word, instead }];
    }),
  );
}

function phrasesIn({ path, text }: TrackedFile): Fault[] {
  const prose = proseOf(text);
  return [...FORBIDDEN_PHRASES].flatMap(([phrase, instead]) => {
    const faults: Fault[] = [];
    for (
      let at = prose.words.indexOf(` ${phrase} `);
      at >= 0;
      at = prose.words.indexOf(` ${phrase} `, at + 1)
    ) {
      faults.push({ path, line: prose.lineAt(at + 1), word: phrase, instead });
    }
    return faults;
  });
}

/** Returns the words of a text in lower case, joined by one space, without comment markers and line breaks. */
function proseOf(text: string): { words: string; lineAt: (at: number) => number } {
  let words = ' ';
  const lines: { at: number; line: number }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    lines.push({ at: words.length, line: index + 1 });
    for (const word of line.toLowerCase().match(/[a-z]+/g) ?? []) words += `${word} `;
  }
  return { words, lineAt: (at) => lines.findLast((one) => one.at <= at)?.line ?? 1 };
}

function nameFaults({ path, text }: TrackedFile): Fault[] {
  if (!CODE.test(path)) return [];
  return [...namesIn(text)].flatMap(([name, line]) => {
    const whole = FORBIDDEN_NAMES.get(name);
    if (whole !== undefined) return [{ path, line, word: name, instead: whole }];
    return wordsOf(name).flatMap((word) => {
      const instead = inNames(word);
      return instead === undefined ? [] : [{ path, line, word: name, instead }];
    });
  });
}

function inNames(word: string): string | undefined {
  return FORBIDDEN_IN_NAMES.get(word) ?? FORBIDDEN_IN_NAMES.get(word.replace(/(?<=h)es$|s$/, ''));
}

/** Returns the words of a text in lower case. Splits names at camelCase and underscores. */
function wordsOf(text: string): string[] {
  return (text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
}

/** Parses the exceptions: word, path and reason, separated by tabs, one per line. Throws Error for a malformed line. */
export function readExceptions(text: string): Exception[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [word = '', path = '', reason = '', ...more] = line.split('\t');
      if (reason === '' || more.length > 0) throw new Error(`word, path and reason between tabs: ${line}`);
      return { word, path, reason };
    });
}

if (import.meta.main) {
  const exceptions = readExceptions(readFileSync(new URL('exceptions.tsv', import.meta.url), 'utf8'));
  const faults = wordFaults(trackedFiles(), exceptions);
  console.log([...faults, `${faults.length} words to replace`].join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
}
