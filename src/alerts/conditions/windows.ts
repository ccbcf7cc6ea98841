import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { isAllowedWindow, lastWindowOf } from '../../lint/monitor/query-windows.ts';
import type { Argument, Call } from '../../language/query/syntax.ts';
import { window, windowText } from '../durations.ts';
import type { Measured, Report } from '../kinds.ts';

/** The maximum evaluation window of metric monitors in Datadog, by unit. */
const MAX_WINDOW: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 10_080],
  ['h', 730],
  ['d', 31],
  ['w', 4],
]);
/** Windows that begin with the hour, the day or the month. */
const CURRENT = /^current_1(?:h|d|mo)$/;

/** How the points of a window are combined. */
export const STATISTIC = z.enum(['avg', 'sum', 'min', 'max', 'percentile']).meta({
  description: 'How the points in the window are combined. Default: `avg`; with `as: count`, `sum`.',
});

/** The evaluation window. */
export const OVER = window.meta({
  description:
    'The evaluation window: at most 10080m, 730h, 31d, 4w or 1mo; or `current_1h`, `current_1d`, `current_1mo`.',
  pattern: '^(?:(?:[1-9][0-9]{0,5}(?:[smhdw]|mo)){1,3}|current_1(?:h|d|mo))$',
  examples: ['5m', '1h', '1d'],
});

/** The field `full_window` of conditions on metrics. */
export const FULL_WINDOW = z.boolean().meta({
  description: 'Whether the alert is evaluated only if the whole window has data.',
  default: false,
});

/** Reports a window that metric monitors do not have. */
export function checkWindow(name: string, text: string, report: Report): void {
  if (CURRENT.test(text) || isWindow(windowText(text))) return;
  report(
    [name],
    `"${text}" is not a valid evaluation window.`,
    'Use minutes, hours, days or weeks: 5m, 1h, 1d, 1w.',
  );
}

/** Reports an evaluation window that the source of a type of monitors does not allow. */
export function checkSourceWindow(type: string, text: string, report: Report): void {
  const rules = lastWindowOf(type);
  if (!rules || isAllowedWindow(windowText(text), rules)) return;
  report(
    ['over'],
    `"${text}" is not a valid evaluation window of this signal.`,
    `The window must be ${rules.range}, for example ${rules.examples.replaceAll('"', '')}.`,
  );
}

function isWindow(text: string): boolean {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  return text === '1mo' || (count !== undefined && Number(count) <= (MAX_WINDOW.get(unit) ?? 0));
}

/** Returns the statistic of a condition without one. */
export function defaultStatistic(measured: Measured): 'sum' | 'avg' {
  return measured.form === 'metric' && measured.counts ? 'sum' : 'avg';
}

/** Returns a window as the argument of an evaluation. */
export function windowArgument(over: string): string {
  return CURRENT.test(over) ? over : `last_${windowText(over)}`;
}

/** Returns the statistic and the window of an evaluation such as `avg(last_5m)`, or undefined if it has another form. */
export function readEvaluation(node: Argument | Call): { over: string; statistic: string } | undefined {
  if (node.kind !== 'call' || node.args.length !== 1 || node.methods.length > 0) return undefined;
  const over = readWindow(node.args[0]);
  return over === undefined ? undefined : { over, statistic: node.name.text };
}

/** Returns the window of an argument such as `last_5m`. */
export function readWindow(argument: Argument | undefined): string | undefined {
  if (argument?.kind !== 'word') return undefined;
  if (CURRENT.test(argument.text)) return argument.text;
  return argument.text.startsWith('last_') ? argument.text.slice('last_'.length) : undefined;
}

/** Returns `full_window` of a monitor. */
export function readFullWindow(options: JsonObject): JsonObject {
  return { full_window: options['require_full_window'] === true };
}
