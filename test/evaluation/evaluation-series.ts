import type { JsonObject } from '../../src/domain/json.ts';
import type { Condition } from '../../src/evaluate/condition.ts';
import { type Evaluation, evaluate } from '../../src/evaluate/evaluate.ts';
import type { NotificationRules } from '../../src/evaluate/notification-rules.ts';
import type { Downtime } from '../../src/evaluate/notices.ts';
import { readMonitor } from '../../src/evaluate/read-monitor.ts';
import type { Points } from '../../src/evaluate/samples.ts';
import { OUTCOMES, type Series, windowsOf } from '../../src/evaluate/window-values.ts';

/** The midnight that times of day in tests belong to: a Monday (UNIX seconds). */
export const MIDNIGHT = Date.UTC(2026, 10, 2) / 1000;

/** Returns the UNIX time of `12:05` or `12:05:30` in seconds; `+1 00:10` is on the next day. */
export function timeAt(clock: string): number {
  const [, days = '0', hours, minutes, seconds = '0'] =
    /^(?:\+(\d+) )?(\d+):(\d+)(?::(\d+))?$/.exec(clock) ?? [];
  return MIDNIGHT + Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Returns a time as `12:05`, `12:05:30` or `+1 00:10`. */
export function clockOf(time: number): string {
  const seconds = time - MIDNIGHT;
  const days = Math.floor(seconds / 86_400);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}`;
  return `${days > 0 ? `+${days} ` : ''}${clock}${seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`}`;
}

/** Returns points from times and values. */
export function points(...pairs: readonly (readonly [clock: string, value: number])[]): Points {
  return {
    times: Float64Array.from(pairs, ([clock]) => timeAt(clock)),
    values: Float64Array.from(pairs, ([, value]) => value),
  };
}

/** Returns one point at each interval from a time on. An undefined value is a missing point. */
export function regular(clock: string, values: readonly (number | undefined)[], everyS = 60): Points {
  const start = timeAt(clock);
  return {
    times: Float64Array.from(values, (_, at) => start + at * everyS),
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  };
}

/** Reads a condition. Throws if it is refused. */
export function conditionOf(query: string, options: JsonObject = {}, monitor: JsonObject = {}): Condition {
  const read = readMonitor({ type: 'query alert', name: 'n', query, options, ...monitor });
  if (read.kind !== 'condition') throw new Error(JSON.stringify(read));
  return read;
}

/** Returns the series of simple queries, in the order of the expression. */
export function simple(...series: readonly Points[]): Series {
  return series.map((each) => new Map([['*', each]]));
}

/** Returns the value of the window of `*` at a time, or why it has no value. */
export function valueAt(
  query: string,
  clock: string,
  series: Series,
  options: JsonObject = {},
  monitor: JsonObject = {},
): number | string {
  const from = timeAt(clock);
  const condition = conditionOf(query, options, monitor);
  const windows = windowsOf({ ...condition, everyS: 1 }, series, { from, to: from + 1 });
  const group = windows.groups.get('*');
  const outcome = OUTCOMES[group?.outcomes[0] ?? 0];
  return outcome === 'value' ? (group?.values[0] ?? Number.NaN) : (outcome ?? '');
}

export interface RunOptions {
  readonly from?: string;
  readonly to?: string;
  readonly leadInS?: number;
  readonly options?: JsonObject;
  readonly monitor?: JsonObject;
  readonly downtimes?: readonly Downtime[];
  readonly rules?: NotificationRules;
}

/** Evaluates a monitor from 12:00 to 14:00, or as said. */
export function run(
  query: string,
  series: Series,
  { from = '12:00', to = '14:00', leadInS, options = {}, monitor = {}, ...others }: RunOptions = {},
): Evaluation {
  const condition = conditionOf(query, options, monitor);
  const span = { from: timeAt(from), to: timeAt(to), ...(leadInS === undefined ? {} : { leadInS }) };
  return evaluate(condition, windowsOf(condition, series, span), others);
}

/** Returns transitions as `12:06 alert`, with the group if it is not `*`. */
export function transitionsIn({ transitions }: Evaluation): string[] {
  return transitions.map(({ at, group, to }) => `${clockOf(at)} ${group === '*' ? '' : `${group} `}${to}`);
}

/** Returns notifications as `12:06 alert`, with the group if it is not `*`, and with the kind if it is not a transition. */
export function noticesIn({ notifications }: Evaluation): string[] {
  return notifications.map(
    ({ at, group, kind, to }) =>
      `${clockOf(at)} ${group === '*' ? '' : `${group} `}${to}${kind === 'transition' ? '' : ` ${kind}`}`,
  );
}
