import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { isTypo } from './typo.ts';
import { NameIndex } from './name-index.ts';

/** A metric of one of Datadog's public integrations. */
export interface KnownMetric {
  readonly type: 'count' | 'rate' | 'gauge';
  /** Datadog's name of the unit: `byte`, `request/second`; empty if it has none. */
  readonly unit: string;
}

interface Table {
  readonly metrics: NameIndex;
  readonly checks: NameIndex;
}

/** The types of metrics, as the table writes them. */
const TYPES: ReadonlyMap<string, KnownMetric['type']> = new Map([
  ['c', 'count'],
  ['r', 'rate'],
  ['g', 'gauge'],
]);

/** Names longer than any known one are not searched. */
const MAX_NAME = 200;

let loaded: Table | undefined;

/** Returns the table. Loads it on first use, because many processes never need it. */
function table(): Table {
  loaded ??= loadTable();
  return loaded;
}

/** Reads the table beside this module, or beside the bundle that contains it. */
function loadTable(): Table {
  const text = brotliDecompressSync(readFileSync(new URL('./known-metrics.br', import.meta.url))).toString(
    'latin1',
  );
  const between = text.indexOf('\n\n');
  return {
    metrics: new NameIndex(text.slice(0, between + 1)),
    checks: new NameIndex(text.slice(between + 2)),
  };
}

/** Returns the type and unit of a metric, or undefined if it is unknown. */
export function knownMetric(name: string): KnownMetric | undefined {
  if (name.length > MAX_NAME) return undefined;
  const [letter = '', unit = ''] = table().metrics.find(name)?.split('\t') ?? [];
  const type = TYPES.get(letter);
  return type && { type, unit };
}

/** Returns the known metric of which an unknown name is a typo, or undefined. */
export function metricMeantBy(name: string): string | undefined {
  return meantBy(name, table().metrics);
}

/** Returns the tag keys that a service check reports besides those of its configuration, or undefined if it is unknown. */
export function knownCheckGroups(name: string): readonly string[] | undefined {
  const groups = name.length > MAX_NAME ? undefined : table().checks.find(name);
  return groups === undefined ? undefined : groups.split(' ').filter((group) => group !== '');
}

/** Returns the known service check of which an unknown name is a typo, or undefined. */
export function checkMeantBy(name: string): string | undefined {
  return meantBy(name, table().checks);
}

function meantBy(name: string, index: NameIndex): string | undefined {
  if (name.length > MAX_NAME) return undefined;
  return index.near(name).find((near) => isTypo(name, near, (group) => index.hasGroup(group)))?.name;
}
