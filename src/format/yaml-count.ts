import { afterBlanks, afterWhiteSpace, isBreak, isWhiteSpace, lineEnd } from './blanks.ts';
import type { DecodeLimits } from './decoded.ts';
import { TextFault } from './fault.ts';
import { ValueCount } from './value-count.ts';

/**
 * Rejects a YAML text with more values than the limit before js-yaml parses it, because js-yaml first lists the events of the
 * whole text, at a hundred bytes each. Scans only the structure, in one pass, and never counts too many: one value for each
 * element, field and document. Throws TextFault.
 */
export function requireCountedYaml(text: string, limits: Omit<DecodeLimits, 'bytes'>): void {
  // Each value has at least one character.
  if (text.length > limits.values) new YamlCounter(text, limits).run();
}

class YamlCounter {
  readonly #text: string;
  readonly #limits: Omit<DecodeLimits, 'bytes'>;
  readonly #values: ValueCount;
  #at = 0;
  #lineStart = 0;
  /** The columns of the enclosing block lists and objects; -1 at the top level. */
  #columns = [-1];
  #aliases = 0;
  /** Whether `?` started the current field, so that its colon is not counted again. */
  #isExplicit = false;

  constructor(text: string, limits: Omit<DecodeLimits, 'bytes'>) {
    this.#text = text;
    this.#limits = limits;
    this.#values = new ValueCount(limits.values);
  }

