import type { Json, JsonObject } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import { TextFault } from './fault.ts';
import { addPlace, type Place } from './place.ts';
import type { ValueCount } from './value-count.ts';

/** One part of a dotted key. */
export interface KeyPart {
  readonly name: string;
  readonly offset: number;
}

/**
 * A table being filled. `made` says by what, which decides how it may be reached again
 * (https://toml.io/en/v1.1.0#table): on the way to another, by its own header, by dotted keys, or not at all.
 */
export interface Table {
  readonly value: JsonObject;
  /** How many lists and tables it stands in, itself included. */
  readonly level: number;
  readonly steps: readonly (string | number)[];
  readonly place: Place | undefined;
  /** Tables and lists of tables in it that a header or dotted key may reach again. */
  parts?: Map<string, Table | TableList>;
  made: 'on the way' | 'header' | 'dotted' | 'inline';
}

interface TableList {
  readonly value: Json[];
  readonly place: Place | undefined;
  last: Table;
}

/** The tables of one document. Throws TextFault where the rules of TOML, the depth or a name forbid what is asked. */
export class Tables {
  readonly root: Table;
  readonly #depth: number;
  readonly #count: ValueCount;

  constructor(depth: number, count: ValueCount, place: Place | undefined) {
    this.#depth = depth;
    this.#count = count;
    count.add(0, () => '');
    this.root = this.#table({}, 0, [], place, 'header', 0);
  }

  /** `[a.b.c]`: the table it opens. */
  open(key: readonly KeyPart[], offset: number): Table {
    const { parent, last } = this.#walk(key, offset);
    const known = parent.parts?.get(last.name);
    if (known === undefined) return this.#add(parent, last, 'header', offset);
    if ('last' in known || known.made !== 'on the way') return this.#twice(parent, last);
    known.made = 'header';
    return known;
  }

  /** `[[a.b.c]]`: the new last table of the list. */
  append(key: readonly KeyPart[], offset: number): Table {
    const { parent, last } = this.#walk(key, offset);
    const known = parent.parts?.get(last.name);
    if (known !== undefined && !('last' in known)) return this.#twice(parent, last);
    const value: Json[] = known?.value ?? [];
    if (!known) {
      this.#countIn(parent, last.name, last.offset);
      this.define(parent, last, value);
    }
    this.#countIn(parent, last.name, offset);
    const listPlace = known ? known.place : parent.place && addPlace(parent.place, last.name, offset);
    const place = listPlace && addPlace(listPlace, value.length, offset);
    const steps = [...parent.steps, last.name, value.length];
    const table = this.#table({}, parent.level + 1, steps, place, 'header', offset);
    value.push(table.value);
    if (known) known.last = table;
    else (parent.parts ??= new Map()).set(last.name, { value, place: listPlace, last: table });
    return table;
  }

  /** The table that the parts of a dotted key before its last lead to, from the table the key stands in. */
  dotted(from: Table, way: readonly KeyPart[]): Table {
    let table = from;
    for (const part of way) {
      const known = table.parts?.get(part.name);
      if (known === undefined) table = this.#add(table, part, 'dotted', part.offset);
      else if ('last' in known || known.made === 'header' || known.made === 'inline') {
        return this.#twice(table, part);
      } else {
        known.made = 'dotted';
        table = known;
      }
    }
    return table;
  }

  /** A table written in braces as the value of `step` in a list or of a member. */
  inline(
    level: number,
    steps: readonly (string | number)[],
    place: Place | undefined,
    offset: number,
  ): Table {
    return this.#table({}, level, steps, place, 'inline', offset);
  }

  /** Gives a member its value. */
  define(table: Table, part: KeyPart, value: Json): void {
    this.requireFree(table, part);
    table.value[part.name] = value;
  }

  /** Refuses a name that is taken, or that no member may have. */
  requireFree(table: Table, part: KeyPart): void {
    if (part.name === '__proto__') {
      const pointer = pointerTo('', ...table.steps, part.name);
      throw new TextFault('prototype_key', 'The field name "__proto__" is not allowed', part.offset, pointer);
    }
    if (Object.hasOwn(table.value, part.name)) this.#twice(table, part);
  }

  /** Refuses a list or table that would be the `level`th around what is in it. */
  requireDepth(level: number, steps: readonly (string | number)[], offset: number): void {
    if (level <= this.#depth) return;
    const message = `Lists and tables are nested deeper than ${this.#depth} levels`;
    throw new TextFault('too_deep', message, offset, pointerTo('', ...steps));
  }

  #walk(key: readonly KeyPart[], offset: number): { parent: Table; last: KeyPart } {
    let parent = this.root;
    for (const part of key.slice(0, -1)) {
      const known = parent.parts?.get(part.name);
      if (known === undefined) parent = this.#add(parent, part, 'on the way', offset);
      else if ('last' in known) parent = known.last;
      else parent = known;
    }
    return { parent, last: key.at(-1) ?? { name: '', offset } };
  }

  #add(parent: Table, part: KeyPart, made: Table['made'], offset: number): Table {
    const value: JsonObject = {};
    this.#countIn(parent, part.name, part.offset);
    this.define(parent, part, value);
    const place = parent.place && addPlace(parent.place, part.name, offset);
    const table = this.#table(value, parent.level, [...parent.steps, part.name], place, made, part.offset);
    (parent.parts ??= new Map()).set(part.name, table);
    return table;
  }

  #table(
    value: JsonObject,
    around: number,
    steps: readonly (string | number)[],
    place: Place | undefined,
    made: Table['made'],
    offset: number,
  ): Table {
    const level = around + 1;
    this.requireDepth(level, steps, offset);
    return { value, level, steps, place, made };
  }

  #countIn(parent: Table, name: string, offset: number): void {
    this.#count.add(offset, () => pointerTo('', ...parent.steps, name));
  }

  #twice(table: Table, part: KeyPart): never {
    const name = [...table.steps.filter((step) => typeof step === 'string'), part.name].join('.');
    const pointer = pointerTo('', ...table.steps, part.name);
    throw new TextFault('duplicate_key', `Duplicate key ${JSON.stringify(name)}`, part.offset, pointer);
  }
}
