import { isRawNumber, type Json, type JsonObject } from '../domain/json.ts';
import type { AlertFields } from './fields/schemas.ts';
import { defined } from './kinds.ts';

/** An alert that matches `alertSchema` of the contract. */
export interface Alert extends AlertFields {
  /** The name of the monitor. Without it Datadog keeps or makes up a name. */
  readonly title?: string | undefined;
  /** What is measured: of one kind of the table of signals. */
  readonly signal: JsonObject;
  /** When the alert triggers: of one kind of the table of conditions. Empty for a signal that has none. */
  readonly condition: JsonObject;
}

/** The parts of an alert that its query is compiled from. */
export type AlertParts = Pick<Alert, 'signal' | 'condition'>;

/** The fields of an alert in the order in which a person writes them. */
const ORDER: readonly (keyof Alert)[] = [
  'title',
  'severity',
  'signal',
  'condition',
  'no_data',
  'delay',
  'new_groups',
  'resolve_after',
  'schedule',
  'message',
  'runbook',
  'notify',
  'renotify',
  'tags',
  'restricted_roles',
  'draft_status',
  'options',
];

type Part = Json | undefined | readonly Part[] | { readonly [name: string]: Part };

/** Converts an alert to JSON without undefined fields. */
export function alertJson(alert: Alert): JsonObject {
  const { condition } = alert;
  const parts = { ...alert, condition: Object.keys(condition).length > 0 ? condition : undefined };
  return defined(Object.fromEntries(ORDER.map((name) => [name, fieldJson(parts[name])])));
}

function fieldJson(value: Part): Json | undefined {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.flatMap((item: Part) => fieldJson(item) ?? []);
  return defined(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fieldJson(part)])));
}
