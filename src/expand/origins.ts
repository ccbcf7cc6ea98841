import type { Json } from '../domain/json.ts';
import { arrayIndex, type Pointer, pointerSteps, pointerTo } from '../domain/pointer.ts';

/** The text that an expanded value comes from. */
export interface Origin {
  /** A pointer in the document as written. */
  readonly pointer: Pointer;
  /** The variant of its entry. */
  readonly variant?: string | undefined;
}

/** A value that is elsewhere in the written document: its pointer there. `isWhole`: so are all values in it. */
interface Moved {
  readonly from: Pointer;
  readonly isWhole: boolean;
}

/** Where the parts of one expanded entry come from. Pointers are within the entry; all other parts have their pointer in `source`. */
export class EntryOrigin {
  readonly source: Pointer;
  readonly variant: string | undefined;
  readonly #moved = new Map<Pointer, Moved>();

  constructor(source: Pointer, variant: string | undefined) {
    this.source = source;
    this.variant = variant;
  }

  add(at: Pointer, from: Pointer, isWhole: boolean): void {
    this.#moved.set(at, { from, isWhole });
  }

  /** Returns the written pointer of a value by its pointer within the entry. */
  of(within: Pointer): Pointer {
    let end = this.#moved.size === 0 ? -1 : within.length;
    while (end >= 0) {
      const moved = this.#moved.get(within.slice(0, end));
      if (moved) return moved.isWhole ? moved.from : `${moved.from}${within.slice(end)}`;
      end = end === 0 ? -1 : within.lastIndexOf('/', end - 1);
    }
    return `${this.source}${within}`;
  }

  /** Returns plain data, from which `originsFrom` rebuilds it. */
  data(): PlainOrigin {
    return [
      this.source,
      this.variant ?? null,
      [...this.#moved].map(([at, { from, isWhole }]) => [at, from, isWhole] as const),
    ];
  }
}

/** The origin of one entry as plain data: source, variant, and what is elsewhere. */
type PlainOrigin = readonly [Pointer, string | null, readonly (readonly [Pointer, Pointer, boolean])[]];
/** The origins of some entries of one list, in its order, as plain data. */
export interface PlainOrigins {
  readonly list: string;
  readonly entries: readonly PlainOrigin[];
}

/** Entries in one part of the plain data. */
const PART = 200;

/** Where the values of an expanded document come from. */
export class Origins {
  readonly #lists: ReadonlyMap<string, readonly EntryOrigin[]>;

  constructor(lists: ReadonlyMap<string, readonly EntryOrigin[]>) {
    this.#lists = lists;
  }

  /** Returns the origin of the value at a pointer in the expanded document. */
  of(pointer: Pointer): Origin {
    const [list = '', index = '', ...within] = pointerSteps(pointer);
    const entry = this.#lists.get(list)?.[arrayIndex(index) ?? -1];
    if (!entry) return { pointer: index !== '' && this.#lists.has(list) ? pointerTo('', list) : pointer };
    const { variant } = entry;
    return { pointer: entry.of(pointerTo('', ...within)), ...(variant === undefined ? {} : { variant }) };
  }

  /** Yields plain data in parts, from which `originsFrom` rebuilds it. */
  *data(): Generator<PlainOrigins> {
    for (const [list, origins] of this.#lists)
      for (let from = 0; from < origins.length; from += PART)
        yield { list, entries: origins.slice(from, from + PART).map((one) => one.data()) };
  }
}

/** Rebuilds origins from all parts of their plain data. */
export function originsFrom(parts: Iterable<PlainOrigins>): Origins {
  const lists = new Map<string, EntryOrigin[]>();
  for (const { list, entries } of parts) {
    const origins = lists.get(list) ?? [];
    lists.set(list, origins);
    for (const [source, variant, moved] of entries) {
      const origin = new EntryOrigin(source, variant ?? undefined);
      for (const [at, from, isWhole] of moved) origin.add(at, from, isWhole);
      origins.push(origin);
    }
  }
  return new Origins(lists);
}

/** Calls `visit` with the pointer of each value that is neither a list nor an object, and of each empty one. */
export function visitLeaves(
  value: Json,
  pointer: Pointer,
  visit: (pointer: Pointer, leaf: Json) => void,
): void {
  const members: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : typeof value === 'object' && value !== null && !JSON.isRawJSON(value)
      ? Object.entries(value)
      : [];
  if (members.length === 0) visit(pointer, value);
  for (const [step, member] of members) visitLeaves(member, pointerTo(pointer, step), visit);
}
