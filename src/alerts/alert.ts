import type { Json, JsonObject } from '../domain/json.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const TRANSITIONS = ['alert', 'warning', 'no_data', 'recovery'] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** An alert that matches `alertSchema` of the contract. */
export interface Alert {
  readonly title: string;
  /** Datadog's priorities 1 to 5. */
  readonly severity?: (typeof SEVERITIES)[number] | undefined;
  readonly signal: {
    readonly metric: string;
    /** Aggregates the series of one group; default `avg`. */
    readonly aggregate?: string | undefined;
    /** Selects series; default all. */
    readonly filter?: string | undefined;
    /** Groups by these tags: one alert for each combination of their values. */
    readonly by?: readonly string[] | undefined;
  };
  readonly condition: {
    /** The evaluation window: `5m`, `1h`, `1d`. */
    readonly over: string;
    /** Aggregates the points of the window; default `avg`. */
    readonly statistic?: string | undefined;
    readonly above?: Json | undefined;
    readonly below?: Json | undefined;
    readonly warn?: Json | undefined;
    readonly recover?: Json | undefined;
  };
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
  return plain({
    ...alert,
    signal: plain({ ...alert.signal, by: list(alert.signal.by) }),
    condition: plain(alert.condition),
    notify: alert.notify?.map((n) =>
      typeof n === 'string'
        ? n
        : plain({ to: textOrList(n.to), when: n.when === undefined ? undefined : textOrList(n.when) }),
    ),
  });
}

function textOrList(value: string | readonly string[]): Json {
  return typeof value === 'string' ? value : [...value];
}

function list(items: readonly string[] | undefined): string[] | undefined {
  return items === undefined ? undefined : [...items];
}

function plain(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) object[name] = value;
  return object;
}
