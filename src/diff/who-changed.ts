import { changesOf } from './changes.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import type { Change } from '../domain/plan.ts';
import type { Pointer } from '../domain/pointer.ts';
import { isSet } from './set-changes.ts';

/** What somebody did to an object, as an audit trail tells it. */
export interface AuditedChange {
  /** Undefined where the trail does not name anybody. */
  readonly by: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly deletes: boolean;
  /** What the object was before and after it; absent where the trail does not tell. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

/** What was done to an object since a time, latest first. */
export interface ObjectHistory {
  readonly changes: readonly AuditedChange[];
  /** Whether these are all; where not, older ones are missing. */
  readonly whole: boolean;
}

/** Who changed a field; `at` (epoch ms) where it is known which of their changes did. */
export interface Author {
  readonly by: string;
  readonly at?: number;
}

/**
 * Who made each of the changes that led to `now`: whoever changed the object alone, else whoever gave the field the value
 * that it has, as far as the history shows what the object was before and after. Undefined where that is not certain: the
 * wrong name is worse than none.
 */
export function whoChanged(
  kind: StoredKind,
  changes: readonly Change[],
  now: JsonObject,
  { changes: history, whole }: ObjectHistory,
): (Author | undefined)[] {
  const [latest] = history;
  if (!latest) return changes.map(() => undefined);
  const alone = whole && history.every(({ by }) => by === latest.by) ? latest.by : undefined;
  const since = latest.after && changesOf(kind, latest.after, now);
  const before = history.map((event) => event.before && changesOf(kind, event.before, now));
  return changes.map((change) => {
    // What the latest event does not show yet was done by somebody whose event is not there yet.
    if (since?.some(({ path }) => areNested(path, change.path))) return undefined;
    const setter = since && staysInPlace(change) ? setterOf(change, history, before) : undefined;
    if (setter?.by !== undefined) return { by: setter.by, at: setter.at };
    return alone === undefined
      ? undefined
      : { by: alone, ...(history.length === 1 ? { at: latest.at } : {}) };
  });
}

/** Who deleted an object: the latest change is the deletion, or it is not known. */
export function whoDeleted({ changes: [latest] }: ObjectHistory): Author | undefined {
  return latest?.deletes && latest.by !== undefined ? { by: latest.by, at: latest.at } : undefined;
}

/** The change before which the field was last another one than now. */
function setterOf(
  { path }: Change,
  history: readonly AuditedChange[],
  before: readonly (readonly Change[] | undefined)[],
): AuditedChange | undefined {
  for (const [at, event] of history.entries()) {
    const differed = before[at];
    if (!differed) return undefined;
    const near = differed.filter((one) => one.moved_from === undefined && areNested(one.path, path));
    // Where only a part of the value was another, somebody else may have given it the rest.
    if (near.length > 0) return near.some((one) => path.startsWith(one.path)) ? event : undefined;
  }
  return undefined;
}

/** Whether a path means the same in every state of the object: not so that of what moved, or went out of a list. */
function staysInPlace({ path, from, to, moved_from: moved }: Change): boolean {
  if (moved !== undefined) return false;
  const at = path.lastIndexOf('/');
  if (!/^\d+$/.test(path.slice(at + 1))) return true;
  return to !== undefined && !(from !== undefined && isSet(path.slice(0, at)));
}

function areNested(a: Pointer, b: Pointer): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
