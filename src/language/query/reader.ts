import type { Span, StringLiteral, SyntaxFault, Word } from './syntax.ts';

const BLANK = /\s/;
/** More faults than these help nobody. */
const MOST_FAULTS = 50;

function isBlank(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return BLANK.test(String.fromCharCode(code));
}

/** A place in a query that moves forward only, and the mistakes found on the way. */
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

  /** What stands next, blanks skipped; empty at the end. */
  peek(): string {
    this.skipBlanks();
    return this.text.charAt(this.at);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Takes what a sticky expression finds here, blanks skipped. */
  take(pattern: RegExp): Word | undefined {
    this.skipBlanks();
    return this.takeHere(pattern);
  }

  /** Takes what a sticky expression finds at this very place. */
  takeHere(pattern: RegExp): Word | undefined {
    this.steps += 1;
    pattern.lastIndex = this.at;
    const from = this.at;
    if (!pattern.test(this.text) || pattern.lastIndex === from) return undefined;
    this.move(pattern.lastIndex - from);
    return { kind: 'word', text: this.text.slice(from, this.at), span: { from, to: this.at } };
  }

  /** Takes a sign, blanks skipped; tells whether it was there. */
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

  /** A fault; of several that begin at one place, the first alone. */
  fault(code: SyntaxFault['code'], span: Span, what: string): void {
    if (this.faults.length >= MOST_FAULTS || this.faults.some((fault) => fault.span.from === span.from))
      return;
    this.faults.push({ code, span, what });
  }

  /** A fault at this place, one sign long, or empty at the end. */
  faultHere(code: SyntaxFault['code'], what: string): void {
    this.skipBlanks();
    this.fault(code, { from: this.at, to: Math.min(this.at + 1, this.text.length) }, what);
  }

  /** Where a sign comes next, from this place on; undefined where it never does. What is looked through counts as steps. */
  find(sign: string): number | undefined {
    const at = this.text.indexOf(sign, this.at);
    this.steps += (at === -1 ? this.text.length : at) - this.at;
    return at === -1 ? undefined : at;
  }

  /** Where the bracket closes that is open at a place; undefined where a comparison or the end comes first. */
  closing(from: number): number | undefined {
    this.#closings ??= this.#findClosings();
    const at = this.#closings[from] ?? -1;
    return at === -1 ? undefined : at;
  }

  /** For every place, once: brackets around brackets would look through the same text again and again. */
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
