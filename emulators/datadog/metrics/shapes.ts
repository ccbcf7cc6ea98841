import { isRawObject, type RawObject, toNumber } from '../raw-json.ts';

/** What a shape adds to a series at a time (epoch seconds); undefined removes the point. */
type Shape = (at: number, seed: number) => number | undefined;

/** The shapes of one series, added up. */
export interface Shapes {
  /** Returns the value at a time in epoch seconds, or undefined if there is no point. `seed` varies what is random. */
  readonly valueAt: (at: number, seed: number) => number | undefined;
  /** True if the values count something: they are whole numbers of at least 0. */
  readonly counts: boolean;
}

const DAY = 86_400;
const SECONDS = new Map(Object.entries({ s: 1, m: 60, h: 3600, d: DAY, w: 7 * DAY }));

/** The shapes by name, each with its own fields. */
const SHAPES = new Map(
  Object.entries<(fields: ShapeFields) => Shape>({
    steady: (fields) => {
      const value = fields.number('value');
      return () => value;
    },
    wave: (fields) => {
      const [low, high] = [fields.number('low'), fields.number('high')];
      const [peak, every] = [fields.seconds('peak', 14 * 3600), fields.seconds('every', DAY)];
      return (at) => low + ((high - low) * (1 + Math.cos((2 * Math.PI * (at - peak)) / every))) / 2;
    },
    ramp: (fields) => {
      const [from, to, every] = [fields.number('from'), fields.number('to'), fields.seconds('every', DAY)];
      return (at) => from + ((to - from) * (at % every)) / every;
    },
    spike: (fields) => {
      const [height, isWithin] = [fields.number('height'), fields.spans()];
      return (at) => (isWithin(at) ? height : 0);
    },
    gap: (fields) => {
      const isWithin = fields.spans();
      return (at) => (isWithin(at) ? undefined : 0);
    },
    noise: (fields) => {
      const height = fields.number('height');
      return (at, seed) => height * (2 * randomAt(at, seed) - 1);
    },
    counter: (fields) => {
      const rate = fields.number('rate');
      return () => rate;
    },
  }),
);

/**
 * Reads a list of shapes for the series with these tags. Values are whole numbers if one shape is a counter, or with
 * `areWhole`. Returns the first mistake, a text, in place of the shapes.
 */
export function readShapes(sent: unknown, tags: readonly string[], areWhole: boolean): Shapes | string {
  if (!Array.isArray(sent) || !sent.every(isRawObject)) return '"shapes" must be a list of objects';
  const shapes: Shape[] = [];
  for (const one of sent) {
    const name = String(one['shape']);
    const create = SHAPES.get(name);
    if (!create) return `unknown shape "${name}". Use one of ${[...SHAPES.keys()].join(', ')}.`;
    const fields = new ShapeFields(one);
    const shape = create(fields);
    if (fields.error !== undefined) return `${name}: ${fields.error}`;
    if (fields.only.every((tag) => tags.includes(tag))) shapes.push(shape);
  }
  const counts = areWhole || sent.some(({ shape }) => shape === 'counter');
  return {
    counts,
    valueAt: (at, seed) => {
      const value = sumOf(shapes, at, seed);
      return value === undefined || !counts ? value : wholeNumber(value, at, seed);
    },
  };
}

function sumOf(shapes: readonly Shape[], at: number, seed: number): number | undefined {
  let sum = 0;
  for (const [index, shape] of shapes.entries()) {
    const value = shape(at, seed + index);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}

/** Rounds up or down at random, so that 0.25 is 1 in a quarter of all cases; never below 0. */
function wholeNumber(value: number, at: number, seed: number): number {
  return Math.max(0, Math.floor(value + randomAt(at, seed - 1)));
}

/** Parses a number of seconds, or a text such as `90s`, `5m`, `8h`, `1d` or `1w`. */
export function secondsIn(value: unknown): number | undefined {
  const number = toNumber(value);
  if (number !== undefined) return number;
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(String(value)) ?? [];
  return count === undefined ? undefined : Number(count) * (SECONDS.get(unit) ?? 0);
}

/** Returns a number from 0 (inclusive) to 1 (exclusive) that depends on a time and a seed alone. */
function randomAt(at: number, seed: number): number {
  let mixed = Math.imul(at ^ (at / 2 ** 32), 0x9e37_79b1) ^ Math.imul(seed, 0x85eb_ca77);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb_352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** Reads the fields of one shape and keeps the first mistake. */
class ShapeFields {
  readonly #fields: RawObject;
  readonly #names = new Set(['shape', 'only']);
  #error: string | undefined;

  constructor(fields: RawObject) {
    this.#fields = fields;
  }

  /** The tags that a series needs for this shape. */
  get only(): string[] {
    return this.#fields['only'] === undefined ? [] : String(this.#fields['only']).split(',');
  }

  get error(): string | undefined {
    const unknown = Object.keys(this.#fields).find((name) => !this.#names.has(name));
    return this.#error ?? (unknown === undefined ? undefined : `unknown field "${unknown}"`);
  }

  number(name: string): number {
    return this.#read(name, toNumber, 'a number');
  }

  /** Reads a duration in seconds, more than 0 unless it is 0 by default. */
  seconds(name: string, byDefault?: number): number {
    const value = this.#read(name, secondsIn, 'a duration, such as "8h"', byDefault);
    if (value <= 0 && name === 'every') this.#error ??= `"${name}" must be more than 0`;
    return value;
  }

  /** Reads when something happens: at a time, or in each period of `every`, `at` after its start; for `lasts`. */
  spans(): (at: number) => boolean {
    const lasts = this.seconds('lasts');
    if (this.#fields['every'] === undefined) {
      const isoTime = (value: unknown) => Date.parse(String(value)) / 1000;
      const start = this.#read('at', isoTime, 'a time, such as "2026-01-31T12:00:00Z"');
      return (at) => at >= start && at < start + lasts;
    }
    const [every, start] = [this.seconds('every'), this.seconds('at', 0)];
    return (at) => (at - start + every) % every < lasts;
  }

  #read(
    name: string,
    parse: (value: unknown) => number | undefined,
    expected: string,
    byDefault?: number,
  ): number {
    this.#names.add(name);
    const value = this.#fields[name];
    const read = value === undefined ? byDefault : parse(value);
    if (read !== undefined && Number.isFinite(read)) return read;
    this.#error ??= `"${name}" must be ${expected}`;
    return 0;
  }
}
