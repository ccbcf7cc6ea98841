import { changesOf } from '../../diff/changes.ts';
import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { idOf, unmarked } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import type { Steps } from '../../domain/steps.ts';
import { type CreateStep, liveOf, type PlanStep } from './document-plan.ts';

/** Maximum number of similar objects that one new object is compared with. */
const MAX_COMPARED = 3;

/**
 * Returns a warning for each new object that equals one which is not in the document, but for the name: the key was changed, and the
 * id would be lost. Each existing object is named once. Yields after each new object.
 */
export function* likelyRenames(steps: readonly PlanStep[]): Steps<Finding[]> {
  const others = steps.filter(({ action }) => action === 'extra' || action === 'delete');
  if (others.length === 0) return [];
  const similar = Map.groupBy(others, (step) => groupOf(step.stored, liveOf(step) ?? {}));
  const named = new Set<PlanStep>();
  const findings: Finding[] = [];
  for (const step of steps) {
    if (
      step.action !== 'create' ||
      step.entry.renamedFrom.length > 0 ||
      step.entry.restoredFrom !== undefined
    )
      continue;
    const candidates = (similar.get(groupOf(step.stored, step.desired)) ?? []).filter(
      (one) => !named.has(one),
    );
    const equal = candidates
      .slice(0, MAX_COMPARED)
      .find((one) => isEqual(step.stored, liveOf(one) ?? {}, step.desired));
    if (equal) {
      named.add(equal);
      findings.push(likelyRename(step, equal));
    }
    yield;
  }
  return findings;
}

function likelyRename({ stored, key, entry }: CreateStep, former: PlanStep): Finding {
  return {
    code: 'likely_rename',
    severity: 'warning',
    message: `The new ${stored} "${key}" equals the ${stored} "${former.key}" (${idOf(liveOf(former) ?? {})}), which is not in the document, except for the name.`,
    pointer: entry.pointer,
    hint: `Write "renamed_from: ${former.key}" to keep its id.`,
    fix: {
      title: `Rename "${former.key}"`,
      edits: [{ pointer: pointerTo(entry.pointer, 'renamed_from'), value: former.key }],
    },
  };
}

/** Returns what equal objects have in common and is cheap to compare. */
function groupOf(stored: StoredKind, object: JsonObject): string {
  if (stored === 'monitor') return `monitor ${String(object['query']).trim()}`;
  const { widgets, layout_type: layout } = object;
  return `dashboard ${String(layout)} ${Array.isArray(widgets) ? widgets.length : 0}`;
}

function isEqual(stored: StoredKind, live: JsonObject, desired: JsonObject): boolean {
  const withoutName = (object: JsonObject) => {
    const { name: _, title: __, ...rest } = unmarked(stored, object);
    return rest;
  };
  return changesOf(stored, withoutName(live), withoutName(desired)).length === 0;
}
