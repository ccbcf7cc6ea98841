/**
 * JSON values as Birddog holds them. A number is a plain JavaScript number where that is exact, and a
 * raw number (`JSON.rawJSON`) where its spelling says more than the number does: `1.0`, `1e3`,
 * `12345678901234567890`. So what a user or Datadog wrote leaves Birddog as it came in.
 */
export interface RawNumber {
  readonly rawJSON: string;
}
export type Json = null | boolean | number | string | RawNumber | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a value is a number that keeps its own spelling. */
export function isRawNumber(value: unknown): value is RawNumber {
  return JSON.isRawJSON(value);
}

/** Whether a value is a JSON object: not null, not a list, not a raw number. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

/** Returns an object's own member: a name such as `constructor` finds nothing that the object does not hold. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The number a JSON number text stands for, keeping its spelling where a double would lose it. Throws RangeError where the text is no JSON number. */
export function numberFromText(text: string): number | RawNumber {
  if (!NUMBER.test(text)) throw new RangeError(`not a JSON number: ${text}`);
  const value = Number(text);
  return String(value) === text ? value : JSON.rawJSON(text);
}

/** The text of a number value, or undefined where the value is no number. */
export function numberText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/** A number as a double, or undefined where the value is no number. */
export function toNumber(value: Json | undefined): number | undefined {
  const text = numberText(value);
  return text === undefined ? undefined : Number(text);
}

/** One spelling for each numeric value: digits without outer zeros, and an exponent. Exact at any size. */
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

/** Whether two JSON values are equal: numbers by value and exactly, objects without regard to order. */
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
 * What every number has at least one of whose spelling says more than a double: an exponent, a zero at the end of a
 * fraction or many at its beginning, more than fifteen digits, minus zero. A text may have it too; that costs time alone.
 */
const SPELLED =
  /(?:^|[[,:\s])(?:-?(?:\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d)|0\.0{6}|[\d.]{17}|9\d{15})|-0(?![\d.]))/;

/** Parses JSON that a trusted peer sent, keeping number spellings. Throws SyntaxError. For what users send, see format/. */
export function parseTrustedJson(text: string): Json {
  if (!SPELLED.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepSpelling);
}

/** A reviver for JSON.parse that keeps the spelling of numbers. */
export function keepSpelling(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? JSON.rawJSON(context.source)
    : value;
}

/**
 * Returns a value as text: a string as it is, nothing as the empty string, anything else as JSON. `String(value)` would call
 * what an object holds as `toString`, and throws for a raw number.
 */
export function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : printJson(value);
}

/** JSON text, raw numbers in their own spelling. */
export function printJson(value: Json): string {
  return JSON.stringify(value);
}
