import type { Json } from './json.ts';
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
