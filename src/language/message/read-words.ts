import type { Span } from '../query/syntax.ts';
import type { MessageArgument } from './message-syntax.ts';

/** A quoted word, a name with bracketed parts (`[a.b c].name`), or any other word. An unclosed quote is part of a word. */
const WORD = /"([^"]*)"|'([^']*)'|(?:\[[^[\]]*\]|\S)+/g;

/** Returns the words between the braces of a tag, without quotes. `from` is their offset in the message. */
export function readWords(text: string, from: number): MessageArgument[] {
  return [...text.matchAll(WORD)].map(({ 0: word, 1: double, 2: single, index }) => {
    const inside = double ?? single;
    const begin = from + index + (inside === undefined ? 0 : 1);
    const span: Span = { from: begin, to: begin + (inside ?? word).length };
    return {
      text: inside ?? word,
      quote: double !== undefined ? '"' : single !== undefined ? "'" : '',
      span,
    };
  });
}
