import type { Json, JsonObject } from './json.ts';
import type { ManagedKind } from './managed-kind.ts';
import type { Pointer } from './pointer.ts';

/**
 * One field that differs. `from` is absent where there was nothing, `to` where nothing will be; a widget that only stands
 * elsewhere has `moved_from` alone.
 */
export interface Change {
  readonly path: Pointer;
  readonly from?: Json;
  readonly to?: Json;
  readonly moved_from?: Pointer;
}

export type PlanAction = 'create' | 'update' | 'replace' | 'delete' | 'none' | 'extra' | 'clone';

/** What would be done with one object, field by field. */
export interface PlannedObject {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id?: string;
  readonly action: PlanAction;
  readonly changes: readonly Change[];
  /** Of what is there and not wanted: when it was made, and by whom. */
  readonly origin?: JsonObject;
}
