import type { Json } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import type { DecodeLimits } from './decoded.ts';
import { TextFault } from './fault.ts';
import { addPlace, placeAt, type Place, type Reading } from './place.ts';
import { match, scanBare, scanText } from './toml-scalar.ts';
import { Tables, type KeyPart, type Table } from './toml-table.ts';
import { ValueCount } from './value-count.ts';

const SPACE = /[ \t]*/y;
const COMMENT = /#[^\x00-\x08\x0a-\x1f\x7f]*/y;
const LINE_BREAK = /\r?\n/y;
const BARE_KEY = /[\w-]+/y;

/**
 * Parses TOML 1.1. Numbers are exact at any size, and keep their spelling if it is valid JSON. Dates, times, inf and nan are
 * rejected because JSON cannot represent them. Line breaks in strings become LF. Throws TextFault, also beyond the
 * limits on depth and values.
 */
export function readToml(text: string, limits: Pick<DecodeLimits, 'depth' | 'values'>): Reading {
  return {
    value: new TomlReader(text, limits).read(),
    places: () => {
      const top = placeAt(0);
      new TomlReader(text, limits, top).read();
      return top;
    },
  };
}

class TomlReader {
  readonly #text: string;
  readonly #depth: number;
  readonly #count: ValueCount;
  readonly #tables: Tables;
  #table: Table;
  #at = 0;

  constructor(text: string, { depth, values }: Pick<DecodeLimits, 'depth' | 'values'>, top?: Place) {
    this.#text = text;
    this.#depth = depth;
    this.#count = new ValueCount(values);
    this.#tables = new Tables(depth, this.#count, top);
    this.#table = this.#tables.root;
  }

