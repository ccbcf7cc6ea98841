import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import { number } from '../../domain/schema-parts.ts';
import type { ChainQuery, Method } from '../../language/query/syntax.ts';
import {
  BURN_RATE_CLASSES,
  type BurnRate,
  burnRateClass,
  burnRateOf,
  isBeyondMaximum,
  isSameWindow,
  maximumBurnRate,
  shortWindow,
} from '../burn-rates.ts';
import { secondsOf, window, windowText } from '../durations.ts';
import { conditionKind, defined, type Measured, type ParsedMonitor, type Reading } from '../kinds.ts';
import { decimal, decimalText } from '../numbers.ts';
import { unquoted } from '../signals/quoted.ts';
import {
  canonicalLimits,
  checkLimits,
  MORE_LIMITS,
  readLimit,
  readThresholds,
  thresholdsOf,
} from './limits.ts';

const HOUR = 3600;
/** The range of the long window in seconds: Datadog docs, service_level_objectives/burn_rate. */
const LONG = { min: HOUR, max: 48 * HOUR };
/** A window of a burn rate has one unit. */
const WINDOW = window.meta({ pattern: '^[1-9][0-9]{0,5}[mhd]$' });

const rates = z
  .strictObject({
    above: number.meta({ description: 'The alert triggers above this burn rate.', examples: [14.4] }),
    long: WINDOW.meta({ description: 'The long window, 1 to 48 hours.', examples: ['1h'] }),
    short: WINDOW.meta({
      description: 'The short window, which must exceed the rate too. Default: a twelfth of the long one.',
      examples: ['5m'],
    }).optional(),
  })
  .meta({ id: 'BurnRate', description: 'A burn rate, and the windows that it is measured over.' });

type Given = z.output<typeof rates> | (typeof BURN_RATE_CLASSES)[number];

export const BURN_RATE = conditionKind({
  name: 'burn_rate',
  schema: z.strictObject({
    burn_rate: z.union([z.enum(BURN_RATE_CLASSES), rates]).meta({
      description:
        'How fast the error budget is spent: `fast` (for a page), `slow`, `ticket`, or a rate and its windows.',
      examples: ['fast', { above: 8, long: '4h', short: '15m' }],
    }),
    warn: MORE_LIMITS.warn,
  }),
  forms: ['slo'],
  compile({ burn_rate: given, warn }, measured) {
    const { above, long, short } = rateOf(given, measured);
    const { id, over } = sloOf(measured);
    return {
      query: `burn_rate("${id}").over("${over}").long_window("${long}").short_window("${short}") > ${decimalText(above)}`,
      options: { thresholds: thresholdsOf(decimal(above), { warn }) },
    };
  },
  read(monitor) {
    const parts = readSlo(monitor, 'burn_rate');
    const [long, short] = ['long_window', 'short_window'].map((name) =>
      windowOf(parts?.methods.filter((method) => method.name.text === name) ?? []),
    );
    if (!parts || parts.methods.length !== 3 || long === undefined || short === undefined) return undefined;
    const { above, rest, thresholds } = parts;
    return { condition: { burn_rate: { above, long, short }, ...thresholds }, rest };
  },
  canonical({ burn_rate: given, warn }, measured) {
    const rate = rateOf(given, measured);
    const { above, long, short } = rate;
    const named: Json =
      burnRateClass(rate, sloOf(measured).over) ??
      defined({
        above: decimal(above),
        long,
        short: isSameWindow(short, shortWindow(long)) ? undefined : short,
      });
    return { burn_rate: named, ...canonicalLimits({ warn }) };
  },
  check({ burn_rate: given, warn }, report, measured) {
    if (measured?.form !== 'slo') return;
    const { target } = measured;
    const { above, long, short } = rateOf(given, measured);
    const at = (member: string) => (typeof given === 'string' ? ['burn_rate'] : ['burn_rate', member]);
    const seconds = secondsOf(long) ?? 0;
    if (typeof given === 'string' && !isSameWindow(long, burnRateOf(given, measured.over, undefined).long))
      report(
        ['burn_rate'],
        `Datadog's maximum burn rate for a target of ${decimalText(target)} % is ${decimalText(maximumBurnRate(target ?? null))}. So "${given}" is ${decimalText(above)} over ${long}.`,
        undefined,
        'info',
      );
    if (typeof given !== 'string' && target !== undefined && isBeyondMaximum(above, target))
      report(
        at('above'),
        `Datadog rejects the burn rate ${decimalText(above)}: the maximum for a target of ${decimalText(target)} % is ${decimalText(maximumBurnRate(target))}.`,
        'Lower "above" and lengthen "long" by the same factor, or use fast, slow or ticket.',
      );
    if (seconds < LONG.min || seconds > LONG.max)
      report(
        at('long'),
        `The long window is ${long}. Datadog allows 1 to 48 hours.`,
        typeof given === 'string'
          ? 'The target is too low for this class. Use one with a higher rate.'
          : undefined,
      );
    else if ((secondsOf(short) ?? 0) >= seconds)
      report(at('short'), `The short window ${short} must be shorter than the long window ${long}.`);
    checkLimits({ above, warn }, report);
  },
  examples: [
    { signal: { slo: { id: 'abc', over: '30d', target: 99.9 } }, condition: { burn_rate: 'fast' } },
    {
      signal: { slo: { id: 'abc', over: '30d' } },
      condition: { burn_rate: { above: 8, long: '4h', short: '15m' }, warn: 4 },
    },
  ],
  evidence: 'specification only',
});

