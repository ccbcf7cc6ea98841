import type { Finding } from '../../domain/finding.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import type { Mark } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import type { PlacedReference, Reference } from '../../domain/references.ts';
import type { DocumentEntry } from './read-document.ts';

/** Returns the name of an object within its application. */
export function nameOf({ kind, key }: Pick<Reference, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}

/** Returns the name of the object that an entry or a step of a plan is about. */
export function nameOfEntry({ stored: kind, key }: Pick<DocumentEntry, 'stored' | 'key'>): string {
  return nameOf({ kind, key });
}

/** Returns the name of an object across applications. */
export function fullName(reference: Reference, application: string): string {
  return `${reference.kind}:${reference.application ?? application}/${reference.key}`;
}

/** Returns the name across applications of the object that an entry or a step is about. */
export function fullNameOfEntry(
  { stored: kind, key }: Pick<DocumentEntry, 'stored' | 'key'>,
  application: string,
): string {
  return fullName({ kind, key }, application);
}

/** Returns the name across applications of the objects with a marker. */
export function nameOfMark(kind: StoredKind, { application, key }: Mark): string {
  return fullName({ kind, key }, application);
}

/** Returns the name of the object in a reference; undefined if it belongs to another application. */
export function ownName({ to }: PlacedReference, application: string): string | undefined {
  return to && (to.application ?? application) === application ? nameOf(to) : undefined;
}

/** Entries in steps. The entries of one step refer only to entries of earlier steps. */
export interface Ordered {
  readonly steps: readonly (readonly DocumentEntry[])[];
  /** Made one by one, because a text can have a million references. */
  readonly findings: Iterable<Finding>;
}

/** What is known about objects that a document refers to. */
export interface Existing {
  /** Returns whether Datadog has an object that is not in the document; undefined if Datadog was not asked. */
  readonly exists: (fullName: string) => boolean | undefined;
  /** The entries that rename objects, by their former names (`kind:application/key`). */
  readonly takers: ReadonlyMap<string, DocumentEntry>;
  /** The entries that state former names, by these, whether or not their objects are renamed already. */
  readonly claims: ReadonlyMap<string, DocumentEntry>;
}

/**
 * Sorts entries topologically, so that each entry comes after those it refers to, and after the one that renames the object with
 * its key. Entries of a cycle come last, with a finding at each reference.
 */
export function sortByReferences(
  entries: readonly DocumentEntry[],
  application: string,
  { exists, takers, claims }: Existing,
): Ordered {
  const { byName, own, refersTo } = linksOf(entries, application);
  const { steps, cyclic } = levels(entries, (entry) => {
    const taker = takers.get(fullNameOfEntry(entry, application));
    return taker ? new Set([...refersTo(entry), taker]) : refersTo(entry);
  });
  return {
    steps: cyclic.length > 0 ? [...steps, cyclic] : steps,
    findings: referenceFindings(entries, cyclic, application, { byName, own, exists, claims }),
  };
}

/** Yields the findings about references. `cyclic` are the entries of cycles. */
function* referenceFindings(
  entries: readonly DocumentEntry[],
  cyclic: readonly DocumentEntry[],
  application: string,
  {
    byName,
    own,
    exists,
    claims,
  }: Pick<ReturnType<typeof linksOf>, 'byName' | 'own'> & Omit<Existing, 'takers'>,
): Generator<Finding> {
  for (const { references } of entries) {
    for (const reference of references) {
      const { to } = reference;
      const named = own(reference);
      if (!to) yield referenceFinding(reference, 'bad_reference');
      else if (named === undefined || !byName.has(named)) {
        const name = fullName(to, application);
        const isKnown = exists(name);
        if (isKnown === false)
          yield withNewName(referenceFinding(reference, 'dangling_reference'), reference, claims.get(name));
        // Other applications' objects are never in the document.
        if (isKnown === undefined && named !== undefined)
          yield withNewName(maybeDangling(reference), reference, claims.get(name));
      }
    }
  }
  const isComposite = (entry: DocumentEntry | undefined) => entry?.object['type'] === 'composite';
  for (const entry of entries.filter(isComposite)) {
    // A message may link to another composite.
    const [query, signal] = ['query', 'signal'].map((field) => pointerTo(entry.pointer, field));
    for (const reference of entry.references) {
      const isMember = reference.pointer === query || reference.pointer.startsWith(`${signal}/`);
      const to = isMember ? byName.get(own(reference) ?? '') : undefined;
      if (to !== entry && isComposite(to)) yield referenceFinding(reference, 'nested_composite');
    }
  }
  const inCycle = new Set(cyclic.map(nameOfEntry));
  const selfReferring = entries.filter((entry) =>
    entry.references.some((reference) => own(reference) === nameOfEntry(entry)),
  );
  for (const entry of new Set([...cyclic, ...selfReferring])) {
    for (const reference of entry.references) {
      const named = own(reference) ?? '';
      if (inCycle.has(named) || named === nameOfEntry(entry))
        yield referenceFinding(reference, 'reference_cycle');
    }
  }
}

