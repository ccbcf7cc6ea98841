import type { State } from '../evaluate/states.ts';

/** Returns a UNIX time in seconds in ISO 8601 (UTC), without fractions. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Returns a number with at most 12 digits, so that rounding errors of the calculation are not shown, or with fewer. */
export function numberText(value: number, digits = 12): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : 'no value';
}

/** The digits of one value among many. */
export const LISTED_DIGITS = 6;

/** The names of states as Datadog writes them. */
export const STATE_NAMES: Readonly<Record<State, string>> = {
  none: 'no state',
  ok: 'OK',
  no_data: 'No Data',
  warn: 'Warn',
  alert: 'Alert',
};
