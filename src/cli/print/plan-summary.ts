import type { PlanAction, PlannedObject } from '../../domain/plan.ts';

/** What a plan would do that changes something in Datadog, in the order in which it is told. */
const WRITES: readonly PlanAction[] = ['create', 'update', 'replace', 'delete'];

/** How many objects there are of each action. */
export type Counts = Readonly<Record<PlanAction, number>>;

/** Counts the objects of a plan, or of several, by what would be done with them. */
export function countsOf(objects: readonly Pick<PlannedObject, 'action'>[]): Counts {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, none: 0, extra: 0, clone: 0 };
  for (const { action } of objects) counts[action] += 1;
  return counts;
}

/** How many objects would be written. */
export function writesIn(counts: Counts): number {
  return WRITES.reduce((sum, action) => sum + counts[action], 0);
}

const WORDS: readonly (readonly [PlanAction, (count: number) => string])[] = [
  ['create', (count) => `${count} to create`],
  ['update', (count) => `${count} to update`],
  [
    'replace',
    (count) => `${count} to replace (${count === 1 ? 'its id is' : 'their ids are'} lost; needs --force)`,
  ],
  ['delete', (count) => `${count} to delete`],
];
const ASIDES: readonly (readonly [PlanAction, (count: number) => string])[] = [
  ['none', (count) => `${count} as written`],
  ['extra', (count) => `${count} left over (--prune deletes ${count === 1 ? 'it' : 'them'})`],
  ['clone', (count) => `${count === 1 ? '1 copy' : `${count} copies`}, never touched`],
];

/** What a plan comes to, in one sentence. */
export function summaryOf(counts: Counts): string {
  const told = (words: typeof WORDS) =>
    words.flatMap(([action, say]) => (counts[action] > 0 ? [say(counts[action])] : []));
  const writes = told(WORDS);
  const asides = told(ASIDES);
  const first = writes.length > 0 ? writes.join(', ') : 'Nothing to do';
  return [first, ...(asides.length > 0 ? [asides.join(', ')] : [])].join('; ');
}
