import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../seeded-random.ts';
import { assertAgreement, compareSeed, evaluateCase, noticeLines, transitionLines } from './differential.ts';
import type { OracleCase, OraclePoints } from './oracle.ts';
import { randomCase } from './random-case.ts';

describe('evaluate', () => {
  it('agrees with the oracle on every transition and notification of random monitors', (t) =>
    t.diagnostic(assertAgreement(compareSeed, 300)));
});

/** Random cases that satisfy a condition. */
function casesWhere(isWanted: (given: OracleCase) => boolean, count = 60): OracleCase[] {
  const cases: OracleCase[] = [];
  for (let seed = 100_000; cases.length < count; seed += 1) {
    const given = randomCase(seededRandom(seed));
    if (isWanted(given)) cases.push(given);
  }
  return cases;
}

/** Returns a case without some of its optional fields. */
function without(given: OracleCase, ...names: readonly (keyof OracleCase)[]): OracleCase {
  const copy = { ...given };
  for (const name of names) Reflect.deleteProperty(copy, name);
  return copy;
}

/** Returns the group and time of every evaluation with a state. */
function evaluationsIn(
  given: OracleCase,
  isWanted: (state: number, outcome: number) => boolean,
): Set<string> {
  const { groups, times } = evaluateCase(given);
  const found = new Set<string>();
  for (const [group, { states, outcomes }] of groups)
    for (const [at, state] of states.entries())
      if (isWanted(state, outcomes[at] ?? 0)) found.add(`${times[at]} ${group}`);
  return found;
}

const ALERT = 4;
const VALUE = 1;

describe('a law of evaluation', () => {
  it('a higher threshold of > never adds a minute of alert', () => {
    let fewer = 0;
    for (const random of casesWhere(({ comparator }) => comparator.startsWith('>'))) {
      const given = without(random, 'warning', 'warningRecovery', 'criticalRecovery');
      const lower = evaluationsIn(given, (state) => state === ALERT);
      const higher = evaluationsIn({ ...given, critical: given.critical + 2 }, (state) => state === ALERT);
      assert.ok(higher.isSubsetOf(lower));
      if (higher.size < lower.size) fewer += 1;
    }
    assert.ok(fewer > 20);
  });

  it('series that are later by some steps have transitions that are later by as much', () => {
    const laterS = 7 * 600;
    const shifted = (points: OraclePoints): OraclePoints =>
      points.map(([time, value]) => [time + laterS, value]);
    for (const given of casesWhere(() => true)) {
      const later: OracleCase = {
        ...given,
        from: given.from + laterS,
        to: given.to + laterS,
        groups: new Map([...given.groups].map(([group, each]) => [group, each.map(shifted)])),
        downtimes: given.downtimes.map((each) => ({
          ...each,
          start: each.start + laterS,
          end: each.end + laterS,
        })),
      };
      const lines = (evaluated: OracleCase, offsetS: number) =>
        [...transitionLines(evaluateCase(evaluated)), ...noticeLines(evaluateCase(evaluated))].map((line) => {
          const [time, ...rest] = line.split(' ');
          return [Number(time) - offsetS, ...rest].join(' ');
        });
      assert.deepEqual(lines(later, laterS), lines(given, 0));
    }
  });

  it('groups do not depend on each other', () => {
    for (const given of casesWhere(({ groups, notifiesWhole }) => groups.size > 1 && !notifiesWhole)) {
      const apart = [...given.groups].flatMap(([group, points]) =>
        noticeLines(evaluateCase({ ...given, groups: new Map([[group, points]]) })),
      );
      assert.deepEqual(noticeLines(evaluateCase(given)).sort(), apart.sort());
    }
  });

  it('without renotification there are no other notifications', () => {
    for (const given of casesWhere(({ renotifyS }) => renotifyS > 0)) {
      const once = new Set(noticeLines(evaluateCase({ ...given, renotifyS: 0 })));
      assert.ok(once.isSubsetOf(new Set(noticeLines(evaluateCase(given)))));
    }
  });

  it('a recovery threshold never adds a transition, unless a warning has one', () => {
    let fewer = 0;
    const isSingle = ({ criticalRecovery, warningRecovery }: OracleCase) =>
      criticalRecovery !== undefined && warningRecovery === undefined;
    for (const given of casesWhere(isSingle)) {
      const plain = evaluateCase(without(given, 'criticalRecovery')).transitions.length;
      const { length } = evaluateCase(given).transitions;
      assert.ok(length <= plain);
      if (length < plain) fewer += 1;
    }
    assert.ok(fewer > 20);
  });

  it('a full window never adds an evaluation', () => {
    let fewer = 0;
    for (const given of casesWhere(({ fullWindow }) => fullWindow)) {
      const full = evaluationsIn(given, (_, outcome) => outcome === VALUE);
      const any = evaluationsIn({ ...given, fullWindow: false }, (_, outcome) => outcome === VALUE);
      assert.ok(full.isSubsetOf(any));
      if (full.size < any.size) fewer += 1;
    }
    assert.ok(fewer > 10);
  });
});
