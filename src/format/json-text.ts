import { numberFromText, type Json, type JsonObject } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import type { DecodeLimits } from './decoded.ts';
import { requireSaneNumber, TextFault, type FaultCode } from './fault.ts';
import {
  afterValueComplaint,
  nameComplaint,
  numberComplaint,
  textComplaint,
  valueComplaint,
} from './json-complaint.ts';
import { addPlace, placeAt, positionsIn, type Place, type Reading } from './place.ts';
import { ValueCount } from './value-count.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The maximum number of characters of an integer that a double represents exactly. */
const EXACT_DIGITS = 15;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_GOES_ON = /[\w.+-]/;
const HEX = /^[0-9a-fA-F]{4}$/;
const ESCAPES: ReadonlyMap<string, string> = new Map<string, string>([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * Parses JSON strictly (RFC 8259). Numbers keep their spelling, and lone surrogates in escapes are preserved.
 * Throws TextFault, also beyond the limits on depth and values.
 */
export function readJson(text: string, limits: Pick<DecodeLimits, 'depth' | 'values'>): Reading {
  return {
    value: new JsonReader(text, limits).read(),
    places: () => {
      const top = placeAt(0);
      new JsonReader(text, limits).read(top);
      return top.children?.get('') ?? top;
    },
  };
}

class JsonReader {
  readonly #text: string;
  readonly #depth: number;
  readonly #count: ValueCount;
  /** The current step in each open list or object. Elements from `#level` on are stale. */
  readonly #path: (string | number)[] = [];
  #level = 0;
  #at = 0;

  constructor(text: string, { depth, values }: Pick<DecodeLimits, 'depth' | 'values'>) {
    this.#text = text;
    this.#depth = depth;
    this.#count = new ValueCount(values);
  }

  read(top?: Place): Json {
    const value = this.#value(top);
    if (!Number.isNaN(this.#next()))
      this.#fail('malformed_json', 'Unexpected text after the end of the value');
    return value;
  }

  #value(parent: Place | undefined, nameAt?: number): Json {
    const code = this.#next();
    this.#count.add(this.#at, () => this.#pointer());
    if (!parent) return this.#read(code, undefined);
    const place = addPlace(parent, this.#path[this.#level - 1] ?? '', this.#at, nameAt);
    const value = this.#read(code, place);
    place.end = this.#at;
    return value;
  }

  #read(code: number, place: Place | undefined): Json {
    if (code === QUOTE) return this.#string();
    if (code === OPEN_OBJECT) return this.#object(place);
    if (code === OPEN_LIST) return this.#list(place);
    if (code === MINUS || (code >= 0x30 && code <= 0x39)) return this.#number(code);
    return this.#word();
  }

  #object(place: Place | undefined): JsonObject {
    const opened = this.#at;
    const object: JsonObject = {};
    if (this.#enter() === CLOSE_OBJECT) return this.#leave(object);
    for (;;) {
      if (this.#next() !== QUOTE) this.#complain(nameComplaint(this.#text, this.#at), opened);
      const nameAt = this.#at;
      const name = this.#string();
      this.#path[this.#level - 1] = name;
      if (name === '__proto__') this.#fail('prototype_key', 'The field "__proto__" is not allowed', nameAt);
      if (Object.hasOwn(object, name)) {
        this.#fail('duplicate_key', `Duplicate field ${JSON.stringify(name)}`, nameAt);
      }
      if (this.#next() !== COLON) {
        this.#complain('A colon is missing between a field name and its value', opened);
      }
      this.#at++;
      object[name] = this.#value(place, nameAt);
      if (this.#goesOn(CLOSE_OBJECT, opened)) continue;
      return this.#leave(object);
    }
  }

  #list(place: Place | undefined): Json[] {
    const opened = this.#at;
    const list: Json[] = [];
    if (this.#enter() === CLOSE_LIST) return this.#leave(list);
    for (;;) {
      this.#path[this.#level - 1] = list.length;
      list.push(this.#value(place));
      if (this.#goesOn(CLOSE_LIST, opened)) continue;
      return this.#leave(list);
    }
  }

  #enter(): number {
    if (this.#level >= this.#depth) {
      this.#fail('too_deep', `Lists and objects are nested deeper than ${this.#depth} levels`);
    }
    this.#path.length = this.#level;
    this.#level++;
    this.#at++;
    return this.#next();
  }

  #leave<T>(value: T): T {
    this.#level--;
    this.#at++;
    return value;
  }

  /** Reads what follows a field or element: returns true after a comma, and false at the closing bracket. */
  #goesOn(close: number, opened: number): boolean {
    const code = this.#next();
    if (code === close) return false;
    if (code !== COMMA)
      this.#complain(afterValueComplaint(this.#text, this.#at, close === CLOSE_OBJECT), opened);
    const comma = this.#at++;
    if (this.#next() === close) {
      this.#fail(
        'malformed_json',
        `Unexpected comma before the closing ${String.fromCharCode(close)}`,
        comma,
      );
    }
    return true;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === BACKSLASH) return this.#escaped(start, at);
      if (!(code >= 0x20)) this.#badText(at, start);
    }
  }

  #escaped(start: number, first: number): string {
    const text = this.#text;
    let result = text.slice(start, first);
    let at = first;
    for (;;) {
      const letter = text.charAt(at + 1);
      const plain = ESCAPES.get(letter);
      if (plain !== undefined) {
        result += plain;
        at += 2;
      } else if (letter === 'u' && HEX.test(text.slice(at + 2, at + 6))) {
        result += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16));
        at += 6;
      } else {
        this.#badText(at, start);
      }
      const from = at;
      let code = text.charCodeAt(at);
      while (code !== QUOTE && code !== BACKSLASH && code >= 0x20) code = text.charCodeAt(++at);
      if (at > from) result += text.slice(from, at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return result;
      }
      if (code !== BACKSLASH) this.#badText(at, start);
    }
  }

  /** Reports an unterminated string at its opening quote. */
  #badText(at: number, start: number): never {
    const unclosed = at >= this.#text.length || '\r\n'.includes(this.#text.charAt(at));
    return this.#fail('malformed_json', textComplaint(this.#text, at), unclosed ? start - 1 : at);
  }

  #number(first: number): Json {
    const text = this.#text;
    const start = this.#at;
    let at = first === MINUS ? start + 1 : start;
    const lead = text.charCodeAt(at);
    let value = 0;
    let code = lead;
    for (; code >= 0x30 && code <= 0x39 && at - start < EXACT_DIGITS; code = text.charCodeAt(++at)) {
      value = value * 10 + (code - 0x30);
    }
    const exact = (lead > 0x30 && lead <= 0x39) || (first === 0x30 && at === start + 1);
    if (exact && (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_LIST || code <= 0x20)) {
      this.#at = at;
      return first === MINUS ? -value : value;
    }
    NUMBER.lastIndex = start;
    const end = NUMBER.test(text) ? NUMBER.lastIndex : start;
    if (end === start || NUMBER_GOES_ON.test(text.charAt(end))) {
      this.#fail('malformed_json', numberComplaint(text, start));
    }
    requireSaneNumber(end - start, start, this.#pointer());
    this.#at = end;
    return numberFromText(text.slice(start, end));
  }

  #word(): Json {
    const text = this.#text;
    for (const [word, value] of WORDS) {
      if (text.startsWith(word, this.#at) && !/[\w$]/.test(text.charAt(this.#at + word.length))) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#fail('malformed_json', valueComplaint(text, this.#at));
  }

  /** Skips white space, and returns the code of the next character; NaN at the end of the text. */
  #next(): number {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#at++;
    }
  }

  #pointer(): string {
    return pointerTo('', ...this.#path.slice(0, this.#level));
  }

  /** Throws a fault at the current offset. At the end of the text, the message names the unclosed bracket. */
  #complain(message: string, opened: number): never {
    if (this.#at < this.#text.length) return this.#fail('malformed_json', message);
    const { line, column } = positionsIn(this.#text)(opened);
    const what = this.#text.charCodeAt(opened) === OPEN_LIST ? 'list' : 'object';
    return this.#fail(
      'malformed_json',
      `The text ends before the ${what} opened at line ${line}, column ${column} is closed`,
    );
  }

  #fail(code: FaultCode, message: string, at = this.#at): never {
    throw new TextFault(code, message, at, this.#pointer());
  }
}

const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
