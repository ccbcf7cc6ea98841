/** Where the inside of a tag ends, and the quote that nothing closes in it. */
export interface TagEnd {
  readonly to: number;
  readonly openQuote?: number;
}

/** In a message with so many ends missing nothing more is looked for: each would be looked for to the end of the text. */
const MOST_MISSING = 100;

/** Finds the ends of tags in one message; what was looked for once is not looked for again. */
export class TagEnds {
  readonly #text: string;
  /** From where a text was looked for last, and where it came. */
  readonly #known = new Map<string, { readonly from: number; readonly at: number }>();
  /** How many different texts were looked for and do not come. */
  #missing = 0;
  /** Signs that were looked at. */
  steps = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where a text comes next; -1 where it does not. */
  find(what: string, from: number): number {
    const known = this.#known.get(what);
    if (known && known.from <= from && (known.at < 0 || from <= known.at)) return known.at;
    if (this.#missing > MOST_MISSING) return -1;
    const at = this.#text.indexOf(what, from);
    if (at < 0) this.#missing += 1;
    this.steps += (at < 0 ? this.#text.length : at) - from + what.length;
    this.#known.set(what, { from, at });
    return at;
  }

  /** Where the inside of the tag that begins at `from` ends; undefined where a brace stands alone, another tag begins or the text ends before. */
  inside(from: number): TagEnd | undefined {
    const text = this.#text;
    let blank = true;
    for (let at = from; at < text.length; at++) {
      this.steps += 1;
      const sign = text[at];
      if (sign === '{' && text[at + 1] === '{') return undefined;
      if (sign === '}') return text[at + 1] === '}' ? { to: at } : undefined;
      if (blank && (sign === '"' || sign === "'")) {
        const close = this.#quoteEnd(sign, at);
        if (close < 0) return this.#unquoted(at);
        at = close;
      }
      blank = sign === ' ' || sign === '\n' || sign === '\t' || sign === '\r';
    }
    return undefined;
  }

  /** A quote closes on its line, and what comes then is a blank or the end of the tag: in another place it is no quote of this tag. */
  #quoteEnd(quote: string, at: number): number {
    const close = this.find(quote, at + 1);
    if (close < 0) return -1;
    const line = this.find('\n', at + 1);
    if (line >= 0 && line < close) return -1;
    return /[\s}]/.test(this.#text[close + 1] ?? ' ') ? close : -1;
  }

  /** A tag with a quote that nothing closes ends at the next braces. */
  #unquoted(openQuote: number): TagEnd | undefined {
    const to = this.find('}}', openQuote);
    const next = this.find('{{', openQuote);
    return to < 0 || (next >= 0 && next < to) ? undefined : { to, openQuote };
  }
}
