import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { seedById } from '../collection.ts';
import type { EndpointGroup } from '../route.ts';
import { readShapes, secondsIn, type Shapes } from './shapes.ts';

/** A declaration of series whose points are computed when they are read: a function of time, name and tags alone. */
export interface Generator {
  /** The name of the metric, or the source of events. */
  readonly name: string;
  /** `gauge`, `count` or `rate`. */
  readonly type: string;
  readonly series: readonly GeneratedSeries[];
}

export interface GeneratedSeries {
  readonly tags: readonly string[];
  /** The message of the events. */
  readonly message: string;
  /** Calls `visit` with each point from `from` (inclusive) to `to` (exclusive), in epoch seconds. */
  readonly each: (from: number, to: number, visit: (at: number, value: number) => void) => void;
  /** Returns a measure of the events at a time in epoch seconds. */
  readonly measureAt: (name: string, at: number) => number | undefined;
}

const MINUTE = 60;
const TYPES = ['gauge', 'count', 'rate'];
const FIELDS = new Set([
  'id',
  'metric',
  'source',
  'type',
  'every',
  'tags',
  'groups',
  'shapes',
  'message',
  'measures',
]);

/** Stores the declarations of generators; tests and the sandbox declare them, see docs/emulator.md. */
export function generators(organisation: Organisation): EndpointGroup {
  return { routes: [], seeds: { generators: seedById(organisation.collection('generators')) } };
}

/** Replaces all generators. Returns the first mistake, or undefined; then nothing was replaced. */
export function setGenerators(organisation: Organisation, sent: unknown): string | undefined {
  if (!Array.isArray(sent) || !sent.every(isRawObject)) return 'expected a list of generators';
  const mistake = sent.map(mistakeInGenerator).find((one) => one !== undefined);
  if (mistake !== undefined) return mistake;
  const stored = organisation.collection('generators');
  stored.clear();
  for (const [index, one] of sent.entries()) stored.put(String(index), { ...one, id: String(index) });
  return undefined;
}

/** Returns the first mistake in the declaration of a generator, or undefined. */
export function mistakeInGenerator(sent: RawObject): string | undefined {
  const read = readGenerator(sent);
  return typeof read === 'string' ? `generator of "${nameOf(sent)}": ${read}` : undefined;
}

/** Returns the generators of the metrics or the sources of events with one of these names. */
export function generatorsOf(
  organisation: Organisation,
  kind: 'metric' | 'source',
  names: readonly string[],
): Generator[] {
  return organisation
    .collection('generators')
    .all()
    .filter((one) => typeof one[kind] === 'string' && names.includes(one[kind]))
    .flatMap((one) => {
      const read = readGenerator(one);
      return typeof read === 'string' ? [] : [read];
    });
}

function nameOf(sent: RawObject): string {
  return String(sent['metric'] ?? sent['source']);
}

function readGenerator(sent: RawObject): Generator | string {
  const unknown = Object.keys(sent).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) return `unknown field "${unknown}"`;
  const isMetric = typeof sent['metric'] === 'string';
  if (isMetric === (typeof sent['source'] === 'string')) return 'give either "metric" or "source"';
  const every = sent['every'] === undefined ? MINUTE : secondsIn(sent['every']);
  if (every === undefined || !Number.isInteger(every) || every < 1)
    return '"every" must be a duration of whole seconds, such as "1m"';
  const { tags = [], groups = [''], type } = sent;
  if (!isTexts(tags) || !isTexts(groups)) return '"tags" and "groups" must be lists of texts';
  if (type !== undefined && !TYPES.includes(String(type))) return `"type" must be one of ${TYPES.join(', ')}`;
  const series: GeneratedSeries[] = [];
  let counts = false;
  for (const group of groups) {
    const own = [...tags, ...group.split(',')].filter((tag) => tag !== '').toSorted();
    const seed = seedOf(`${nameOf(sent)} ${own.join()}`);
    const shapes = readShapes(sent['shapes'], own, !isMetric);
    if (typeof shapes === 'string') return shapes;
    const measureAt = readMeasures(sent['measures'], own, seed);
    if (typeof measureAt === 'string') return measureAt;
    counts ||= shapes.counts;
    const message = String(sent['message'] ?? '');
    series.push({ tags: own, message, each: pointsOf(shapes, every, seed), measureAt });
  }
  const unmet = unmetRestriction(sent['shapes'], series);
  if (unmet !== undefined) return `no series has the tags "${unmet}" of "only"`;
  return { name: nameOf(sent), type: String(type ?? (counts ? 'count' : 'gauge')), series };
}

/** Returns the first `only` of a shape whose tags no series has. */
function unmetRestriction(shapes: unknown, series: readonly GeneratedSeries[]): string | undefined {
  const all = Array.isArray(shapes) ? shapes.filter(isRawObject) : [];
  return all
    .flatMap(({ only }) => (only === undefined ? [] : [String(only)]))
    .find((only) => !series.some(({ tags }) => only.split(',').every((tag) => tags.includes(tag))));
}

/** Reads the shapes of measures: `{"@duration": [...]}`. Returns the first mistake, a text, in place of the function. */
function readMeasures(
  sent: unknown = {},
  tags: readonly string[],
  seed: number,
): GeneratedSeries['measureAt'] | string {
  if (!isRawObject(sent)) return '"measures" must be an object of lists of shapes';
  const measures = new Map<string, Shapes>();
  for (const [name, list] of Object.entries(sent)) {
    const shapes = readShapes(list, tags, false);
    if (typeof shapes === 'string') return `${name}: ${shapes}`;
    measures.set(name, shapes);
  }
  return (name, at) => measures.get(name)?.valueAt(at, seed + 1);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function pointsOf(shapes: Shapes, every: number, seed: number): GeneratedSeries['each'] {
  return (from, to, visit) => {
    for (let at = Math.ceil(from / every) * every; at < to; at += every) {
      const value = shapes.valueAt(at, seed);
      if (value !== undefined) visit(at, value);
    }
  };
}

/** Hashes a text to a whole number (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  return hash >>> 0;
}
