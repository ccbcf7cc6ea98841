import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { LISTS } from '../body-kind.ts';
import { adoptionConflicts } from './adoption.ts';
import { type DocumentEntry, documentIn, duplicateKeys, readEntries } from './read-document.ts';
import { fullNameOfEntry, sortByReferences } from './references-in-order.ts';
import { renamesOf } from './renames.ts';

const NO_OBJECTS = { renamable: new Map(), presentNames: new Map(), adoptable: new Map() };

/**
 * Yields the findings of a plan that are about the entries together, as far as they do not depend on what Datadog has. A
 * reference to an object that only Datadog may have is a warning here, and an error of the plan if Datadog does not have it.
 * Keeps only the entries that concern others: a document can have a million.
 */
export function* offlineFindings(document: JsonObject): Generator<Finding> {
  const { application } = documentIn(document);
  const findDuplicate = duplicateKeys();
  const formerKeys = formerKeysIn(document);
  const linked: DocumentEntry[] = [];
  const others = new Set<string>();
  for (const { entry, dropped } of readEntries(document)) {
    yield* dropped;
    if (typeof entry === 'string') others.add(entry);
    if (typeof entry !== 'object') continue;
    const duplicate = findDuplicate(entry);
    if (duplicate) yield duplicate;
    if (isLinked(entry) || formerKeys.has(entry.key)) linked.push(entry);
    else others.add(fullNameOfEntry(entry, application));
  }
  const renames = renamesOf(linked, application, NO_OBJECTS, () => []);
  const references = sortByReferences(linked, application, {
    // What Datadog has is not known.
    exists: (name) => others.has(name) || undefined,
    takers: new Map(),
    claims: renames.claims,
  });
  yield* references.findings;
  yield* adoptionConflicts(linked);
  // Whether there is an object to rename depends on Datadog.
  for (const finding of renames.findings) if (finding.code !== 'rename_missing') yield finding;
}

/** Returns whether an entry can be at fault because of another one. A composite can because of a reference to it. */
function isLinked({ references, renamedFrom, adopt, object }: DocumentEntry): boolean {
  const names = references.length + renamedFrom.length;
  return names > 0 || adopt !== undefined || object['type'] === 'composite';
}

/** Returns the former keys that the entries of a document name, without their applications. */
function formerKeysIn(document: JsonObject): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { list } of LISTS) {
    const entries = document[list];
    for (const entry of Array.isArray(entries) ? entries : []) {
      const former = isObject(entry) ? entry['renamed_from'] : undefined;
      for (const name of Array.isArray(former) ? former : [former])
        if (typeof name === 'string') keys.add(name.slice(name.lastIndexOf('/') + 1));
    }
  }
  return keys;
}
