import type { Span } from '../query/syntax.ts';
import type { MessageArgument } from './message-syntax.ts';

/** A word in quotes, a name with parts in brackets (`[a.b c].name`), or any other word; a quote that nothing closes is a part of one. */
const WORD = /"([^"]*)"|'([^']*)'|(?:\[[^[\]]*\]|\S)+/g;

/** The words between the braces of a tag, without their quotes. `from` is where the stretch begins in the message. */
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
