import type { StoredKind } from '../../src/domain/managed-fields.ts';

/** The content that an operation gives one object. */
export interface Target {
  readonly kind: StoredKind;
  readonly key: string;
  /** The unique name of the content, which ends the object's name; undefined if the object is to be absent. */
  readonly version: string | undefined;
  /** Another type of monitor, so that changing to it replaces the monitor. */
  readonly isLog?: boolean;
}

/** One request that a client sends, repeatedly until it is answered for good. */
export interface Operation {
  readonly application: string;
  readonly verb: 'create' | 'update' | 'delete' | 'apply';
  /** What the operation names. A single write has one target; an apply its document. */
  readonly targets: readonly Target[];
  /** True if the apply deletes the application's objects that the document does not contain. */
  readonly prune?: boolean;
  readonly force?: boolean;
}

/** One sending of an operation. Times in epoch milliseconds. */
export interface Attempt {
  readonly operation: Operation;
  readonly start: number;
  /** When the answer arrived; without an answer, when the server can no longer work on it. */
  readonly end: number;
  /** What the answer says is so now, by object. */
  readonly acknowledged: readonly Target[];
  /** True if everything the operation names is acknowledged. */
  readonly isComplete: boolean;
  /** The status and problem code, or why there is no answer; for the report. */
  readonly answer: string;
}

/** Returns the name of an object over all applications and kinds. */
export function nameOf(application: string, { kind, key }: Pick<Target, 'kind' | 'key'>): string {
  return `${kind}:${application}/${key}`;
}
