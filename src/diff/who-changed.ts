import { changesOf } from './changes.ts';
import { largest } from '../domain/append.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import type { Change } from '../domain/plan.ts';
import type { Pointer } from '../domain/pointer.ts';
import { isSet } from './set-changes.ts';

/** A change of an object in the audit trail. */
export interface AuditedChange {
  /** The author; undefined if the trail names none. */
  readonly by: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly deletes: boolean;
  /** The object before and after the change; absent if the trail does not contain it. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

/** The changes of an object since a given time, latest first. */
export interface ObjectHistory {
  readonly changes: readonly AuditedChange[];
  /** Whether the list is complete. If not, older changes are missing. */
  readonly complete: boolean;
}

/** The author of a change. `at` (epoch ms) is set if the exact event is known. */
export interface Author {
  readonly by: string;
  readonly at?: number;
}

/** The author of a change if it is unknown. */
export const NOT_KNOWN = 'not known';

/** Returns the names of authors as one text, and the time (ISO 8601) of the latest change if one is known. */
export function namedAuthors(
  authors: readonly ((Pick<AuditedChange, 'by'> & Pick<Author, 'at'>) | undefined)[],
): { readonly by: string; readonly at?: string } {
  const names = [...new Set(authors.map((author) => author?.by ?? NOT_KNOWN))];
  const times = authors.flatMap((author) => author?.at ?? []);
  return {
    by: names.join(', ') || NOT_KNOWN,
    ...(times.length > 0 ? { at: new Date(largest(times)).toISOString() } : {}),
  };
}

/**
 * Returns the author of each change that led to `now`: the only person who changed the object, else the one who set the
 * field to its current value, if the history shows the states before and after. Returns undefined if the author is
 * uncertain, because a wrong name is worse than none.
 */
export function whoChanged(
  kind: StoredKind,
  changes: readonly Change[],
  now: JsonObject,
  { changes: history, complete }: ObjectHistory,
): (Author | undefined)[] {
  const [latest] = history;
  if (!latest) return changes.map(() => undefined);
  const alone = complete && history.every(({ by }) => by === latest.by) ? latest.by : undefined;
  const since = latest.after && changesOf(kind, latest.after, now);
  const before = history.map((event) => event.before && changesOf(kind, event.before, now));
  return changes.map((change) => {
    // A change that the latest event does not show was made by an event that is not in the trail yet.
    if (since?.some(({ path }) => areNested(path, change.path))) return undefined;
    const setter = since && staysInPlace(change) ? setterOf(change, history, before) : undefined;
    if (setter?.by !== undefined) return { by: setter.by, at: setter.at };
    return alone === undefined
      ? undefined
      : { by: alone, ...(history.length === 1 ? { at: latest.at } : {}) };
  });
}

/** Returns who deleted an object, if the latest change is the deletion. */
export function whoDeleted({ changes: [latest] }: ObjectHistory): Author | undefined {
  return latest?.deletes && latest.by !== undefined ? { by: latest.by, at: latest.at } : undefined;
}

/** Returns the latest change that set the field to its current value. */
function setterOf(
  { path }: Change,
  history: readonly AuditedChange[],
  before: readonly (readonly Change[] | undefined)[],
): AuditedChange | undefined {
  for (const [at, event] of history.entries()) {
    const differed = before[at];
    if (!differed) return undefined;
    const near = differed.filter((one) => one.moved_from === undefined && areNested(one.path, path));
    // If only a part of the value differed, somebody else may have set the rest.
    if (near.length > 0) return near.some((one) => path.startsWith(one.path)) ? event : undefined;
  }
  return undefined;
}

/** Returns whether a path has the same meaning in all states of the object. False for moved widgets and removed list elements. */
function staysInPlace({ path, from, to, moved_from: moved }: Change): boolean {
  if (moved !== undefined) return false;
  const at = path.lastIndexOf('/');
  if (!/^\d+$/.test(path.slice(at + 1))) return true;
  return to !== undefined && !(from !== undefined && isSet(path.slice(0, at)));
}

/** Returns whether two pointers are equal, or one is within the other. */
export function areNested(a: Pointer, b: Pointer): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
