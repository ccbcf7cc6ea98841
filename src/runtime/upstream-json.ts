import { type Json, parseTrustedJson } from '../domain/json.ts';

/** Limits on the JSON of one upstream response, checked before any value is built. */
export interface UpstreamLimits {
  /** Lists, objects, and the members and items in them. */
  readonly values: number;
  /** Lists and objects that may be nested. */
  readonly depth: number;
  /** Whether numbers lose their spelling, which takes much less time and memory. */
  readonly isNumeric?: boolean;
}

/** A page of 1,000 large monitors has about 300,000 values. Objects that users send may be nested 100 deep. */
const UPSTREAM_LIMITS: UpstreamLimits = { values: 1_000_000, depth: 128 };
/** Maximum characters of one number. Longer numbers make arithmetic expensive. */
const MAX_NUMBER = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** Spelled with escapes or without. */
const PROTOTYPE_NAME = /"(?:_|\\u005[fF]){2}(?:p|\\u0070)/;

/**
 * Reads the JSON of an upstream answer and keeps number spellings, if the limits do not say otherwise. Members called `__proto__` are left out.
 * Throws SyntaxError, whose message begins with a verb, when the body is not JSON in UTF-8 or exceeds a limit.
 */
export function readUpstreamJson(body: Buffer, limits: UpstreamLimits = UPSTREAM_LIMITS): Json {
  requireWithinLimits(body, limits);
  const text = body.toString('utf8');
  try {
    const value: Json = limits.isNumeric === true ? JSON.parse(text) : parseTrustedJson(text);
    return PROTOTYPE_NAME.test(text) ? withoutPrototypes(value) : value;
  } catch {
    throw new SyntaxError('is not JSON');
  }
}

/** Checks the limits in one pass. Outside strings, each comma and each opening bracket starts at most one value. */
function requireWithinLimits(body: Buffer, { values, depth }: UpstreamLimits): void {
  let begun = 0;
  let nested = 0;
  let digits = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    // Digits, signs, the point and the letters of an exponent; a word is shorter than any number refused here.
    digits = byte !== undefined && isNumberByte(byte) ? digits + 1 : 0;
    if (digits > MAX_NUMBER) throw new SyntaxError(`has a number of more than ${MAX_NUMBER} characters`);
    if (byte === COMMA) begun += 1;
    else if (byte === 0x5b || byte === 0x7b) {
      begun += 1;
      nested += 1;
      if (nested > depth) throw new SyntaxError(`nests lists and objects more than ${depth} deep`);
    } else if (byte === 0x5d || byte === 0x7d) nested -= 1;
    if (begun > values) throw new SyntaxError(`has more than ${values} values`);
  }
}

/** The offset of the quote that closes the string, or the end of the body. */
function endOfString(body: Buffer, opened: number): number {
  let at = opened + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x65 ||
    byte === 0x45
  );
}

/** Removes members called `__proto__`. The depth limit was already checked, so the recursion is bounded. */
function withoutPrototypes(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  const own = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(own.map(([name, inner]) => [name, withoutPrototypes(inner)]));
}
