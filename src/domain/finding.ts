import type { Json } from './json.ts';
import type { Pointer } from './pointer.ts';

/** A position in a text. Line and column count from 1; columns count UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** An error prevents a write; a warning is a likely mistake; an info is about something that is usually intended. */
export type Severity = 'error' | 'warning' | 'info';

/** A finding of lint or of a plan. `pointer` refers to the user's body. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** Who found it, if not Birddog. */
  readonly source?: 'datadog';
  readonly message: string;
  readonly pointer: Pointer;
  /** The start offset within the string at `pointer`, in UTF-16 units; converted to `line` and `column`. */
  readonly at?: number;
  /** Whether the finding is about the name of the field; used for the position and not sent over HTTP. */
  readonly atName?: true;
  /** The end offset; used for display and not sent over HTTP. */
  readonly to?: number;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  readonly fix?: Fix;
  /** The required fields that are not set. Lint uses it to find the cause of a finding; it is not sent over HTTP. */
  readonly missing?: readonly Pointer[];
  /** The fields that the finding follows from, if not every finding of its rule does. Used and not sent, as `missing`. */
  readonly reads?: readonly Pointer[];
  /** Whether the pointer is one in the text, not in the expanded document. Not sent over HTTP. */
  readonly isWritten?: true;
  /** For `more_findings`: the number of unlisted findings by severity. Not sent over HTTP, because the message contains it. */
  readonly rest?: Readonly<Record<Severity, number>>;
}

/** A change of the user's text that resolves the finding. */
export type Fix = {
  /** Imperative: "Change to avg". */
  readonly title: string;
  readonly edits: Edit[];
};

/**
 * Replaces a range of the string at a pointer (UTF-16 units, end exclusive), sets or adds the value at a pointer, or removes
 * a field or element.
 */
export type Edit =
  | { readonly pointer: Pointer; readonly from: number; readonly to: number; readonly text: string }
  | { readonly pointer: Pointer; readonly value: Json }
  | { readonly pointer: Pointer; readonly remove: true };

/** An offset within a string, in UTF-16 units, or the name of the field. */
export type PartOfValue = number | 'name';

/** Returns where in its value a finding is. */
export function partOf({
  at,
  atName,
}: { readonly [name in 'at' | 'atName']?: Finding[name] | undefined }): PartOfValue | undefined {
  return atName ? 'name' : at;
}
