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

/** Returns tasks in parts with at most `MAX_QUERIES` queries. Those with points of the same interval are together. */
export function batchesOf(tasks: readonly Task[]): Task[][] {
  const batches: Task[][] = [];
  let batch: Task[] = [];
  let queries = new Set<string>();
  for (const task of [...tasks].sort((a, b) => intervalOf(a) - intervalOf(b))) {
    const names = conditionsOf(task).flatMap((condition) => condition.queries.map(nameOf));
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

function intervalOf(task: Task): number {
  return conditionsOf(task)[0]?.queries[0]?.pointS ?? 0;
}

function nameOf({ source, text, method, measure, indexes, by, pointS }: QueryPlan): string {
  return JSON.stringify([source, text, method, measure, indexes, by, pointS]);
}
