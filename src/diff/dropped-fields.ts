import { isManaged } from './canonical.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/**
 * The top-level fields that were written and that Datadog does not hold: of a monitor it drops those it does not know,
 * without a word. No apply can change that, so they are told and are no change. `pointer` is where `written` stands.
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
      message: `Datadog does not keep "${name}": monitors have no such field, or it is not known there yet.`,
      pointer: pointerTo(pointer, name),
      hint: 'Correct its name, or leave it out. It is sent along with other changes and never makes one itself.',
    }));
}
