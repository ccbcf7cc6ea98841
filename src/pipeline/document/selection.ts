import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../../domain/managed-fields.ts';
import { markOf } from '../../domain/marker.ts';
import { ProblemError } from '../../domain/problem.ts';
import { nearest } from '../../lint/nearest.ts';
import type { DocumentPlan, LiveState } from './document-plan.ts';
import { LISTS } from '../body-kind.ts';
import type { DocumentEntry, ReadDocument, Selection } from './read-document.ts';
import { fullNameOfEntry, nameOf, nameOfEntry, ownName } from './references-in-order.ts';

/**
 * Returns a document with only the entries of these keys, a comma-separated list. Throws `bad_request` for a key that the
 * document does not have.
 */
export function select(document: ReadDocument, value: JsonObject, only: string): ReadDocument {
  const keys = new Set(only.split(','));
  const all = keysByPointer(document, value);
  const known = new Set(all.values());
  for (const key of keys) {
    if (known.has(key)) continue;
    const similar = nearest(key, known);
    const question = similar === undefined ? '' : ` Did you mean "${similar}"?`;
    throw new ProblemError('bad_request', `"${key}" is not a key of the document.${question}`);
  }
  const isSelected = ({ key }: { readonly key: string }) => keys.has(key);
  const selection: Selection = {
    others: new Set(document.entries.filter((entry) => !isSelected(entry)).map(nameOfEntry)),
    pointers: new Set([...all].flatMap(([pointer, key]) => (keys.has(key) ? [pointer] : []))),
    all: document.entries,
  };
  return { ...document, entries: document.entries.filter(isSelected), selection };
}

/** Returns the key of each entry by its pointer, also of an entry that is invalid. */
export function keysByPointer({ entries }: Pick<ReadDocument, 'entries'>, value: JsonObject) {
  const keys = new Map(entries.map(({ pointer, key }) => [pointer, key]));
  for (const { list } of LISTS) {
    const written = value[list];
    if (!Array.isArray(written)) continue;
    for (const [at, entry] of written.entries())
      if (isObject(entry) && typeof entry['key'] === 'string') keys.set(`/${list}/${at}`, entry['key']);
  }
  return keys;
}

/**
 * Returns the live objects without those of entries that are not selected. Keeps what the selected entries refer to, and what
 * takes part in renames.
 */
export function withoutOthers(live: LiveState, { application, entries, selection }: ReadDocument): LiveState {
  if (!selection) return live;
  const referred = new Set(
    entries.flatMap(({ references }) => references.flatMap((one) => ownName(one, application) ?? [])),
  );
  const renaming = new Set(
    selection.all.flatMap((entry) =>
      entry.renamedFrom.length === 0 && entry.adopt === undefined
        ? []
        : [nameOfEntry(entry), ...entry.renamedFrom.map(({ key }) => nameOf({ kind: entry.stored, key }))],
    ),
  );
  const of = (stored: StoredKind) =>
    live.own[stored].filter((object) => {
      const name = nameOf({ kind: stored, key: markOf(stored, object)?.key ?? '' });
      return !selection.others.has(name) || referred.has(name) || renaming.has(name);
    });
  const [monitor = [], dashboard = []] = STORED_KINDS.map(of);
  return { ...live, own: { monitor, dashboard } };
}

/** Returns a plan without steps about objects that are not selected. */
export function selectedSteps(plan: DocumentPlan, { entries, selection }: ReadDocument): DocumentPlan {
  if (!selection) return plan;
  const names = new Set(entries.map(nameOfEntry));
  const steps = plan.steps.map((list) =>
    list.filter((step) => 'entry' in step || names.has(nameOfEntry(step))),
  );
  return { ...plan, steps: steps.filter((list) => list.length > 0) };
}

/** Returns an error for each selected entry whose key belongs to an object that an entry renames which is not selected. */
export function unselectedRenames(
  { application, entries, selection }: ReadDocument,
  takers: ReadonlyMap<string, DocumentEntry>,
): Finding[] {
  return entries.flatMap((entry): Finding[] => {
    const { stored, key, pointer } = entry;
    const taker = takers.get(fullNameOfEntry(entry, application));
    if (!taker || selection?.others.has(nameOfEntry(taker)) !== true) return [];
    return [
      {
        code: 'rename_conflict',
        severity: 'error',
        message: `The ${stored} "${key}" is renamed to "${taker.key}" by an entry that is not selected.`,
        pointer,
        hint: `Select it too: only=...,${taker.key}`,
      },
    ];
  });
}

/** Returns the findings about the selected entries and about the document. Names the entries that have to be selected too. */
export function selectedFindings(
  findings: readonly Finding[],
  { application, entries, selection }: ReadDocument,
): readonly Finding[] {
  if (!selection) return findings;
  const placed = new Map(
    entries.flatMap(({ references }) =>
      references.map((one) => [placeOf(one.pointer, one.at), one] as const),
    ),
  );
  return findings
    .filter(({ pointer }) => !ENTRY.test(pointer) || selection.pointers.has(entryOf(pointer)))
    .map((finding) => {
      const reference = placed.get(placeOf(finding.pointer, finding.at));
      const name = reference && ownName(reference, application);
      if (finding.code !== 'dangling_reference' || !name || !selection.others.has(name)) return finding;
      return {
        ...finding,
        message: `${reference.text} refers to an entry that is not selected and that does not exist in Datadog yet.`,
        hint: `Select it too: only=...,${reference.to?.key ?? ''}`,
      };
    });
}

const ENTRY = /^\/(?:monitors|alerts|dashboards)\/\d/;

/** Returns the pointer of the entry that contains a value: `/monitors/3` for `/monitors/3/query`. */
function entryOf(pointer: string): string {
  return pointer.split('/', 3).join('/');
}

function placeOf(pointer: string, at: number | undefined): string {
  return `${pointer}#${at}`;
}
