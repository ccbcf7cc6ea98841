import type { Json } from './json.ts';
import type { Pointer } from './pointer.ts';

/** A place in the text a user sent. Line and column count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that lint or a plan has to say. `pointer` is into the user's own body. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly pointer: Pointer;
  /** Where within the text at `pointer`, in UTF-16 units; it becomes `line` and `column`. */
  readonly at?: number;
  /** Where it ends there; kept for showing it, and not told over HTTP. */
  readonly to?: number;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  readonly fix?: Fix;
  /** Of `more_findings`: how many findings are not listed, by severity. Not sent over HTTP; the message says it. */
  readonly rest?: Readonly<Record<'error' | 'warning', number>>;
}

/** A change to what the user wrote, after which the finding is gone. */
export type Fix = {
  /** Imperative: "Change to avg". */
  readonly title: string;
  readonly edits: Edit[];
};

/**
 * A stretch of the text at a pointer (UTF-16 units, the end not included) becomes another; the value at a pointer is set,
 * or added where there is none; a member or item goes.
 */
export type Edit =
  | { readonly pointer: Pointer; readonly from: number; readonly to: number; readonly text: string }
  | { readonly pointer: Pointer; readonly value: Json }
  | { readonly pointer: Pointer; readonly remove: true };