  read(): Json {
    for (;;) {
      this.#skipLines();
      if (this.#at >= this.#text.length) return this.#tables.root.value;
      if (this.#char() === '[') this.#header();
      else this.#member(this.#table);
      this.#lineEnd();
    }
  }

  #header(): void {
    const offset = this.#at;
    const isList = this.#text.startsWith('[[', offset);
    const close = isList ? ']]' : ']';
    this.#at += close.length;
    const key = this.#key();
    if (!this.#text.startsWith(close, this.#at)) {
      this.#fail(`The closing ${close} of the table header is missing`);
    }
    this.#at += close.length;
    this.#table = isList ? this.#tables.append(key, offset) : this.#tables.open(key, offset);
    const { place } = this.#table;
    if (place) [place.name, place.valueFrom] = [offset, this.#at];
  }

  #member(table: Table): void {
    const key = this.#key();
    const last = key.at(-1) ?? { name: '', offset: this.#at };
    const owner = this.#tables.dotted(table, key.slice(0, -1));
    this.#tables.requireFree(owner, last);
    const steps = [...owner.steps, last.name];
    if (this.#char() !== '=') this.#fail('An = is missing after the key', steps);
    this.#at++;
    this.#space();
    const value = this.#value(owner.level, owner.place, steps);
    const place = owner.place?.children?.last;
    if (place) [place.name, place.part] = [key[0]?.offset ?? last.offset, last.offset];
    this.#tables.define(owner, last, value);
  }

  /** Reads a dotted key and the white space after it. */
  #key(): KeyPart[] {
    const parts: KeyPart[] = [];
    for (;;) {
      this.#space();
      if (parts.length > this.#depth) this.#tables.requireDepth(parts.length, this.#table.steps, this.#at);
      parts.push(this.#keyPart());
      this.#space();
      if (this.#char() !== '.') return parts;
      this.#at++;
    }
  }

  #keyPart(): KeyPart {
    const offset = this.#at;
    const char = this.#char();
    if (char === '"' || char === "'") {
      const { value, end } = scanText(this.#text, offset, false, pointerTo('', ...this.#table.steps));
      this.#at = end;
      return { name: value, offset };
    }
    const bare = match(BARE_KEY, this.#text, offset);
    if (!bare) return this.#fail(nameComplaint(char));
    this.#at = bare.end;
    return { name: bare.value[0], offset };
  }

  #value(level: number, parent: Place | undefined, steps: readonly (string | number)[]): Json {
    const offset = this.#at;
    this.#count.add(offset, () => pointerTo('', ...steps));
    const place = parent && addPlace(parent, steps.at(-1) ?? '', offset);
    const value = this.#read(level, place, steps);
    if (place) place.end = this.#at;
    return value;
  }

  #read(level: number, place: Place | undefined, steps: readonly (string | number)[]): Json {
    const offset = this.#at;
    const char = this.#char();
    if (char === '[') return this.#list(level, place, steps);
    if (char === '{') return this.#inlineTable(level, place, steps);
    const pointer = pointerTo('', ...steps);
    const scan = char === '"' || char === "'" ? scanText(this.#text, offset, true, pointer) : undefined;
    const { value, end } = scan ?? scanBare(this.#text, offset, pointer);
    this.#at = end;
    return value;
  }

  #list(around: number, place: Place | undefined, steps: readonly (string | number)[]): Json[] {
    const level = around + 1;
    this.#tables.requireDepth(level, steps, this.#at);
    const list: Json[] = [];
    const opened = this.#at++;
    for (;;) {
      this.#skipLines();
      if (this.#closes(']')) return list;
      list.push(this.#value(level, place, [...steps, list.length]));
      this.#skipLines();
      if (this.#closes(']')) return list;
      this.#comma('elements', opened, steps);
    }
  }

  #inlineTable(around: number, place: Place | undefined, steps: readonly (string | number)[]): Json {
    const table = this.#tables.inline(around, steps, place, this.#at);
    const opened = this.#at++;
    for (;;) {
      this.#skipLines();
      if (this.#closes('}')) return table.value;
      this.#member(table);
      this.#skipLines();
      if (this.#closes('}')) return table.value;
      this.#comma('fields', opened, steps);
    }
  }

  #closes(bracket: string): boolean {
    if (this.#char() !== bracket) return false;
    this.#at++;
    return true;
  }

  #comma(what: string, opened: number, steps: readonly (string | number)[]): void {
    if (this.#at >= this.#text.length) {
      const bracket = this.#text.charAt(opened);
      this.#at = opened;
      this.#fail(`The closing ${bracket === '[' ? ']' : '}'} for this ${bracket} is missing`, steps);
    }
    if (this.#char() !== ',') this.#fail(`A comma is missing between two ${what}`, steps);
    this.#at++;
  }

  #lineEnd(): void {
    this.#space();
    this.#comment();
    if (this.#at >= this.#text.length) return;
    const lineBreak = match(LINE_BREAK, this.#text, this.#at);
    if (!lineBreak) return this.#fail('Unexpected text after the value on this line');
    this.#at = lineBreak.end;
  }

  /** Skips white space, comments and line breaks. */
  #skipLines(): void {
    for (;;) {
      this.#space();
      this.#comment();
      const lineBreak = match(LINE_BREAK, this.#text, this.#at);
      if (!lineBreak) return;
      this.#at = lineBreak.end;
    }
  }

  #space(): void {
    this.#at = match(SPACE, this.#text, this.#at)?.end ?? this.#at;
  }

  #comment(): void {
    const comment = match(COMMENT, this.#text, this.#at);
    if (!comment) return;
    this.#at = comment.end;
    if (this.#char() === '' || match(LINE_BREAK, this.#text, this.#at)) return;
    this.#fail('Control character in a comment');
  }

  #char(): string {
    return this.#text.charAt(this.#at);
  }

  #fail(message: string, steps: readonly (string | number)[] = this.#table.steps): never {
    throw new TextFault('malformed_toml', message, this.#at, pointerTo('', ...steps));
  }
}

function nameComplaint(char: string): string {
  if (char === '' || char === '\n' || char === '\r' || char === '=') return 'A key is missing';
  if (char === '.') return 'A part of the key is missing before the dot';
  return `A key that contains ${char} must be quoted`;
}
