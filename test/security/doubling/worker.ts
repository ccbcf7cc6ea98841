import { parentPort, workerData } from 'node:worker_threads';
import { documentSubjects, lintSubjects, objectSubjects, readSubjects } from './field-subjects.ts';
import { type Fill, filled, FILLS } from './fragments.ts';
import { describeGrowth } from '../../growth.ts';
import { type Subject, superlinear } from './measure.ts';
import { headerSubjects, querySubjects } from './request-subjects.ts';
import { answerSubjects, bodySubjects, editSubjects } from './text-subjects.ts';

/** Messages of the worker: a case begins, its growth is not linear or it fails, all cases are done. */
export type Told =
  | {
      readonly kind: 'begin' | 'growth' | 'failure';
      readonly number: number;
      readonly name: string;
      readonly words: string;
    }
  | { readonly kind: 'done'; readonly cases: number; readonly fields: number; readonly fills: number };

export interface Work {
  readonly seed: number;
  /** Number of fills per field. */
  readonly fillsPerField: number;
  /** True to try each field in every position: alone, after the original value, ... */
  readonly isEveryPosition: boolean;
  /** Selects subjects whose name contains this text. */
  readonly only: string;
  /** Skips the cases up to this one. */
  readonly from: number;
  /** Runs only the cases with these numbers, if given. */
  readonly numbers?: readonly number[];
}

function isWork(value: unknown): value is Work {
  return typeof value === 'object' && value !== null && 'seed' in value && 'from' in value;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker of Node has no origin
const tell = (message: Told) => parentPort?.postMessage(message);

if (isWork(workerData)) {
  const { seed, only, from, numbers } = workerData;
  const { subjects: headers, close } = await headerSubjects();
  const subjects = chosen(
    [
      ...(await lintSubjects()),
      ...objectSubjects(),
      ...documentSubjects(),
      ...readSubjects(),
      ...bodySubjects(),
      ...editSubjects(),
      ...answerSubjects(),
      ...querySubjects(),
      ...headers,
    ].filter(({ name }) => name.includes(only)),
    workerData,
  );
  const tried = new Set<Fill>();
  let cases = 0;
  for (const [at, subject] of subjects.entries()) {
    for (let round = 0; round < Math.min(workerData.fillsPerField, FILLS.length); round += 1) {
      const fill = FILLS[(seed + at * workerData.fillsPerField + round) % FILLS.length];
      if (!fill) continue;
      tried.add(fill);
      cases += 1;
      if (cases > from && (numbers?.includes(cases) ?? true)) await tryCase(subject, fill, cases);
    }
  }
  await close();
  tell({ kind: 'done', cases, fields: subjects.length, fills: tried.size });
}

async function tryCase(subject: Subject, fill: Fill, number: number): Promise<void> {
  const name = `${number}: ${subject.name} filled with ${JSON.stringify(fill)}`;
  tell({ kind: 'begin', number, name, words: '' });
  try {
    const growth = await superlinear(subject, (units) => filled(fill, units));
    if (growth) tell({ kind: 'growth', number, name, words: describeGrowth(growth) });
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: 'failure', number, name, words });
  }
}

/** All subjects, or of those that differ only in the position of the text one each. */
function chosen(subjects: readonly Subject[], { seed, isEveryPosition }: Work): Subject[] {
  if (isEveryPosition) return [...subjects];
  const byField = Map.groupBy(subjects, ({ name }) =>
    name.replace(/ \((?:alone|behind|before|between|as name), \w+\)$/, ''),
  );
  return [...byField.values()].flatMap((same, at) => same[(seed + at) % same.length] ?? []);
}
