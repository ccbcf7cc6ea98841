import type { z } from 'zod';
import type { Finding } from '../domain/finding.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Variant } from '../domain/schema-parts.ts';
import type { Call, Expression, Method, Query, StringLiteral } from '../language/query/syntax.ts';

/** What a signal compiles to. A condition completes it to a query. */
export type Measured =
  | {
      readonly form: 'metric';
      readonly type: 'query alert';
      readonly expression: string;
      /** Whether a part of the expression has `as: count`. */
      readonly counts: boolean;
      readonly by: readonly string[];
    }
  | {
      readonly form: 'search';
      readonly type: string;
      /** Without `.last()`. */
      readonly query: string;
      readonly options: JsonObject;
      readonly by: readonly string[];
    }
  | {
      readonly form: 'process';
      readonly type: 'process alert';
      /** Without `.last()`. */
      readonly query: string;
      readonly by: readonly string[];
    }
  | {
      readonly form: 'check';
      readonly type: 'service check';
      /** Without `.last()` and the method that counts. */
      readonly query: string;
      readonly by: readonly string[];
    }
  | {
      readonly form: 'slo';
      readonly type: 'slo alert';
      readonly id: string;
      readonly over: string;
      readonly target: Json | undefined;
    }
  /** A whole query, without a condition. */
  | { readonly form: 'whole'; readonly type: string; readonly query: string; readonly options: JsonObject };

/** What is left of a monitor's query, as parsed, after its condition has been read. `text` is the query that the spans refer to. */
export type Reading = {
  readonly type: string;
  readonly text: string;
  readonly options: JsonObject;
} & (
  | { readonly form: 'metric'; readonly expression: Expression }
  | { readonly form: 'search' | 'process' | 'slo'; readonly head: Call }
  | { readonly form: 'check'; readonly check: StringLiteral; readonly methods: readonly Method[] }
  | { readonly form: 'whole'; readonly query: Query }
);

/** A monitor of Datadog, with its query parsed. */
export interface ParsedMonitor {
  readonly type: string;
  readonly text: string;
  readonly query: Query;
  readonly options: JsonObject;
}

/** The type, query and options that a signal and a condition compile to. */
export interface Compiled {
  readonly query: string;
  readonly options: JsonObject;
}

/** Reports a mistake at a path below the signal or condition. */
export type Report = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
  severity?: Finding['severity'],
) => void;

/** A part of an alert as an example, with the fields of the alert that it needs. */
export interface Example {
  readonly signal: JsonObject;
  readonly condition?: JsonObject;
  readonly options?: JsonObject;
}

/** One kind of signal: a row of the table of signals. */
export interface SignalKind extends Variant {
  /** Compiles a signal that has no mistakes. */
  compile(signal: JsonObject): Measured;
  /** Returns a signal, in which defaults may be written, or undefined if what is left of the monitor is of another kind. */
  read(reading: Reading): JsonObject | undefined;
  /** Returns the signal without defaults, in the notation that reading returns. */
  canonical(signal: JsonObject): JsonObject;
  /** Reports mistakes that the schema does not know. */
  check(signal: JsonObject, report: Report): void;
  readonly examples: readonly Example[];
  /** Set if no real query of this kind is on record. */
  readonly evidence?: 'specification only' | undefined;
}

/** One kind of condition: a row of the table of conditions. */
export interface ConditionKind extends Variant {
  /** The forms of signals that it can complete. */
  readonly forms: readonly Measured['form'][];
  /** Compiles a condition that has no mistakes. */
  compile(condition: JsonObject, measured: Measured): Compiled;
  /** Splits a query into a condition, in which defaults may be written, and the rest, which a signal reads. */
  read(monitor: ParsedMonitor): { readonly condition: JsonObject; readonly rest: Reading } | undefined;
  /** Returns the condition without defaults, in the notation that reading returns. */
  canonical(condition: JsonObject, measured: Measured): JsonObject;
  /** Reports mistakes that the schema does not know. */
  check(condition: JsonObject, report: Report, measured: Measured | undefined): void;
  readonly examples: readonly Example[];
  /** Set if no real query of this kind is on record. */
  readonly evidence?: 'specification only' | undefined;
}

/** A row whose functions get the type of its schema. */
type SignalRow<S extends z.ZodObject> = Omit<SignalKind, 'schema' | 'compile' | 'canonical' | 'check'> & {
  readonly schema: S;
  compile(signal: z.output<S>): Measured;
  canonical(signal: z.output<S>): JsonObject;
  check?(signal: z.output<S>, report: Report): void;
};

/** Returns a row of the table of signals. */
export function signalKind<S extends z.ZodObject>(row: SignalRow<S>): SignalKind {
  const { schema } = row;
  return {
    ...row,
    compile: (signal) => row.compile(schema.parse(signal)),
    canonical: (signal) => row.canonical(schema.parse(signal)),
    check: (signal, report) => row.check?.(schema.parse(signal), report),
  };
}

type ConditionRow<S extends z.ZodObject> = Omit<
  ConditionKind,
  'schema' | 'compile' | 'canonical' | 'check'
> & {
  readonly schema: S;
  compile(condition: z.output<S>, measured: Measured): Compiled;
  canonical(condition: z.output<S>, measured: Measured): JsonObject;
  check?(condition: z.output<S>, report: Report, measured: Measured | undefined): void;
};

/** Returns a row of the table of conditions. */
export function conditionKind<S extends z.ZodObject>(row: ConditionRow<S>): ConditionKind {
  const { schema } = row;
  return {
    ...row,
    compile: (condition, measured) => row.compile(schema.parse(condition), measured),
    canonical: (condition, measured) => row.canonical(schema.parse(condition), measured),
    check: (condition, report, measured) => row.check?.(schema.parse(condition), report, measured),
  };
}

/** Returns an object without its undefined members. */
export function defined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) object[name] = value;
  return object;
}

/** Returns a value, or undefined if it is the default. */
export function unless<T>(value: T, fallback: T): T | undefined {
  return value === fallback ? undefined : value;
}

/** The maximum number of names in a hint. */
const MAX_NAMES = 10;

/** Returns names as a hint lists them: of many, the first ones and how many others there are. */
export function namesInHint(names: readonly string[]): string {
  const others = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${others > 0 ? ` and ${others} others` : ''}`;
}
