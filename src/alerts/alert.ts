import type { Json, JsonObject } from '../domain/json.ts';
import { defined } from './kinds.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const TRANSITIONS = ['alert', 'warning', 'no_data', 'recovery'] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** An alert that matches `alertSchema` of the contract. */
export interface Alert {
  readonly title: string;
  /** Datadog's priorities 1 to 5. */
  readonly severity?: (typeof SEVERITIES)[number] | undefined;
  /** What is measured: of one kind of the table of signals. */
  readonly signal: JsonObject;
  /** When the alert triggers: of one kind of the table of conditions. Empty for a signal that has none. */
  readonly condition: JsonObject;
  readonly message?: string | undefined;
  /** A string is a recipient with the default transitions. */
  readonly notify?: readonly (string | Notify)[] | undefined;
}

export interface Notify {
  readonly to: string | readonly string[];
  readonly when?: Transition | readonly Transition[] | undefined;
}

/** Converts an alert to JSON without undefined fields. */
export function alertJson(alert: Alert): JsonObject {
  return defined({
    ...alert,
    condition: Object.keys(alert.condition).length > 0 ? alert.condition : undefined,
    notify: alert.notify?.map((n) =>
      typeof n === 'string'
        ? n
        : defined({ to: textOrList(n.to), when: n.when === undefined ? undefined : textOrList(n.when) }),
    ),
  });
}

function textOrList(value: string | readonly string[]): Json {
  return typeof value === 'string' ? value : [...value];
}
