import type { Span, StringLiteral, SyntaxFault, Word } from './syntax.ts';

const BLANK = /\s/;
/** The maximum number of faults. */
const MAX_FAULTS = 50;

/** A quote that ends the search: a bracket, and a method, follow. */
const SEARCH_END = /["'](?=[ \t]{0,9}\)[ \t]{0,9}\.[ \t]{0,9}[a-z_]{1,20}[ \t]{0,9}\()/g;

/** Returns whether a quote is in a text without a backslash before it. */
function hasUnescaped(text: string, quote: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return true;
  }
  return false;
}

function isBlank(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return BLANK.test(String.fromCharCode(code));
}

/** A forward-only reader of a query, which collects faults. */
export class Reader {
  readonly text: string;
  readonly faults: SyntaxFault[] = [];
  at = 0;
  steps = 0;
  #closings: Int32Array | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  skipBlanks(): void {
    while (this.at < this.text.length && isBlank(this.text.charCodeAt(this.at))) this.move(1);
  }

  /** Returns the next character after spaces; empty at the end. */
  peek(): string {
    this.skipBlanks();
    return this.text.charAt(this.at);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Takes the match of a sticky regular expression after spaces. */
  take(pattern: RegExp): Word | undefined {
    this.skipBlanks();
    return this.takeHere(pattern);
  }

  /** Takes the match of a sticky regular expression at the current offset. */
  takeHere(pattern: RegExp): Word | undefined {
    this.steps += 1;
    pattern.lastIndex = this.at;
    const from = this.at;
    if (!pattern.test(this.text) || pattern.lastIndex === from) return undefined;
    this.move(pattern.lastIndex - from);
    return { kind: 'word', text: this.text.slice(from, this.at), span: { from, to: this.at } };
  }

  /** Takes a character after spaces. Returns whether it was there. */
  takeSign(sign: string): boolean {
    this.skipBlanks();
    this.steps += 1;
    if (!this.startsWith(sign)) return false;
    this.move(sign.length);
    return true;
  }

  takeString(): StringLiteral | undefined {
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") return undefined;
    const from = this.at;
    let to = from + 1;
    while (to < this.text.length && this.text.charAt(to) !== quote) {
      to += this.text.charAt(to) === '\\' ? 2 : 1;
    }
    const closed = to < this.text.length;
    const raw = this.text.slice(from + 1, to);
    this.move(Math.min(to + 1, this.text.length) - from);
    const span = { from, to: this.at };
    if (!closed) this.fault('unterminated_text', { from, to: from + 1 }, quote);
    return { kind: 'string', quote, raw, span };
  }

  /**
   * Takes the string of a search. Unescaped quotes are part of it if a later quote is followed by a method or a
   * comparison.
   */
  takeSearch(): StringLiteral | undefined {
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") return undefined;
    const from = this.at;
    if (!this.#endsInside(quote)) return this.takeString();
    SEARCH_END.lastIndex = from + 1;
    let end = SEARCH_END.exec(this.text);
    this.steps += (end?.index ?? this.text.length) - from;
    while (end !== null && this.text.charAt(end.index) !== quote) end = SEARCH_END.exec(this.text);
    const to = end?.index ?? from;
    const raw = this.text.slice(from + 1, to);
    if (to === from || !hasUnescaped(raw, quote)) return this.takeString();
    this.move(to + 1 - from);
    return { kind: 'string', quote, raw, innerQuotes: true, span: { from, to: this.at } };
  }

  /** Returns whether text directly follows the string at the current offset, and the string contains no method call. */
  #endsInside(quote: string): boolean {
    let to = this.at + 1;
    while (to < this.text.length && this.text.charAt(to) !== quote)
      to += this.text.charAt(to) === '\\' ? 2 : 1;
    this.steps += to - this.at;
    const next = this.text.charAt(to + 1);
    return (
      next !== '' &&
      !/[\s,)]/.test(next) &&
      !/\.[a-z_]{1,20}\($/.test(this.text.slice(Math.max(0, to - 25), to))
    );
  }

  /** Adds a fault, unless there is one with the same start. */
  fault(code: SyntaxFault['code'], span: Span, what: string): void {
    if (this.faults.length >= MAX_FAULTS || this.faults.some((fault) => fault.span.from === span.from))
      return;
    this.faults.push({ code, span, what });
  }

  /** Adds a fault of one character at the current offset, or an empty one at the end. */
  faultHere(code: SyntaxFault['code'], what: string): void {
    this.skipBlanks();
    this.fault(code, { from: this.at, to: Math.min(this.at + 1, this.text.length) }, what);
  }

  /** Returns the next offset of a character, or undefined. The characters read count as steps. */
  find(sign: string): number | undefined {
    const at = this.text.indexOf(sign, this.at);
    this.steps += (at === -1 ? this.text.length : at) - this.at;
    return at === -1 ? undefined : at;
  }

  /** Returns the offset that closes an open bracket, or undefined if a comparison or the end comes first. */
  closing(from: number): number | undefined {
    this.#closings ??= this.#findClosings();
    const at = this.#closings[from] ?? -1;
    return at === -1 ? undefined : at;
  }

  /** Cached for all offsets, because nested brackets would otherwise scan the same text repeatedly. */
  #findClosings(): Int32Array {
    const { text } = this;
    this.steps += text.length;
    const [closings, nested] = [new Int32Array(text.length + 1), new Int32Array(text.length + 1)];
    const after = (places: Int32Array, at: number) => (at === -1 ? -1 : (places[at + 1] ?? -1));
    closings[text.length] = -1;
    nested[text.length] = -1;
    for (let at = text.length - 1; at >= 0; at -= 1) {
      const sign = text.charAt(at);
      const skipped = sign === '(' ? (nested[at + 1] ?? -1) : at;
      nested[at] = sign === ')' ? at : after(nested, skipped);
      closings[at] = sign === ')' ? at : sign === '>' || sign === '<' ? -1 : after(closings, skipped);
    }
    return closings;
  }

  move(count: number): void {
    this.at += count;
    this.steps += count;
  }
}