  get #column(): number {
    return this.#columns.at(-1) ?? -1;
  }

  run(): void {
    const text = this.#text;
    this.#count();
    for (let documents = 0; this.#at < text.length; ) {
      this.#lineStart = this.#at;
      if (text.startsWith('---', this.#at) && isSeparation(text, this.#at + 3)) {
        if (documents++ > 0) this.#count();
        this.#at += 3;
        [this.#columns, this.#isExplicit] = [[-1], false];
      } else if (text.charAt(this.#at) === '%') {
        this.#count();
        this.#at = lineEnd(text, this.#at);
      }
      this.#line();
      // Skips the line break, which no method above skips without also reading the next line.
      if (isBreak(text, this.#at)) this.#at++;
    }
  }

  /** Reads to the end of a line, or of the last line that a value on it continues to. */
  #line(): void {
    let key: number | undefined;
    for (;;) {
      this.#at = afterWhiteSpace(this.#text, this.#at);
      const column = this.#at - this.#lineStart;
      const sign = this.#text.charAt(this.#at);
      if (sign === '' || isBreak(this.#text, this.#at)) return;
      if (sign === '#') {
        this.#at = lineEnd(this.#text, this.#at);
      } else if (isSeparation(this.#text, this.#at + 1) && '-?:'.includes(sign)) {
        this.#indicator(sign, key ?? column);
        key = undefined;
      } else if (sign === '&' || sign === '!') {
        key ??= column;
        this.#at = wordEnd(this.#text, this.#at);
      } else if (sign === '|' || sign === '>') {
        return this.#block();
      } else {
        key ??= column;
        this.#node(sign);
      }
    }
  }

  #indicator(sign: string, column: number): void {
    if (sign === ':' && this.#isExplicit) this.#isExplicit = false;
    else {
      this.#count();
      this.#isExplicit = sign === '?';
    }
    while (this.#column >= column) this.#columns.pop();
    this.#columns.push(column);
    this.#at++;
    this.#leaveDepth(this.#columns.length - 1);
  }

  /** Stops if lists and objects are too deep, where js-yaml stops as well. */
  #leaveDepth(depth: number): void {
    if (depth > this.#limits.depth + 2) this.#at = this.#text.length;
  }

  #alias(): void {
    this.#aliases += 1;
    const { aliases } = this.#limits;
    if (this.#aliases > aliases)
      throw new TextFault('too_many_aliases', `More than ${aliases} aliases`, this.#at);
    this.#at = wordEnd(this.#text, this.#at);
  }

  #node(sign: string): void {
    if (sign === '"' || sign === "'") this.#at = quotedEnd(this.#text, this.#at);
    else if (sign === '[' || sign === '{') this.#flow();
    else if (sign === '*') this.#alias();
    else this.#plain();
  }

  /** Skips a plain scalar with its continuation lines. */
  #plain(): void {
    const text = this.#text;
    for (;;) {
      this.#at = plainEnd(text, this.#at, false);
      if (!isBreak(text, this.#at)) return;
      const [line, next] = nextLine(text, this.#at);
      const goesOn = next - line > this.#column && next < text.length && text.charAt(next) !== '#';
      if (!goesOn || isMarker(text, next, line)) return;
      [this.#lineStart, this.#at] = [line, next];
    }
  }

  /** Skips a block scalar: all lines that are indented like its first one. */
  #block(): void {
    const text = this.#text;
    const end = lineEnd(text, this.#at);
    const width = /^[|>][-+]?([1-9])/.exec(text.slice(this.#at, this.#at + 3))?.[1];
    let indent = width === undefined ? undefined : this.#column + Number(width);
    this.#at = end;
    while (isBreak(text, this.#at)) {
      const [line, next] = nextLine(text, this.#at);
      const column = spacesEnd(text, line) - line;
      if (next >= text.length || isMarker(text, next, line)) return;
      indent ??= Math.max(column, this.#column + 1);
      if (column < indent) return;
      this.#at = lineEnd(text, next);
    }
  }

  /** Counts a list or an object in brackets. */
  #flow(): void {
    const text = this.#text;
    const open: string[] = [];
    // Whether an element or field starts here, and whether a quote or bracket ended, after which a colon needs no space.
    let [isNext, isClosed] = [false, false];
    while (this.#at < text.length) {
      this.#at = afterBlanks(text, this.#at);
      const sign = text.charAt(this.#at);
      if (sign === ']' || sign === '}') {
        this.#at++;
        open.pop();
        if (open.length === 0) return;
        [isNext, isClosed] = [false, true];
      } else if (sign === ',') {
        this.#at++;
        [isNext, isClosed] = [true, false];
      } else if (sign !== '') {
        if (isNext) this.#count();
        isNext = sign === '[' || sign === '{';
        if (isNext) open.push(sign);
        const isPair = open.at(-1) === '[' && !isNext;
        isClosed = this.#flowNode(sign, isClosed, isPair);
        this.#leaveDepth(open.length);
      }
    }
  }

  /** Reads a token in brackets other than a separator. Returns true after quotes. A pair in a list is a separate object. */
  #flowNode(sign: string, isClosed: boolean, isPair: boolean): boolean {
    const text = this.#text;
    const next = this.#at + 1;
    const isColon = sign === ':' && (isClosed || isSeparation(text, next) || isFlowSign(text, next));
    if (isColon && isPair) this.#count();
    if (sign === '*') this.#alias();
    else if (sign === '"' || sign === "'") this.#at = quotedEnd(text, this.#at);
    else if (isColon || sign === '[' || sign === '{') this.#at = next;
    else this.#at = Math.max(next, plainEnd(text, this.#at, true));
    return sign === '"' || sign === "'";
  }

  #count(): void {
    this.#values.add(this.#at, () => '');
  }
}

/** Returns the end of a plain scalar on its line: before `: `, before ` #`, and in brackets before flow indicators. */
function plainEnd(text: string, from: number, inFlow: boolean): number {
  let at = from;
  for (; at < text.length && !isBreak(text, at); at++) {
    const sign = text.charAt(at);
    if (sign === ':' && (isSeparation(text, at + 1) || (inFlow && isFlowSign(text, at + 1)))) break;
    if (sign === '#' && isSeparation(text, at - 1)) break;
    if (inFlow && isFlowSign(text, at)) break;
  }
  return at;
}

function quotedEnd(text: string, from: number): number {
  const quote = text.charAt(from);
  let at = from + 1;
  for (; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '\\' && quote === '"') at++;
    else if (sign === quote) {
      if (quote === '"' || text.charAt(at + 1) !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

/** Returns the start of the next line that is not blank, and of the text on it. */
function nextLine(text: string, from: number): [line: number, text: number] {
  let [line, at] = [from, from];
  for (; at < text.length && (isBreak(text, at) || isWhiteSpace(text, at)); at++) {
    if (isBreak(text, at)) line = at + 1;
  }
  return [line, at];
}

function isMarker(text: string, at: number, line: number): boolean {
  return (
    at === line && (text.startsWith('---', at) || text.startsWith('...', at)) && isSeparation(text, at + 3)
  );
}

function isSeparation(text: string, at: number): boolean {
  return at < 0 || at >= text.length || isWhiteSpace(text, at) || isBreak(text, at);
}

function isFlowSign(text: string, at: number): boolean {
  return at < text.length && ',[]{}'.includes(text.charAt(at));
}

/** Returns the offset after an alias, an anchor or a tag. */
function wordEnd(text: string, from: number): number {
  let at = from;
  while (!isSeparation(text, at) && !isFlowSign(text, at)) at++;
  return at;
}

function spacesEnd(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ') at++;
  return at;
}
