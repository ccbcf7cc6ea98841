import { runInNewContext } from 'node:vm';

/** Length of the repeated part of a text in UTF-16 units. Quadratic time then takes tens of milliseconds, linear time microseconds. */
const PUMPED_UNITS = 8_000;
const SLOW_MS = 15;
/** A text counts as slow only if it is slow every time: a single slow run may have been interrupted. */
const ATTEMPTS = 3;
/** Total time for all texts of one expression. */
const TIMEOUT_MS = 300_000;
const MAX_PIECES = 24;
/** An example character of each class that expressions use. */
const COMMON = ['a', '0', ' ', '\n', '_', '-', '.', '"', "'", '\\', '\u00e9'];
const ENDS = ['', '\u0001', 'x'];

interface Expression {
  readonly source: string;
  readonly flags: string;
}

/**
 * Returns a text on which the engine takes more than linear time, as a JavaScript expression, or undefined. Complements the
 * checker, which only guesses texts for expressions with lookaround or backreferences. Texts consist of a beginning, one or
 * two repeated pieces, and an end; the pieces are characters and words of the expression.
 */
export function slowText({ source, flags }: Expression): string | undefined {
  const pieces = piecesOf(source);
  const pairs = pieces.flatMap((one) => pieces.map((other) => one + other));
  const parts = [
    ...['', ...pairs].flatMap((start) => pieces.map((piece) => [start, piece] as const)),
    ...['', ...pieces].flatMap((start) => pairs.map((pair) => [start, pair] as const)),
  ];
  let attack = '';
  const regex = new RegExp(source, flags);
  const isSlow = (text: string) => {
    const before = process.threadCpuUsage();
    regex.lastIndex = 0;
    regex.test(text);
    return process.threadCpuUsage(before).user / 1000 > SLOW_MS;
  };
  const search = () =>
    parts.some(([start, piece]) =>
      ENDS.some((end) => {
        const count = Math.floor(PUMPED_UNITS / piece.length);
        attack = `${JSON.stringify(start)} + ${JSON.stringify(piece)}.repeat(${count}) + ${JSON.stringify(end)}`;
        const text = start + piece.repeat(count) + end;
        return Array.from({ length: ATTEMPTS }).every(() => isSlow(text));
      }),
    );
  try {
    // Only a script of node:vm has a timeout that interrupts a search.
    return runInNewContext('search()', { search }, { timeout: TIMEOUT_MS }) === true ? attack : undefined;
  } catch (error) {
    if (
      typeof error === 'object' &&
      error !== null &&
      'code' in error &&
      error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
    )
      return attack;
    throw error;
  }
}

/** Returns the characters and words of an expression, and an example of each class. */
function piecesOf(source: string): string[] {
  const words = source.match(/[A-Za-z]{2,}/g) ?? [];
  const characters = source.replace(/\\[A-Za-z]/g, '').match(/[^\\A-Za-z]/g) ?? [];
  return [...new Set([...COMMON, ...characters, ...words])].slice(0, MAX_PIECES);
}
