import assert from 'node:assert/strict';
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
function describeShares({ cases, transitions, groups, skipped, noData, renotified }: Shares): string {
  const percent = (count: number) => `${Math.round((count / cases) * 100)} %`;
  return `${cases} cases: ${percent(transitions)} with a transition, ${percent(groups)} with several groups, ${percent(skipped)} with a skipped evaluation, ${percent(noData)} with no data, ${percent(renotified)} with a renotification`;
}

/** Shares of no cases. */
function noShares(): Shares {
  return { cases: 0, transitions: 0, groups: 0, skipped: 0, noData: 0, renotified: 0 };
}

/** Compares two evaluators for one seed, and counts the case. Returns a description of the first difference, if any. */
type Compare = (seed: number, shares: Shares) => string | undefined;

/** Asserts that seeds from 1 on have no difference, and that their cases are varied. Returns the shares as a sentence. */
export function assertAgreement(compare: Compare, count: number): string {
  const shares = noShares();
  for (let seed = 1; seed <= count; seed += 1) assert.equal(compare(seed, shares), undefined);
  const { cases, transitions, groups, skipped, noData, renotified } = shares;
  const described = describeShares(shares);
  assert.ok(transitions >= 0.6 * cases && groups >= 0.2 * cases, described);
  assert.ok(skipped >= 0.1 * cases && noData >= 0.1 * cases && renotified >= 0.1 * cases, described);
  return described;
}

/** Prints the differences of the seeds that the command line names: the first seed, and how many. */
export function printDifferences(compare: Compare): void {
  const [from = 1, count = 1000] = process.argv.slice(2).map(Number);
  const shares = noShares();
  let differences = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const found = compare(seed, shares);
    if (found === undefined) continue;
    differences += 1;
    if (differences <= 5) process.stdout.write(`${found}\n`);
  }
  process.stdout.write(`${describeShares(shares)}; ${differences} differences\n`);
  process.exitCode = differences === 0 ? 0 : 1;
}

if (import.meta.main) printDifferences(compareSeed);
