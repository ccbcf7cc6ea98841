import type { Span } from '../query/syntax.ts';

/** One word of a search with its key, or a quoted string. */
export interface SearchTerm {
  readonly text: string;
  readonly span: Span;
  readonly quoted: boolean;
}

/** One mistake in a search. */
export interface SearchFault {
  readonly code: 'unclosed' | 'unopened' | 'missing' | 'unterminated_text';
  readonly span: Span;
  /** The unclosed, unmatched or expected text, as the user would write it. */
  readonly what: string;
}

export interface Search {
  /** From left to right. */
  readonly terms: readonly SearchTerm[];
  readonly faults: readonly SearchFault[];
  /** The number of steps of the reader, which is linear in the length of the text. */
  readonly steps: number;
}

/** The maximum number of faults. */
const MAX_FAULTS = 20;
const JOINS: ReadonlySet<string> = new Set(['AND', 'OR', '&&', '||']);
const WORD = /(?:\\[^]|[^\s()"\\])+/y;
const BLANKS = /\s+/y;
/** The rest of a range after its first word: `[1 TO 2]`. */
const RANGE_END = /[^\][{}]*[\]}]/y;

/**
 * Parses a search of logs or events: terms, AND, OR, NOT, brackets and quotes. Never throws: mistakes are in the faults.
 * Reads any text in one pass from left to right.
 */
export function parseSearch(text: string): Search {
  const reader = new SearchReader(text);
  reader.readAll();
  const { terms, faults, steps } = reader;
  return { terms, faults, steps };
}

class SearchReader {
  readonly terms: SearchTerm[] = [];
  readonly faults: SearchFault[] = [];
  steps = 0;
  readonly #text: string;
  #at = 0;
  /** Open brackets, innermost last. */
  readonly #open: number[] = [];
  /** The operator, prefix or opening bracket that requires a following term; undefined after a term. */
  #wants: { readonly span: Span; readonly what: string } | undefined;
  #empty = true;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): void {
    for (this.#take(BLANKS); this.#at < this.#text.length; this.#take(BLANKS)) this.#readOne();
    if (this.#wants && !this.#empty) this.#fault('missing', this.#wants.span, this.#wants.what);
    for (const from of this.#open) this.#fault('unclosed', { from, to: from + 1 }, '(');
  }

  #readOne(): void {
    const from = this.#at;
    const sign = this.#text.charAt(from);
    if (sign === '(') {
      this.#move(1);
      this.#open.push(from);
      this.#wants = { span: { from, to: from + 1 }, what: 'a term' };
    } else if (sign === ')') {
      this.#move(1);
      if (this.#wants && this.#open.length > 0)
        this.#fault('missing', { from, to: from + 1 }, this.#wants.what);
      if (this.#open.pop() === undefined) this.#fault('unopened', { from, to: from + 1 }, ')');
      this.#wants = undefined;
    } else if (sign === '"') this.#readQuoted(from);
    else this.#readWord(from);
    this.#empty = false;
  }

  #readQuoted(from: number): void {
    let to = from + 1;
    while (to < this.#text.length && this.#text.charAt(to) !== '"')
      to += this.#text.charAt(to) === '\\' ? 2 : 1;
    if (to >= this.#text.length) this.#fault('unterminated_text', { from, to: from + 1 }, '"');
    this.#move(Math.min(to + 1, this.#text.length) - from);
    this.#term(from, true);
  }

  #readWord(from: number): void {
    const word = this.#take(WORD) ?? '';
    if (word === '') this.#move(1);
    const span = { from, to: this.#at };
    if (JOINS.has(word)) {
      if (this.#wants || this.#empty) this.#fault('missing', span, `a term before ${word}`);
      this.#wants = { span, what: `a term after ${word}` };
    } else if (word === 'NOT' || word === '-' || word === '!')
      this.#wants = { span, what: `a term after ${word}` };
    else if (word.endsWith(':') && !word.endsWith('\\:')) this.#key(word, span);
    else {
      this.#readRange(word, from);
      this.#term(from, false);
    }
  }

  /** Parses a range up to its end, including spaces. */
  #readRange(word: string, from: number): void {
    const open = Math.max(word.lastIndexOf(':['), word.lastIndexOf(':{')) + 1;
    if (open <= Math.max(0, word.lastIndexOf(']'), word.lastIndexOf('}'))) return;
    const at = from + open;
    if (this.#take(RANGE_END) === undefined)
      this.#fault('unclosed', { from: at, to: at + 1 }, word.charAt(open));
  }

  /** Parses a key whose quoted or bracketed value follows directly. */
  #key(word: string, { from, to }: Span): void {
    const next = this.#text.charAt(this.#at);
    if (next === '"' || next === '(') {
      this.terms.push({ text: word, span: { from, to }, quoted: false });
      this.#wants = undefined;
    } else {
      this.#fault('missing', { from, to }, `a value directly after ${word}`);
      this.#term(from, false);
    }
  }

  #term(from: number, quoted: boolean): void {
    const span = { from, to: this.#at };
    this.terms.push({ text: this.#text.slice(from, this.#at), span, quoted });
    this.#wants = undefined;
  }

  #take(pattern: RegExp): string | undefined {
    this.steps += 1;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#move(found.length);
    return found;
  }

  #move(count: number): void {
    this.#at += count;
    this.steps += count;
  }

  #fault(code: SearchFault['code'], span: Span, what: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ code, span, what });
  }
}
