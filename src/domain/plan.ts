import type { Json } from './json.ts';
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

export type PlanAction = 'create' | 'update' | 'rename' | 'replace' | 'delete' | 'none' | 'extra' | 'clone';

/** An object that an apply has written. `url` is its page in Datadog, unless it was deleted. */
export interface DoneObject {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  readonly action: PlanAction;
  readonly url?: string;
}