/** Returns the entries of reference cycles, and those between two cycles. A reference of an entry to itself is no cycle here. */
export function entriesInCycles(entries: readonly DocumentEntry[], application: string): DocumentEntry[] {
  const { refersTo } = linksOf(entries, application);
  const { cyclic } = levels(entries, refersTo);
  // What only refers to a cycle: nothing that is left refers to it.
  const referrers = new Map(cyclic.map((entry) => [entry, new Set<DocumentEntry>()]));
  for (const entry of cyclic) for (const other of refersTo(entry)) referrers.get(other)?.add(entry);
  return levels(cyclic, (entry) => referrers.get(entry) ?? NONE).cyclic;
}

const NONE: ReadonlySet<DocumentEntry> = new Set();

/** Returns how entries refer to each other, apart from themselves. `own` names the object of this application in a reference. */
function linksOf(entries: readonly DocumentEntry[], application: string) {
  const byName = new Map(entries.map((entry) => [nameOfEntry(entry), entry]));
  const own = (reference: PlacedReference) => ownName(reference, application);
  const links = new Map(
    entries.map((entry) => {
      const named = entry.references.flatMap((reference) => byName.get(own(reference) ?? '') ?? []);
      return [entry, new Set(named.filter((other) => other !== entry))] as const;
    }),
  );
  return { byName, own, refersTo: (entry: DocumentEntry) => links.get(entry) ?? NONE };
}

/** Sorts entries into levels, each after its dependencies. Entries of a cycle are `cyclic`. Linear in entries and references. */
function levels(
  entries: readonly DocumentEntry[],
  waitsFor: (entry: DocumentEntry) => ReadonlySet<DocumentEntry>,
) {
  const pending = new Map<DocumentEntry, number>();
  const dependents = new Map<DocumentEntry, DocumentEntry[]>();
  for (const entry of entries) {
    const others = waitsFor(entry);
    pending.set(entry, others.size);
    for (const other of others) {
      const list = dependents.get(other);
      if (list) list.push(entry);
      else dependents.set(other, [entry]);
    }
  }
  const steps: DocumentEntry[][] = [];
  const order = new Map([...pending.keys()].map((entry, at) => [entry, at]));
  const byOrder = (a: DocumentEntry, b: DocumentEntry) => (order.get(a) ?? 0) - (order.get(b) ?? 0);
  let ready = [...pending].flatMap(([entry, count]) => (count === 0 ? [entry] : []));
  while (ready.length > 0) {
    steps.push(ready);
    const next: DocumentEntry[] = [];
    for (const entry of ready) {
      pending.delete(entry);
      for (const dependent of dependents.get(entry) ?? []) {
        const count = (pending.get(dependent) ?? 0) - 1;
        pending.set(dependent, count);
        if (count === 0) next.push(dependent);
      }
    }
    ready = next.sort(byOrder);
  }
  return { steps, cyclic: [...pending.keys()] };
}

const SENTENCES = {
  bad_reference: (text: string) =>
    `${text} is not a valid reference. Write \${monitor:key} or \${monitor:application/key}.`,
  dangling_reference: (text: string) =>
    `${text} refers to an object that is neither in the document nor in Datadog.`,
  nested_composite: (text: string) =>
    `Datadog rejects the monitor: ${text} is a composite, and a composite cannot contain a composite.`,
  reference_cycle: (text: string) =>
    `${text} is part of a reference cycle: no object of the cycle can be created first.`,
} as const;

function referenceFinding({ pointer, at, text }: PlacedReference, code: keyof typeof SENTENCES): Finding {
  return { code, severity: 'error', message: SENTENCES[code](text), pointer, at };
}

/** Returns a finding about a reference by a former key with a hint at the new one, as the reference has to be written. */
function withNewName(
  finding: Finding,
  { text }: PlacedReference,
  renamed: DocumentEntry | undefined,
): Finding {
  if (!renamed) return finding;
  // A combination of alerts names its members without braces.
  const written = text.startsWith('$') ? `\${${renamed.stored}:${renamed.key}}` : renamed.key;
  return { ...finding, hint: `Its object is renamed: write ${written}.` };
}

/** Returns the warning about a reference to an object that only Datadog may have. */
function maybeDangling(reference: PlacedReference): Finding {
  const message = `${reference.text} refers to an object that is not in the document. A plan rejects it unless Datadog has the object.`;
  return { ...referenceFinding(reference, 'dangling_reference'), severity: 'warning', message };
}
