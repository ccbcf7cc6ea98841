import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { idOf, type Mark, ownershipOf } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import type { LiveState } from './document-plan.ts';
import type { DocumentEntry } from './read-document.ts';
import {
  bothInDatadog,
  bothInDocument,
  duplicateOf,
  hasClones,
  KEY_EXCHANGE,
  nothingToRename,
  renameDone,
  renamedElsewhere,
  type RenameFinding,
  severalSources,
} from './rename-findings.ts';
import { fullNameOfEntry, nameOfMark } from './references-in-order.ts';

/** The object that an entry renames, and its marker before. */
export interface Rename {
  readonly from: Mark;
  readonly live: JsonObject;
}

/** The renames of a document. */
export interface Renames {
  readonly of: ReadonlyMap<DocumentEntry, Rename>;
  /** The entry that renames the object of a name (`kind:application/key`), so that the name becomes free. */
  readonly takers: ReadonlyMap<string, DocumentEntry>;
  /** The first entry that states a former name, whether or not it renames an object. */
  readonly claims: ReadonlyMap<string, DocumentEntry>;
  readonly findings: readonly Finding[];
}

/** What is known about the objects that entries may rename. */
type Sources = Pick<LiveState, 'renamable' | 'presentNames' | 'adoptable'>;

/** The objects with one marker. The first is the original; others are clones. */
type Marked = readonly JsonObject[];

/** Returns a marker as `renamed_from` names it within a document of `application`. */
export function writtenName({ application: of, key }: Mark, application: string): string {
  return of === application ? key : `${of}/${key}`;
}

/**
 * Decides which entries rename an object. An entry does if Datadog has an object with its former key and none with its new key;
 * it may have one that another entry renames. `objectsOf` returns the application's objects with a name.
 */
export function renamesOf(
  entries: readonly DocumentEntry[],
  application: string,
  live: Sources,
  objectsOf: (name: string) => Marked,
): Renames {
  const wanted = entries.filter(({ renamedFrom, adopt }) => renamedFrom.length > 0 || adopt !== undefined);
  if (wanted.length === 0) return { of: new Map(), takers: new Map(), claims: new Map(), findings: [] };
  const resolver = new Resolver(entries, application, live, objectsOf);
  for (const entry of wanted) resolver.resolve(entry);
  return resolver;
}

class Resolver implements Renames {
  readonly of = new Map<DocumentEntry, Rename>();
  readonly takers = new Map<string, DocumentEntry>();
  readonly findings: Finding[] = [];
  private readonly application: string;
  private readonly live: Sources;
  private readonly objectsOf: (name: string) => Marked;
  private readonly byName: ReadonlyMap<string, DocumentEntry>;
  readonly claims = new Map<string, DocumentEntry>();
  private readonly resolved = new Set<DocumentEntry>();
  /** What each entry would rename, as far as it is known. */
  private readonly movable = new Map<DocumentEntry, Rename | undefined>();

  constructor(
    entries: readonly DocumentEntry[],
    application: string,
    live: Sources,
    objectsOf: (name: string) => Marked,
  ) {
    this.application = application;
    this.live = live;
    this.objectsOf = objectsOf;
    this.byName = new Map(entries.map((entry) => [this.nameOf(entry), entry]));
    for (const entry of entries)
      for (const from of this.sourcesOf(entry)) {
        const name = nameOfMark(entry.stored, from);
        const first = this.claims.get(name);
        if (first) this.add(entry, duplicateOf(from.key, first.key));
        else this.claims.set(name, entry);
      }
  }

  /** Decides about an entry, and before it about those that rename the objects in its way: they form a chain. */
  resolve(entry: DocumentEntry): void {
    const chain: DocumentEntry[] = [];
    const visited = new Set<DocumentEntry>();
    for (let one: DocumentEntry | undefined = entry; one && !this.resolved.has(one); ) {
      if (visited.has(one)) {
        for (const each of chain) this.resolved.add(each);
        for (const each of chain) this.add(each, KEY_EXCHANGE);
        return;
      }
      visited.add(one);
      chain.push(one);
      one = this.claims.get(this.nameOf(one));
    }
    for (const one of chain.toReversed()) {
      this.resolved.add(one);
      this.decide(one, this.canMove(one));
    }
  }

