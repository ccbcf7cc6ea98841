import type { Condition, QueryPlan } from '../evaluate/condition.ts';
import type { Reading } from './definitions.ts';
import type { Subject } from './report.ts';

/** The definitions of a subject, or a member of a composite that is not a subject. */
export interface Task {
  readonly subject: Subject | undefined;
  readonly readings: readonly Reading[];
}

/** Maximum number of queries that are fetched at once, so that their points fit into memory. */
const MAX_QUERIES = 64;

/** Returns the conditions among the definitions of a task. */
export function conditionsOf({ readings }: Task): Condition[] {
  return readings.flatMap(({ read }) => (read.kind === 'condition' ? [read] : []));
}

/**
 * Returns tasks in parts with at most `MAX_QUERIES` queries. Tasks with equal queries are together, and so are those whose points
 * have the same interval, because one request can ask for these.
 */
export function batchesOf(tasks: readonly Task[]): Task[][] {
  const batches: Task[][] = [];
  let batch: Task[] = [];
  let queries = new Set<string>();
  for (const { task, names } of sorted(tasks)) {
    const added = names.filter((name) => !queries.has(name));
    if (batch.length > 0 && queries.size + added.length > MAX_QUERIES) {
      batches.push(batch);
      batch = [];
      queries = new Set();
    }
    batch.push(task);
    for (const name of names) queries.add(name);
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** Returns tasks with the names of their queries, ordered by these. */
function sorted(tasks: readonly Task[]): { readonly task: Task; readonly names: readonly string[] }[] {
  return tasks
    .map((task) => ({ task, names: conditionsOf(task).flatMap(({ queries }) => queries.map(nameOf)) }))
    .sort(({ names: [one = ''] }, { names: [other = ''] }) => (one < other ? -1 : one > other ? 1 : 0));
}

function nameOf({ source, text, method, measure, indexes, by, pointS }: QueryPlan): string {
  return JSON.stringify([pointS, source, text, method, measure, indexes, by]);
}
