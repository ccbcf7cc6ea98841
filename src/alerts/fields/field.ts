import { type JsonObject, isObject, type Json, own } from '../../domain/json.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { EVENT_TYPES } from '../../lint/monitor/monitor-types.ts';
import type { Alert } from '../alert.ts';
import type { AlertFields } from './schemas.ts';

/** Reports a mistake at a path below the alert. Default: an error with the code `alert`. */
export type Report = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
  severity?: Finding['severity'],
  code?: string,
) => void;

/** One field of an alert, or several that compile to one member of the monitor. */
export interface Field {
  readonly name: keyof AlertFields;
  /** The options of the monitor that it covers. Each maps to the place in the alert that it is compiled from. */
  readonly options: Readonly<Record<string, Pointer>>;
  /** Returns the members of a monitor of a type that the field compiles to; `options` are merged. */
  compile(alert: Alert, type: string): JsonObject;
  /** Reads the field from a monitor without members that have no effect. `alert` has what was read before. */
  read(monitor: JsonObject, alert: Alert): Partial<AlertFields>;
  /** Returns the field without defaults, in the notation that reading returns. */
  canonical(alert: Alert, type: string): Partial<AlertFields>;
  /** Reports mistakes that the schema does not know. `by` are the groups of the monitor, if they are known. */
  check?(
    alert: Alert,
    report: Report,
    monitor: { readonly type: string; readonly by?: readonly string[] },
  ): void;
}

/**
 * How a monitor handles missing data: `metric` with an option for the time and one without, `search` only with the one
 * without, `notify` only with a flag, `none` not at all.
 */
export type MissingData = 'metric' | 'search' | 'notify' | 'none';

const NOTIFY_ONLY: ReadonlySet<string> = new Set([
  'service check',
  'process alert',
  'composite',
  'datadog-usage alert',
]);

/** Returns how monitors of a type handle missing data. */
export function missingDataOf(type: string): MissingData {
  if (type === 'slo alert') return 'none';
  if (NOTIFY_ONLY.has(type)) return 'notify';
  return EVENT_TYPES.has(type) ? 'search' : 'metric';
}

/** Returns the options of a monitor. */
export function optionsOf({ options }: JsonObject): JsonObject {
  return isObject(options) ? options : {};
}

/** Returns an option of a monitor. */
export function optionOf(monitor: JsonObject, name: string): Json | undefined {
  return own(optionsOf(monitor), name);
}

/** Returns whether a signal is a whole query, which takes no condition: a combination of monitors, or a query of Datadog. */
export function isWhole(signal: JsonObject): boolean {
  return ['all_of', 'any_of', 'query'].some((kind) => Object.hasOwn(signal, kind));
}

/** Returns whether the signal is a query of Datadog, whose options are all written as such. */
export function hasQuery({ signal }: Pick<Alert, 'signal'>): boolean {
  return Object.hasOwn(signal, 'query');
}
