import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { adoptionConflicts } from './adoption.ts';
import { readDocument } from './read-document.ts';
import { sortByReferences } from './references-in-order.ts';
import { renamesOf } from './renames.ts';

const NO_OBJECTS = { renamable: new Map(), presentNames: new Map(), adoptable: new Map() };

/**
 * Yields the findings of a plan that are about the entries together, as far as they do not depend on what Datadog has. A
 * reference to an object that only Datadog may have is a warning here, and an error of the plan if Datadog does not have it.
 */
export function* offlineFindings(document: JsonObject): Generator<Finding> {
  const { application, entries, findings, unread } = readDocument(document);
  const references = sortByReferences(entries, application, {
    // What Datadog has is not known.
    exists: (name) => unread?.has(name) || undefined,
    takers: new Map(),
  });
  const renames = renamesOf(entries, application, NO_OBJECTS, () => []);
  yield* findings;
  yield* references.findings;
  yield* adoptionConflicts(entries);
  // Whether there is an object to rename depends on Datadog.
  for (const finding of renames.findings) if (finding.code !== 'rename_missing') yield finding;
}
