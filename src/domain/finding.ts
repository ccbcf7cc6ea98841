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
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}
