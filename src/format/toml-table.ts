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
 * A table during parsing. `made` is how it was created, which decides whether it can be extended later
 * (https://toml.io/en/v1.1.0#table): implicitly by another header, by its own header, by dotted keys, or inline.
 */
export interface Table {
  readonly value: JsonObject;
  /** The nesting level: the number of enclosing lists and tables, including itself. */
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

/** The tables of one document. Throws TextFault if TOML's rules, the depth limit or a name forbid an operation. */
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

  /** Opens the table of a header `[a.b.c]`. */
  open(key: readonly KeyPart[], offset: number): Table {
    const { parent, last } = this.#walk(key, offset);
    const known = parent.parts?.get(last.name);
    if (known === undefined) return this.#add(parent, last, 'header', offset);
    if ('last' in known || known.made !== 'on the way') return this.#twice(parent, last);
    known.made = 'header';
    return known;
  }

  /** Appends a table for a header `[[a.b.c]]`. */
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

  /** Returns the table that contains the last part of a dotted key, starting at the table that contains the key. */
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

  /** Creates an inline table, the value of a field or element. */
  inline(
    level: number,
    steps: readonly (string | number)[],
    place: Place | undefined,
    offset: number,
  ): Table {
    return this.#table({}, level, steps, place, 'inline', offset);
  }

  /** Sets the value of a field. */
  define(table: Table, part: KeyPart, value: Json): void {
    this.requireFree(table, part);
    table.value[part.name] = value;
  }

  /** Rejects a duplicate or forbidden field name. */
  requireFree(table: Table, part: KeyPart): void {
    if (part.name === '__proto__') {
      const pointer = pointerTo('', ...table.steps, part.name);
      throw new TextFault('prototype_key', 'The field "__proto__" is not allowed', part.offset, pointer);
    }
    if (Object.hasOwn(table.value, part.name)) this.#twice(table, part);
  }

  /** Rejects a list or table whose nesting level exceeds the limit. */
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
