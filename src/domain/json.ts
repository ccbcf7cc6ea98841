/**
 * JSON values. A number is a JavaScript number if that represents it exactly, and otherwise a raw number (`JSON.rawJSON`)
 * that keeps its notation: `1.0`, `1e3`, `12345678901234567890`. So values pass through Birddog unchanged.
 */
export interface RawNumber {
  readonly rawJSON: string;
}
export type Json = null | boolean | number | string | RawNumber | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Returns whether a value is a raw number. */
export function isRawNumber(value: unknown): value is RawNumber {
  return JSON.isRawJSON(value);
}

/** Returns whether a value is a JSON object: not null, not a list, not a raw number. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

/** Returns an object's own field, never an inherited one such as `constructor`. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Parses a JSON number and keeps its notation if a double would lose it. Throws RangeError for invalid text. */
export function numberFromText(text: string): number | RawNumber {
  if (!NUMBER.test(text)) throw new RangeError(`not a JSON number: ${text}`);
  const value = Number(text);
  return String(value) === text ? value : JSON.rawJSON(text);
}

/** Returns the text of a number, or undefined for any other value. */
export function numberText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** Returns a number as a double, or undefined for any other value. */
export function toNumber(value: Json | undefined): number | undefined {
  const text = numberText(value);
  return text === undefined ? undefined : Number(text);
}

/** Returns the canonical notation of a number: digits without leading or trailing zeros, and an exponent. Exact at any size. */
export function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** Returns whether two JSON values are equal. Compares numbers exactly by value, and objects regardless of order. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  const left = numberText(a);
  if (left !== undefined) {
    const right = numberText(b);
    return right !== undefined && canonicalNumber(left) === canonicalNumber(right);
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((n) => Object.hasOwn(b, n) && sameJson(a[n], b[n]))
  );
}

/**
 * Matches any JSON text with a number whose notation a double would lose: an exponent, trailing or many leading zeros of a
 * fraction, more than fifteen digits, minus zero. False positives only cost time.
 */
const SPELLED =
  /(?:^|[[,:\s])(?:-?(?:\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d)|0\.0{6}|[\d.]{17}|9\d{15})|-0(?![\d.]))/;

/** Parses JSON from a trusted peer and keeps the notation of numbers. Throws SyntaxError. For users' input, see format/. */
export function parseTrustedJson(text: string): Json {
  if (!SPELLED.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepSpelling);
}

/** A reviver for JSON.parse that keeps the notation of numbers. */
export function keepSpelling(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? JSON.rawJSON(context.source)
    : value;
}

/**
 * Converts a value to a string: a string unchanged, undefined to the empty string, anything else to JSON. `String(value)`
 * would call a `toString` field of an object and throws for a raw number.
 */
export function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : printJson(value);
}

/** Returns the texts of a list, without its other items; none if the value is no list. */
export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Prints a value as JSON, with raw numbers in their original notation. */
export function printJson(value: Json): string {
  return JSON.stringify(value);
}
