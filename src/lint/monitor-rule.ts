import type { JsonObject } from '../domain/json.ts';
import type { ParsedMessage } from '../language/message/parse-message.ts';
import type { Parsed, Span } from '../language/query/syntax.ts';

/** A monitor as rules look at it: its definition, and its query read. */
export interface MonitorView {
  readonly monitor: JsonObject;
  readonly type: string;
  readonly query: string;
  readonly parsed: Parsed;
  /** The message, read; undefined where there is none. */
  readonly message: ParsedMessage | undefined;
  readonly options: JsonObject;
  readonly thresholds: JsonObject;
}

/** One place in a monitor where a rule says something. */
export interface Hit {
  /** Member names from the monitor on. */
  readonly path: readonly (string | number)[];
  /** Where in the text at `path`, where it is one. */
  readonly span?: Span;
  readonly message: string;
  readonly hint?: string;
}

/** Something that can be wrong with a monitor. */
export interface MonitorRule {
  readonly code: string;
  /** An error where Datadog is known to refuse it, or it would mean something else; else a warning. */
  readonly severity: 'error' | 'warning';
  readonly check: (view: MonitorView) => readonly Hit[];
}
