import type { Finding } from '../../domain/finding.ts';
import type { PlanAction } from '../../domain/plan.ts';

/** Actions that change something in Datadog, in the order of the summary. */
export const WRITES: readonly PlanAction[] = ['create', 'update', 'rename', 'replace', 'delete'];

/** Number of objects for each action. */
export type Counts = Readonly<Record<PlanAction, number>>;

/** Counts the objects of one or more plans by action. */
export function countsOf(objects: readonly { readonly action: PlanAction }[]): Counts {
  const counts = { create: 0, update: 0, rename: 0, replace: 0, delete: 0, none: 0, extra: 0, clone: 0 };
  for (const { action } of objects) counts[action] += 1;
  return counts;
}

/** Returns how many objects a plan would write. */
export function writesIn(counts: Counts): number {
  return WRITES.reduce((sum, action) => sum + counts[action], 0);
}

const WRITE_PHRASES: readonly (readonly [PlanAction, (count: number) => string])[] = [
  ['create', (count) => `${count} to create`],
  ['update', (count) => `${count} to update`],
  ['rename', (count) => `${count} to rename`],
  [
    'replace',
    (count) => `${count} to replace (${count === 1 ? 'its id is' : 'their ids are'} lost; needs --force)`,
  ],
  ['delete', (count) => `${count} to delete`],
];
const OTHER_PHRASES: readonly (readonly [PlanAction, (count: number) => string])[] = [
  ['none', (count) => `${count} unchanged`],
  [
    'extra',
    (count) => `${count} not in the document (pass --prune to delete ${count === 1 ? 'it' : 'them'})`,
  ],
  ['clone', (count) => `${count === 1 ? '1 clone' : `${count} clones`} (never changed)`],
];

/**
 * Summarizes plans in one line without the final period: "No changes. 25 objects match", "1 to create; 24 unchanged". Says that
 * plans with errors will be refused: "8 to create; refused: 7 errors".
 */
export function summaryOf(counts: Counts, findings: readonly Pick<Finding, 'severity'>[] = []): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const refused = errors === 0 ? '' : `; refused: ${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return `${countsText(counts)}${refused}`;
}

function countsText(counts: Counts): string {
  const phrases = (list: typeof WRITE_PHRASES) =>
    list.flatMap(([action, phrase]) => (counts[action] > 0 ? [phrase(counts[action])] : [])).join(', ');
  const writes = phrases(WRITE_PHRASES);
  const others = phrases(OTHER_PHRASES);
  if (writes !== '') return others === '' ? writes : `${writes}; ${others}`;
  if (others === '') return 'No changes';
  const onlyMatches = counts.extra === 0 && counts.clone === 0;
  const matches = counts.none === 1 ? '1 object matches' : `${counts.none} objects match`;
  return `No changes. ${onlyMatches ? matches : others}`;
}
