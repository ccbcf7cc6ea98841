import { type Random, randomOf } from '../fuzz/random.ts';
import type { Operation, Target } from './operation.ts';

/** What one client does with one application. Steps follow each other; the operations of a step are sent at once. */
export interface Unit {
  readonly application: string;
  /** Whether the catalogs list the application at first. */
  readonly isListed: boolean;
  readonly steps: readonly (readonly Operation[])[];
  /** Number of different objects that the unit creates. */
  readonly objects: number;
  /** Whether people may clone its objects: nothing is deleted, so that the original always exists. */
  readonly isClonable: boolean;
}

const SHAPES: readonly (readonly [number, (random: Random, application: string) => Unit['steps']])[] = [
  [4, singles],
  [4, documents],
  [1, contested],
  [1, sameKey],
];

/** Returns unit `index` of a run: a pure function of the seed and the index. */
export function unitOf(seed: number, index: number): Unit {
  const random = randomOf(seed, index);
  const application = `chaos-${seed}-${index}`;
  const isListed = random.chance(0.5);
  const steps = random.weighted(SHAPES)(random, application);
  const names = steps.flat().flatMap(({ targets }) => targets.map(({ kind, key }) => `${kind}:${key}`));
  const isClonable = steps.flat().every(({ verb, prune, force }) => verb !== 'delete' && !prune && !force);
  return { application, isListed, steps, objects: new Set(names).size, isClonable };
}

type Name = Pick<Target, 'kind' | 'key'>;

/** Returns an object with new content. Two contents of one key have different versions, except with a negligible probability. */
function target(random: Random, { kind, key }: Name): Target {
  return { kind, key, version: `v${random.below(1e15).toString(36)}` };
}

function keys(random: Random, count: number): Name[] {
  return Array.from({ length: count }, (_, at) => {
    const kind = random.chance(0.2) ? 'dashboard' : 'monitor';
    return { kind, key: `k${at}` };
  });
}

/** Creates, updates, deletes and recreates single objects. */
function singles(random: Random, application: string): Unit['steps'] {
  return keys(random, 10).flatMap((name) => {
    const single = (verb: Operation['verb'], one: Target): Operation => ({
      application,
      verb,
      targets: [one],
    });
    const first = target(random, name);
    const steps = [[single('create', first)]];
    if (random.chance(0.2)) steps.push([single('create', first)]);
    if (random.chance(0.4)) steps.push([single('update', target(random, name))]);
    if (random.chance(0.2)) steps.push([single('update', target(random, name))]);
    if (random.chance(0.2)) steps.push([single('delete', { ...name, version: undefined })]);
    if (steps.at(-1)?.[0]?.verb === 'delete' && random.chance(0.7))
      steps.push([single('create', target(random, name))]);
    return steps;
  });
}

/** Applies a document, applies it again twice at once, changes it, replaces monitors, prunes. */
function documents(random: Random, application: string): Unit['steps'] {
  const first = keys(random, random.between(8, 24)).map((name) => target(random, name));
  const apply = (targets: readonly Target[], options: Partial<Operation> = {}): Operation => ({
    application,
    verb: 'apply',
    targets,
    ...options,
  });
  const steps = [[apply(first), ...(random.chance(0.4) ? [apply(first)] : [])]];
  const changed = first.map((one) => (random.chance(0.4) ? target(random, one) : one));
  if (random.chance(0.7)) steps.push([apply(changed)]);
  const replaced = changed.map((one) =>
    one.kind === 'monitor' && random.chance(0.2) ? { ...target(random, one), isLog: true } : one,
  );
  if (random.chance(0.4)) steps.push([apply(replaced, { force: true })]);
  const last = steps.at(-1)?.[0]?.targets ?? first;
  const kept = last.filter(() => random.chance(0.8));
  if (random.chance(0.4)) steps.push([apply(kept, { prune: true, force: true })]);
  return steps;
}

/** Applies two documents with the same keys and different content at once, then one of them again. */
function contested(random: Random, application: string): Unit['steps'] {
  const names = keys(random, 8);
  const [one, other, last] = [0, 1, 2].map(() => names.map((name) => target(random, name)));
  const apply = (targets: readonly Target[] = []): Operation => ({ application, verb: 'apply', targets });
  return [
    [apply(one), apply(other)],
    [apply(last), apply(last)],
  ];
}

/** Creates one object eight times at once, and then updates it in three ways at once. */
function sameKey(random: Random, application: string): Unit['steps'] {
  return keys(random, 4).flatMap((name) => {
    const first = target(random, name);
    const create: Operation = { application, verb: 'create', targets: [first] };
    const updates = [0, 1, 2].map(
      (): Operation => ({ application, verb: 'update', targets: [target(random, name)] }),
    );
    return [Array.from({ length: 8 }, () => create), updates];
  });
}
