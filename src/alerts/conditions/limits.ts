import { isObject, type Json, type JsonObject, own, toNumber } from '../../domain/json.ts';
import { number } from '../../domain/schema-parts.ts';
import type { Comparison, Query } from '../../language/query/syntax.ts';
import { defined, type Report } from '../kinds.ts';
import { decimal, decimalText, unlessNumber } from '../numbers.ts';

/** The operator of each limit. */
const OPERATORS = {
  above: '>',
  at_least: '>=',
  below: '<',
  at_most: '<=',
  equals: '==',
  differs_from: '!=',
} as const;
export type LimitName = keyof typeof OPERATORS;

/** The limits, of which a condition has exactly one. */
export const LIMIT_NAMES: readonly LimitName[] = [
  'above',
  'at_least',
  'below',
  'at_most',
  'equals',
  'differs_from',
];

/** The fields of a limit. */
export const LIMITS = {
  above: number.meta({ description: 'The alert triggers above this value.' }).optional(),
  at_least: number.meta({ description: 'The alert triggers at this value or above it.' }).optional(),
  below: number.meta({ description: 'The alert triggers below this value.' }).optional(),
  at_most: number.meta({ description: 'The alert triggers at this value or below it.' }).optional(),
  equals: number.meta({ description: 'The alert triggers at exactly this value.' }).optional(),
  differs_from: number.meta({ description: 'The alert triggers at any other value.' }).optional(),
};

/** The fields beside a limit. */
export const MORE_LIMITS = {
  warn: number
    .meta({ description: 'The state is a warning beyond this value, which is reached before the limit.' })
    .optional(),
  recover: number
    .meta({
      description:
        'The alert recovers at this value, which is reached before the limit. Default: when the limit is no longer exceeded.',
    })
    .optional(),
  warn_recover: number
    .meta({ description: 'The warning recovers at this value, which is reached before `warn`.' })
    .optional(),
};

export interface Limited {
  readonly above?: Json | undefined;
  readonly at_least?: Json | undefined;
  readonly below?: Json | undefined;
  readonly at_most?: Json | undefined;
  readonly equals?: Json | undefined;
  readonly differs_from?: Json | undefined;
  readonly warn?: Json | undefined;
  readonly recover?: Json | undefined;
  readonly warn_recover?: Json | undefined;
}

export interface Limit {
  readonly name: LimitName;
  readonly operator: string;
  readonly value: Json;
}

/** Returns the limit of a condition. */
export function limitOf(condition: Limited): Limit {
  const name = LIMIT_NAMES.find((one) => condition[one] !== undefined) ?? 'above';
  return { name, operator: OPERATORS[name], value: decimal(condition[name]) };
}

/** Returns the end of a query: ` > 10`. */
export function comparisonText({ operator, value }: Pick<Limit, 'operator' | 'value'>): string {
  return ` ${operator} ${decimalText(value)}`;
}

/** Returns the thresholds of a monitor. */
export function thresholdsOf(value: Json, { warn, recover, warn_recover }: Limited): JsonObject {
  return defined({
    critical: value,
    warning: unlessNumber(warn),
    critical_recovery: unlessNumber(recover),
    warning_recovery: unlessNumber(warn_recover),
  });
}

/** Returns the comparison of a parsed query as a limit, or undefined if it has none, or none with a number. */
export function readLimit(query: Query): JsonObject | undefined {
  const comparison = 'comparison' in query ? query.comparison : undefined;
  const name = comparison && limitNamed(comparison);
  if (name === undefined || comparison?.limit.kind !== 'number') return undefined;
  return { [name]: decimal(comparison.limit.text) };
}

function limitNamed({ operator }: Comparison): LimitName | undefined {
  return LIMIT_NAMES.find((name) => OPERATORS[name] === operator.text);
}

/** Returns `warn`, `recover` and `warn_recover` of a monitor. */
export function readThresholds(options: JsonObject): JsonObject {
  const thresholds = own(options, 'thresholds');
  const at = (name: string): Json | undefined => {
    const value = isObject(thresholds) ? own(thresholds, name) : undefined;
    return toNumber(value) === undefined ? undefined : decimal(value);
  };
  return defined({
    warn: at('warning'),
    recover: at('critical_recovery'),
    warn_recover: at('warning_recovery'),
  });
}

/** Returns the limits of a condition in canonical notation. */
export function canonicalLimits(condition: Limited): JsonObject {
  const names = [...LIMIT_NAMES, 'warn', 'recover', 'warn_recover'] as const;
  return defined(Object.fromEntries(names.map((name) => [name, unlessNumber(condition[name])])));
}

/** Reports a warning that is reached only with the alert, and recoveries that the state cannot reach. */
export function checkLimits(condition: Limited, report: Report): void {
  const { operator, value } = limitOf(condition);
  if (operator === '==' || operator === '!=') return;
  const rising = operator.startsWith('>');
  const critical = toNumber(value) ?? Number.NaN;
  const { warn, recover, warn_recover: warnRecover } = condition;
  const w = toNumber(warn);
  if (w !== undefined && (rising ? w >= critical : w <= critical)) {
    report(
      ['warn'],
      `The warning threshold ${w} is reached only after the alert threshold ${critical}.`,
      `Set "warn" ${rising ? 'below' : 'above'} ${critical}.`,
    );
  }
  checkRecovery('recover', toNumber(recover), critical, operator, report);
  if (warnRecover !== undefined && w === undefined)
    report(['warn_recover'], 'This recovery is never reached: the condition has no "warn".', 'Add "warn".');
  if (w !== undefined) checkRecovery('warn_recover', toNumber(warnRecover), w, operator, report);
}

function checkRecovery(
  name: string,
  recovery: number | undefined,
  limit: number,
  operator: string,
  report: Report,
): void {
  if (recovery === undefined) return;
  const rising = operator.startsWith('>');
  const isWithin = operator.length === 2 ? recovery === limit : false;
  if (!isWithin && (rising ? recovery <= limit : recovery >= limit)) return;
  const noun = name === 'recover' ? 'alert' : 'warning';
  report(
    [name],
    `The recovery threshold ${recovery} is within the ${noun} range of ${limit}.`,
    `Set "${name}" ${operator.length === 2 ? '' : `to ${limit} or `}${rising ? 'below' : 'above'}${operator.length === 2 ? ` ${limit}` : ''}.`,
  );
}
