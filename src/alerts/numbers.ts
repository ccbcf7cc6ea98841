import { canonicalNumber, type Json, numberFromText, numberText, toNumber } from '../domain/json.ts';

/** The maximum number of zeros that are written for an exponent. */
const MAX_ZEROS = 400;

/** Returns a number in plain decimals, without an exponent and trailing zeros. Exact at any size; empty if it is not a number. */
export function decimalText(value: Json | undefined): string {
  const text = numberText(value) ?? (typeof value === 'string' ? value : '');
  const [, sign = '', digits = '', power = '0'] =
    /^(-?)(\d+)(?:e(-?\d+))?$/.exec(canonicalNumber(text)) ?? [];
  const exponent = Number(power);
  if (Math.abs(exponent) > MAX_ZEROS) return text;
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** Returns a number in the notation of `decimalText`. */
export function decimal(value: Json | undefined): Json {
  const text = decimalText(value);
  return text === '' ? (value ?? null) : numberFromText(text);
}

/** Returns a number in the notation of `decimalText`, or undefined if it is missing or the default. */
export function unlessNumber(value: Json | undefined, fallback?: number): Json | undefined {
  return value === undefined || toNumber(value) === fallback ? undefined : decimal(value);
}
