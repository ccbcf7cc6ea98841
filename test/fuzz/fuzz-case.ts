import { type Operation, OPERATIONS } from '../../src/contract/operations.ts';
import type { QueryName } from '../../src/contract/query-parameters.ts';
import { type Json, type JsonObject, numberText, printJson } from '../../src/domain/json.ts';
import type { ManagedKind } from '../../src/domain/managed-fields.ts';
import type { Format } from '../../src/format/decoded.ts';
import { FRAGMENTS, NUMBERS } from './hostile-values.ts';
import { mutateBytes, rawBytes } from './mutate-bytes.ts';
import { mutateTree } from './mutate-tree.ts';
import { printJsonStyled } from './print-json.ts';
import { printTomlStyled } from './print-toml.ts';
import { printYamlStyled } from './print-yaml.ts';
import { type Random, randomOf } from './random.ts';
import type { SeedObjects } from './seed-objects.ts';
import { stressBytes, stressTree } from './stress.ts';

/** The input of one operation: everything that a target needs to execute a case. */
export interface FuzzInput {
  readonly path: string;
  readonly format: Format;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly body: Uint8Array;
  /** A document (JSON) that is applied first, so that the operation finds objects in Datadog. */
  readonly before?: string;
}

export interface FuzzCase {
  readonly id: number;
  readonly input: FuzzInput;
  /** The value that was printed, unless the bytes have no structure. */
  readonly tree?: Json;
}

const WITH_BODY = OPERATIONS.filter(
  ({ method, verb }) => method !== 'GET' && method !== 'DELETE' && verb !== 'import',
);

/** Returns case `id` of a seed: a pure function of the seed, the id and the seed objects. */
export function fuzzCase(seed: number, id: number, objects: SeedObjects): FuzzCase {
  const random = randomOf(seed, id);
  const operation = random.weighted(WITH_BODY.map((one) => [WEIGHTS[one.verb] ?? 1, one] as const));
  const format = random.weighted<Format>([
    [4, 'json'],
    [6, 'yaml'],
    [3, 'toml'],
  ]);
  const query = queryOf(operation, random);
  if (random.chance(0.02))
    return { id, input: { path: operation.path, format, query, body: rawBytes(random) } };
  const { value, query: inQuery, before } = bodyOf(operation, objects, random);
  const count = random.weighted([
    [20, 0],
    [40, 1],
    [20, 2],
    [15, random.between(3, 6)],
    [3, random.between(7, 30)],
  ]);
  const mutated = mutateTree(value, count, random);
  const stress = random.weighted<'none' | 'tree' | 'bytes'>([
    [94, 'none'],
    [4.5, 'tree'],
    [1.5, 'bytes'],
  ]);
  const tree = stress === 'tree' ? stressTree(mutated, random) : mutated;
  const printed = Buffer.from(PRINT[format](tree, random));
  const body =
    stress === 'bytes'
      ? stressBytes(printed, random)
      : random.chance(0.15)
        ? mutateBytes(printed, random)
        : printed;
  const input = { path: operation.path, format, query: { ...inQuery, ...query }, body };
  return { id, tree, input: { ...input, ...(before === undefined ? {} : { before }) } };
}

const WEIGHTS: Readonly<Partial<Record<Operation['verb'], number>>> = {
  create: 8,
  update: 4,
  lint: 20,
  plan: 24,
  apply: 10,
  drift: 4,
};

const PRINT: Readonly<Record<Format, (value: Json, random: Random) => string>> = {
  json: printJsonStyled,
  yaml: printYamlStyled,
  toml: printTomlStyled,
};

/** Returns some parameters of the operation, with valid or unusual values. */
export function queryOf(operation: Operation, random: Random): Partial<Record<QueryName, string>> {
  const query: Partial<Record<QueryName, string>> = {};
  if (random.chance(0.75)) return query;
  for (const name of operation.query) {
    if (random.chance(0.3))
      query[name] = random.chance(0.5) ? random.pick(VALUES[name] ?? ['fuzz']) : oddValue(random);
  }
  return query;
}

const FLAGS = ['true', 'false'] as const;
const VALUES: Readonly<Partial<Record<QueryName, readonly string[]>>> = {
  application: ['fuzz', 'other', 'checkout'],
  team: ['t', 'other'],
  key: ['first', 'second', 'x'],
  id: ['1', '1000001', 'abc-def-ghi', '..', '.'],
  dry_run: FLAGS,
  prune: FLAGS,
  force: FLAGS,
};

/** Returns a value that is invalid for every parameter. */
export function oddValue(random: Random): string {
  return random.pick<() => string>([
    () => numberText(random.pick(NUMBERS)) ?? '',
    () => random.pick(FRAGMENTS),
    () => '',
    () => random.pick(FRAGMENTS).repeat(200),
    () => '%00',
  ])();
}

interface Body {
  readonly value: Json;
  readonly query?: Partial<Record<QueryName, string>>;
  readonly before?: string;
}

/** Returns a valid or nearly valid body of the operation. */
function bodyOf({ kind, verb }: Operation, objects: SeedObjects, random: Random): Body {
  if (kind === undefined && (verb !== 'lint' || random.chance(0.5))) {
    const document = documentOf(objects, random);
    return random.chance(verb === 'lint' ? 0 : 0.3)
      ? { value: document, before: printJson(document) }
      : { value: document };
  }
  const about = kind ?? random.pick(['monitor', 'alert', 'dashboard'] as const);
  const object = objectOf(about, objects, random);
  const around = { application: 'fuzz', team: 't', ...(random.chance(0.5) ? { key: 'first' } : {}) };
  const before =
    verb === 'update' || (verb !== 'lint' && random.chance(0.2))
      ? {
          before: printJson({
            apiVersion: 'birddog/v1',
            ...around,
            [`${about}s`]: [{ ...object, key: 'first' }],
          }),
        }
      : {};
  if (random.chance(0.25)) return { value: object, query: { ...around, key: 'first' }, ...before };
  const target = verb === 'update' ? { ...around, key: 'first' } : around;
  return { value: { ...target, [about]: object }, ...before };
}

function documentOf(objects: SeedObjects, random: Random): JsonObject {
  if (objects.documents.length > 0 && random.chance(0.1)) return random.pick(objects.documents);
  const entries = (kind: ManagedKind, max: number) =>
    Array.from({ length: random.below(max + 1) }, (_, at) => ({
      ...objectOf(kind, objects, random),
      ...(random.chance(0.7) ? { key: `${kind}-${at}` } : {}),
    }));
  const document: JsonObject = {
    apiVersion: 'birddog/v1',
    application: random.pick(['fuzz', 'fuzz', 'fuzz', 'checkout']),
    team: 't',
    ...(random.chance(0.2) ? { tags: ['env:prod', 'a:b'] } : {}),
    ...(random.chance(0.2) ? { notify: ['@slack-x'] } : {}),
    monitors: entries('monitor', 3),
    alerts: entries('alert', 2),
    dashboards: entries('dashboard', 1),
  };
  return Object.fromEntries(
    Object.entries(document).filter(
      ([, value]) => !Array.isArray(value) || value.length > 0 || random.chance(0.1),
    ),
  );
}

function objectOf(kind: ManagedKind, objects: SeedObjects, random: Random): JsonObject {
  const real = kind === 'alert' ? [] : objects.corpus[kind];
  return random.pick(real.length > 0 && random.chance(0.4) ? real : objects[kind]);
}
