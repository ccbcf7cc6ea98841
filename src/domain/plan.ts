import type { Json, JsonObject } from './json.ts';
import type { ManagedKind } from './managed-fields.ts';
import type { Pointer } from './pointer.ts';

/**
 * A changed field. `from` is absent if the field is added, `to` if it is removed. A widget that only moved has just
 * `moved_from`.
 */
export interface Change {
  readonly path: Pointer;
  readonly from?: Json;
  readonly to?: Json;
  readonly moved_from?: Pointer;
}

export type PlanAction = 'create' | 'update' | 'replace' | 'delete' | 'none' | 'extra' | 'clone';

/** The planned action for one object, with its changes field by field. */
export interface PlannedObject {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id?: string;
  readonly action: PlanAction;
  readonly changes: readonly Change[];
  /** For objects that are not in the document: when they were created, and by whom. */
  readonly origin?: JsonObject;
}
