import { type Evaluation, evaluate } from '../../src/evaluate/evaluate.ts';
import { readMonitor } from '../../src/evaluate/read-monitor.ts';
import { windowsOf } from '../../src/evaluate/window-values.ts';
import { seededRandom } from '../seeded-random.ts';
import { consultOracle, type OracleCase } from './oracle.ts';
import { downtimesOf, monitorOf, randomCase, seriesOf } from './random-case.ts';

/** What random cases have in common, as shares of all. */
export interface Shares {
  cases: number;
  transitions: number;
  groups: number;
  skipped: number;
  noData: number;
  renotified: number;
}

/** Evaluates a case with src/evaluate. */
export function evaluateCase(given: OracleCase): Evaluation {
  const condition = readMonitor(monitorOf(given));
  if (condition.kind !== 'condition') throw new Error(JSON.stringify([condition, monitorOf(given)]));
  const windows = windowsOf(condition, seriesOf(given), given);
  return evaluate(condition, windows, { downtimes: downtimesOf(given) });
}

/** Returns the transitions of an evaluation as the oracle writes them. */
export function transitionLines({ transitions }: Evaluation): string[] {
  return transitions.map(({ at, group, from, to }) => `${at} ${group} ${from} ${to}`);
}

/** Returns the notifications of an evaluation as the oracle writes them. */
export function noticeLines({ notifications }: Evaluation): string[] {
  return notifications.map(({ at, group, to, kind }) => `${at} ${group} ${to} ${kind}`);
}

/** Compares src/evaluate with the oracle for one seed. Returns a description of the difference, if there is one. */
export function compareSeed(seed: number, shares: Shares): string | undefined {
  const given = randomCase(seededRandom(seed));
  const evaluation = evaluateCase(given);
  const oracle = consultOracle(given);
  const [transitions, notices] = [transitionLines(evaluation), noticeLines(evaluation)];
  shares.cases += 1;
  if (oracle.transitions.length > 0) shares.transitions += 1;
  if (given.groups.size > 1) shares.groups += 1;
  if (oracle.skipped > 0) shares.skipped += 1;
  if (oracle.transitions.some((line) => line.endsWith('no_data'))) shares.noData += 1;
  if (oracle.notices.some((line) => line.endsWith('renotification'))) shares.renotified += 1;
  return (
    difference(seed, given, 'transitions', transitions, oracle.transitions) ??
    difference(seed, given, 'notices', notices, oracle.notices)
  );
}

function difference(
  seed: number,
  given: OracleCase,
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
): string | undefined {
  const length = Math.max(ours.length, theirs.length);
  for (let at = 0; at < length; at += 1)
    if (ours[at] !== theirs[at])
      return `seed ${seed}: ${what}[${at}]: evaluate ${ours[at] ?? '-'}, oracle ${theirs[at] ?? '-'}, from ${given.from}\n${JSON.stringify(monitorOf(given))} ${JSON.stringify(given.downtimes)}`;
  return undefined;
}

/** Returns the shares as a sentence. */
export function describeShares({ cases, transitions, groups, skipped, noData, renotified }: Shares): string {
  const percent = (count: number) => `${Math.round((count / cases) * 100)} %`;
  return `${cases} cases: ${percent(transitions)} with a transition, ${percent(groups)} with several groups, ${percent(skipped)} with a skipped evaluation, ${percent(noData)} with no data, ${percent(renotified)} with a renotification`;
}

/** Shares of no cases. */
export function noShares(): Shares {
  return { cases: 0, transitions: 0, groups: 0, skipped: 0, noData: 0, renotified: 0 };
}

if (import.meta.main) {
  const [from = 1, count = 1000] = process.argv.slice(2).map(Number);
  const shares = noShares();
  let differences = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const found = compareSeed(seed, shares);
    if (found === undefined) continue;
    differences += 1;
    if (differences <= 5) process.stdout.write(`${found}\n`);
  }
  process.stdout.write(`${describeShares(shares)}; ${differences} differences\n`);
  process.exitCode = differences === 0 ? 0 : 1;
}
