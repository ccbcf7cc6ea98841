import { isManaged } from './canonical.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/**
 * Returns findings for top-level fields that Datadog did not store. It silently drops unknown fields of monitors, which no
 * apply can change, so they are findings and not changes. `pointer` is the place of `written`.
 */
export function droppedFields(
  kind: StoredKind,
  written: JsonObject,
  held: JsonObject,
  pointer: Pointer,
): Finding[] {
  if (kind !== 'monitor') return [];
  return Object.keys(written)
    .filter((name) => !isManaged(kind, name) && !Object.hasOwn(held, name))
    .map((name) => ({
      code: 'field_dropped',
      severity: 'warning',
      message: `Datadog does not keep "${name}": monitors have no such field, or Datadog does not support it yet.`,
      pointer: pointerTo(pointer, name),
      hint: 'Correct or remove it. It is sent along with other changes, but is never a change by itself.',
    }));
}
