import { type Json, numberFromText } from '../domain/json.ts';
import { secondsOf } from './durations.ts';
import { decimalText } from './numbers.ts';

/** How fast an error budget is spent: 1 spends it all in exactly the time window of the SLO. */
export interface BurnRate {
  readonly above: Json;
  /** Both windows must exceed the rate. The short one lets the alert recover soon. */
  readonly long: string;
  readonly short: string;
}

export const BURN_RATE_CLASSES = ['fast', 'slow', 'ticket'] as const;
export type BurnRateClass = (typeof BURN_RATE_CLASSES)[number];

/** The burn rates of each class: Datadog docs, service_level_objectives/burn_rate. */
const RATES: ReadonlyMap<string, Readonly<Record<BurnRateClass, number>>> = new Map([
  ['7d', { fast: 16.8, slow: 5.6, ticket: 2.8 }],
  ['30d', { fast: 14.4, slow: 6, ticket: 3 }],
  ['90d', { fast: 21.6, slow: 10.8, ticket: 4.5 }],
]);
const WINDOWS: Readonly<Record<BurnRateClass, { readonly long: string; readonly short: string }>> = {
  fast: { long: '1h', short: '5m' },
  slow: { long: '6h', short: '30m' },
  ticket: { long: '24h', short: '120m' },
};
/** The part of the maximum that a burn rate beyond it becomes, as a fraction. */
const [NUMERATOR, DENOMINATOR] = [4n, 5n];

/** A positive rational number, so that burn rates are exact. */
interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

function rational(value: Json): Rational {
  const [whole = '0', fraction = ''] = decimalText(value).split('.');
  return { over: BigInt(`${whole}${fraction}`), under: 10n ** BigInt(fraction.length) };
}

function isGreater(a: Rational, b: Rational): boolean {
  return a.over * b.under > b.over * a.under;
}

/** Returns the maximum burn rate of an SLO with a target in percent, which Datadog accepts: 100 / (100 - target). */
function maximum(target: Json): Rational {
  const { over, under } = rational(target);
  return { over: 100n * under, under: 100n * under - over };
}

/** Returns the maximum burn rate of a target in percent, rounded down to two decimals. */
export function maximumBurnRate(target: Json): Json {
  return hundredths(maximum(target));
}

/** Returns whether a burn rate is beyond the maximum of a target in percent. */
export function isBeyondMaximum(rate: Json, target: Json): boolean {
  return isGreater(rational(rate), maximum(target));
}

/** Returns a number with two decimals, rounded down. */
function hundredths({ over, under }: Rational): Json {
  const digits = String((over * 100n) / under).padStart(3, '0');
  const fraction = digits.slice(-2).replace(/0{1,2}$/, '');
  return numberFromText(`${digits.slice(0, -2)}${fraction === '' ? '' : `.${fraction}`}`);
}

/**
 * Returns the burn rate of a class for the time window of an SLO. A rate beyond the maximum of the target in percent becomes
 * 0.8 of that maximum, and its long window grows by the same factor, so that it spends the same part of the budget.
 */
export function burnRateOf(name: BurnRateClass, over: string, target: Json | undefined): BurnRate {
  const { long, short } = WINDOWS[name];
  const above = RATES.get(over)?.[name] ?? 1;
  if (target === undefined || !isBeyondMaximum(above, target)) return { above, long, short };
  const max = maximum(target);
  const reduced = { over: NUMERATOR * max.over, under: DENOMINATOR * max.under };
  const rate = rational(above);
  const hours = BigInt(long.slice(0, -1)) * rate.over * reduced.under;
  const per = rate.under * reduced.over;
  const longer = `${(hours + per - 1n) / per}h`;
  return { above: hundredths(reduced), long: longer, short: shortWindow(longer) };
}

/** Returns the class with a burn rate, or undefined if no class has it. */
export function burnRateClass({ above, long, short }: BurnRate, over: string): BurnRateClass | undefined {
  return BURN_RATE_CLASSES.find((name) => {
    const one = burnRateOf(name, over, undefined);
    return (
      RATES.has(over) &&
      decimalText(one.above) === decimalText(above) &&
      isSameWindow(one.long, long) &&
      isSameWindow(one.short, short)
    );
  });
}

/** Returns the short window of a long one: a twelfth, in whole minutes. */
export function shortWindow(long: string): string {
  return `${Math.ceil((secondsOf(long) ?? 0) / 60 / 12)}m`;
}

/** Returns whether two windows are equally long. */
export function isSameWindow(a: string, b: string): boolean {
  return a === b || (secondsOf(a) !== undefined && secondsOf(a) === secondsOf(b));
}
