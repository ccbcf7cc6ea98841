import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../contract/check.ts';
import { partOf, type Position } from '../domain/finding.ts';
import { ProblemError } from '../domain/problem.ts';
import { isPack, libraryOf, type Pack, type PackLibrary, readPack } from '../expand/packs.ts';
import { packSchema } from '../expand/schemas.ts';
import { decode } from '../format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../format/decoded.ts';
import { SettingsError } from '../runtime/settings.ts';

/** The packs that are part of Birddog, beside this module or beside the bundle that contains it. */
export const BUILT_IN: readonly string[] = [
  'host',
  'kubernetes-workload',
  'http-service',
  'rabbitmq',
  'kafka-consumer',
  'postgresql',
  'redis',
  'cron-heartbeat',
];

/** Returns the file of a pack of Birddog. */
export function packFile(name: string): URL {
  return new URL(`./${name}.yaml`, import.meta.url);
}

/** Maximum number of files in a folder of packs. */
const MAX_FILES = 500;
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['json', 'json'],
  ['toml', 'toml'],
]);

const libraries = new Map<string, Promise<PackLibrary>>();

/**
 * Returns the packs of Birddog and of a folder (BIRDDOG_PACKS; empty for none). A pack of the folder replaces one of Birddog with the
 * same name and version. Reads them once per process. Throws SettingsError with all faults in the folder by file, line and column.
 */
export function installedPacks(folder = ''): Promise<PackLibrary> {
  let library = libraries.get(folder);
  if (!library) {
    library = readAll(folder);
    libraries.set(folder, library);
  }
  return library;
}

async function readAll(folder: string): Promise<PackLibrary> {
  const builtIn = BUILT_IN.map((name) => packIn(packFile(name), `${name}.yaml`, 'yaml'));
  const files = folder === '' ? [] : await filesIn(folder);
  const own = files.map(({ name, format }) => packIn(join(folder, name), name, format));
  const read = await Promise.all([...builtIn, ...own]);
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []));
  if (faults.length > 0) throw new SettingsError(faults.map((fault) => `BIRDDOG_PACKS: ${fault}`));
  return libraryOf(read.flatMap((one) => ('faults' in one ? [] : [one])));
}

async function filesIn(folder: string): Promise<{ readonly name: string; readonly format: Format }[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new SettingsError([`BIRDDOG_PACKS: ${error instanceof Error ? error.message : String(error)}`]);
  });
  const files = names.toSorted().flatMap((name) => {
    const format = FORMATS.get(name.slice(name.lastIndexOf('.') + 1));
    return format ? [{ name, format }] : [];
  });
  if (files.length > MAX_FILES)
    throw new SettingsError([
      `BIRDDOG_PACKS: ${folder} has ${files.length} files; the maximum is ${MAX_FILES}`,
    ]);
  return files;
}

/** Reads one pack, or returns every fault by file, line and column. */
async function packIn(
  path: string | URL,
  name: string,
  format: Format,
): Promise<Pack | { readonly faults: readonly string[] }> {
  try {
    const body = await decode(await readFile(path), format, OBJECT_LIMITS);
    const found = check(packSchema, body.value, '');
    if (found.length === 0 && isPack(body.value)) return readPack(body.value);
    const located = found.map((one) => ({ ...one, ...body.locate(one.pointer, partOf(one)) }));
    return { faults: located.map((one) => faultOf(name, one)) };
  } catch (error) {
    if (!(error instanceof ProblemError)) return { faults: [`${name}: ${String(error)}`] };
    const { findings = [] } = error.extras;
    const faults = findings.length > 0 ? findings : [{ message: error.message }];
    return { faults: faults.map((one) => faultOf(name, one)) };
  }
}

function faultOf(
  name: string,
  { line = 1, column = 1, message }: Partial<Position> & { readonly message: string },
) {
  return `${name}:${line}:${column}: ${message}`;
}
