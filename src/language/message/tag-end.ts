/** The end of a tag's content, and an unclosed quote in it. */
export interface TagEnd {
  readonly to: number;
  readonly openQuote?: number;
}

/** Stops searching after this many failed searches, because each of them reads to the end of the text. */
const MAX_MISSING = 100;

/** Finds the ends of tags in one message, and caches results. */
export class TagEnds {
  readonly #text: string;
  /** The last search for each string: its start and its result. */
  readonly #cache = new Map<string, { readonly from: number; readonly at: number }>();
  /** The number of strings that were not found. */
  #missing = 0;
  /** The number of characters examined. */
  steps = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the next offset of a string, or -1. */
  find(what: string, from: number): number {
    const cached = this.#cache.get(what);
    if (cached && cached.from <= from && (cached.at < 0 || from <= cached.at)) return cached.at;
    if (this.#missing > MAX_MISSING) return -1;
    const at = this.#text.indexOf(what, from);
    if (at < 0) this.#missing += 1;
    this.steps += (at < 0 ? this.#text.length : at) - from + what.length;
    this.#cache.set(what, { from, at });
    return at;
  }

  /** Returns the end of the content of the tag at `from`, or undefined if a single brace, another tag or the end of the text comes first. */
  inside(from: number): TagEnd | undefined {
    const text = this.#text;
    let afterSpace = true;
    for (let at = from; at < text.length; at++) {
      this.steps += 1;
      const sign = text[at];
      if (sign === '{' && text[at + 1] === '{') return undefined;
      if (sign === '}') return text[at + 1] === '}' ? { to: at } : undefined;
      if (afterSpace && (sign === '"' || sign === "'")) {
        const close = this.#quoteEnd(sign, at);
        if (close < 0) return this.#unquoted(at);
        at = close;
      }
      afterSpace = sign === ' ' || sign === '\n' || sign === '\t' || sign === '\r';
    }
    return undefined;
  }

  /** A closing quote is on the same line and precedes a space or the end of the tag. Otherwise it does not belong to this tag. */
  #quoteEnd(quote: string, at: number): number {
    const close = this.find(quote, at + 1);
    if (close < 0) return -1;
    const line = this.find('\n', at + 1);
    if (line >= 0 && line < close) return -1;
    return /[\s}]/.test(this.#text[close + 1] ?? ' ') ? close : -1;
  }

  /** A tag with an unclosed quote ends at the next braces. */
  #unquoted(openQuote: number): TagEnd | undefined {
    const to = this.find('}}', openQuote);
    const next = this.find('{{', openQuote);
    return to < 0 || (next >= 0 && next < to) ? undefined : { to, openQuote };
  }
}