  /**
   * Returns the object that an entry would rename. The object of a key that another entry renames to stays with that key, unless
   * that entry has an object to move there.
   */
  private canMove(entry: DocumentEntry): Rename | undefined {
    const { movable } = this;
    const path: DocumentEntry[] = [];
    for (let one: DocumentEntry | undefined = entry; one && !movable.has(one); ) {
      movable.set(one, undefined);
      path.push(one);
      one = this.sourcesOf(one).flatMap((from) => this.byName.get(nameOfMark(entry.stored, from)) ?? [])[0];
    }
    for (const one of path.toReversed()) {
      const found = this.foundFor(one).find(({ from }) => {
        const holder = this.byName.get(nameOfMark(one.stored, from));
        return !holder || movable.get(holder) !== undefined;
      });
      movable.set(one, found);
    }
    return movable.get(entry);
  }

  private decide(entry: DocumentEntry, rename: Rename | undefined): void {
    const sources = this.sourcesOf(entry);
    if (sources.length === 0) return;
    const { key, stored } = entry;
    const name = this.nameOf(entry);
    const conflict = sources.find((from) => {
      const holder = this.byName.get(nameOfMark(stored, from));
      return holder && holder.renamedFrom.length === 0 && holder.adopt === undefined;
    });
    if (conflict) {
      this.add(entry, bothInDocument(conflict.key));
      return;
    }
    const [own] = this.takers.has(name) ? [] : this.objectsOf(name);
    const found = this.foundFor(entry);
    const foreign = found.filter(({ from }) => !this.byName.has(nameOfMark(stored, from)));
    const written = (from: Mark) => writtenName(from, this.application);
    if (own) {
      const [other] = foreign;
      if (other)
        this.add(entry, bothInDatadog(stored, key, written(other.from), idOf(own), idOf(other.live)));
      else if (entry.renamedFrom.length > 0) this.add(entry, renameDone(stored, key));
      return;
    }
    if (foreign.length > 1) {
      const keys = foreign.map(({ from }) => `"${written(from)}"`).join(' and ');
      this.add(entry, severalSources(stored, keys));
      return;
    }
    if (!rename) {
      const moved = sources.find((from) => this.live.presentNames.has(nameOfMark(stored, from)));
      const now = moved && this.live.presentNames.get(nameOfMark(stored, moved));
      if (now && (now.application !== this.application || now.key !== key))
        this.add(entry, renamedElsewhere(stored, written(moved), written(now)));
      else if (entry.renamedFrom.length > 0)
        this.add(entry, nothingToRename(stored, key, sources.map(written)));
      return;
    }
    const clones = this.objectsWith(stored, rename.from).filter(
      (object) => idOf(object) !== idOf(rename.live),
    );
    if (clones.length > 0) this.add(entry, hasClones(stored, written(rename.from), clones.map(idOf)));
    this.of.set(entry, rename);
    this.takers.set(nameOfMark(stored, rename.from), entry);
  }

  /** Returns the objects that Datadog has under the former keys of an entry. */
  private foundFor(entry: DocumentEntry): Rename[] {
    return this.sourcesOf(entry).flatMap((from) => {
      const [live] = this.objectsWith(entry.stored, from);
      return live ? [{ from, live }] : [];
    });
  }

  private objectsWith(stored: StoredKind, mark: Mark): Marked {
    const name = nameOfMark(stored, mark);
    return mark.application === this.application
      ? this.objectsOf(name)
      : (this.live.renamable.get(name) ?? []);
  }

  /** Returns the former names of an entry: those that it states, or that of the own object which it adopts under a new key. */
  private sourcesOf({ stored, key, renamedFrom, adopt }: DocumentEntry): readonly Mark[] {
    const stated = renamedFrom.filter((from) => from.application !== this.application || from.key !== key);
    if (stated.length > 0 || adopt === undefined) return stated;
    const object = this.live.adoptable.get(`${stored}:${adopt}`);
    const ownership = object && ownershipOf(stored, object);
    if (ownership?.state !== 'owned') return [];
    const { mark } = ownership;
    return mark.application === this.application && mark.key !== key ? [mark] : [];
  }

  private nameOf(entry: DocumentEntry): string {
    return fullNameOfEntry(entry, this.application);
  }

  private add({ pointer, renamedFrom }: DocumentEntry, finding: RenameFinding): void {
    const field = renamedFrom.length > 0 ? 'renamed_from' : 'adopt';
    this.findings.push({ ...finding, pointer: pointerTo(pointer, field) });
  }
}