export const ERROR_BUDGET = conditionKind({
  name: 'error_budget',
  schema: z.strictObject({
    error_budget: number.meta({
      description: 'The alert triggers above this percentage of the error budget that is spent.',
      examples: [75],
    }),
    warn: MORE_LIMITS.warn,
  }),
  forms: ['slo'],
  compile({ error_budget: spent, warn }, measured) {
    const { id, over } = sloOf(measured);
    return {
      query: `error_budget("${id}").over("${over}") > ${decimalText(spent)}`,
      options: { thresholds: thresholdsOf(decimal(spent), { warn }) },
    };
  },
  read(monitor) {
    const parts = readSlo(monitor, 'error_budget');
    if (!parts || parts.methods.length !== 1) return undefined;
    const { above, rest, thresholds } = parts;
    return { condition: { error_budget: above, ...thresholds }, rest };
  },
  canonical: ({ error_budget: spent, warn }) => ({
    error_budget: decimal(spent),
    ...canonicalLimits({ warn }),
  }),
  check({ error_budget: spent, warn }, report) {
    const percent = Number(decimalText(spent));
    if (!(percent >= 0 && percent <= 100))
      report(['error_budget'], `The spent error budget is 0 to 100 percent, not ${decimalText(spent)}.`);
    checkLimits({ above: spent, warn }, report);
  },
  examples: [{ signal: { slo: { id: 'abc', over: '7d' } }, condition: { error_budget: 75, warn: 50 } }],
  evidence: 'specification only',
});

function sloOf(measured: Measured): { readonly id: string; readonly over: string } {
  if (measured.form === 'slo') return measured;
  throw new TypeError('The condition needs an SLO.');
}

/** Returns a burn rate with both windows. */
function rateOf(given: Given, measured: Measured): BurnRate {
  if (typeof given === 'string')
    return burnRateOf(given, sloOf(measured).over, measured.form === 'slo' ? measured.target : undefined);
  const long = windowText(given.long);
  const { above, short = shortWindow(long) } = given;
  return { above, long, short: windowText(short) };
}

/** Splits the query of an SLO monitor, or returns undefined if it does not call the function, or has another comparison. */
function readSlo(
  monitor: ParsedMonitor,
  name: string,
):
  | {
      readonly above: Json;
      readonly methods: readonly Method[];
      readonly thresholds: JsonObject;
      readonly rest: Reading;
    }
  | undefined {
  const { query, options } = monitor;
  if (query.kind !== 'chain' || query.head.name.text !== name) return undefined;
  const above = readLimit(query)?.['above'];
  const { warn, ...others } = readThresholds(options);
  if (above === undefined || Object.keys(others).length > 0) return undefined;
  const { methods } = query.head;
  return { above, methods, thresholds: defined({ warn }), rest: restOf(monitor, query) };
}

function restOf(monitor: ParsedMonitor, { head }: ChainQuery): Reading {
  const methods = head.methods.filter((method) => method.name.text === 'over');
  return { ...monitor, form: 'slo', head: { ...head, methods } };
}

/** Returns the window of the only method of a list. */
function windowOf([method, ...others]: readonly Method[]): string | undefined {
  const text =
    method && others.length === 0 && method.args.length === 1 ? unquoted(method.args[0]) : undefined;
  return text !== undefined && /^[1-9]\d{0,5}[mhd]$/.test(text) ? text : undefined;
}
