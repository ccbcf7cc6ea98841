import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RULE_GROUPS } from '../../src/lint/rule-groups.ts';
import { withoutCorpus } from '../corpus.ts';
import { HIGH_RATE, lintCorpus, ratesTable, ruleRates } from './rule-rates.ts';

const linted = withoutCorpus === false ? lintCorpus() : [];

/** The maximum number of rules that are infos: an info is hidden, so it must stay an exception. */
const MAX_INFOS = 15;

it('each rule that fires on more than 10% of real definitions is an info or has a reason', {
  skip: withoutCorpus,
}, (t) => {
  const rates = ruleRates(linted);
  t.diagnostic(`\n${ratesTable(rates.filter(({ definitions }) => definitions > 0))}`);
  const frequent = rates.filter(
    ({ share, severity, highRateReason }) =>
      share > HIGH_RATE && severity !== 'info' && highRateReason === undefined,
  );
  assert.deepEqual(
    frequent.map(({ kind, code }) => `${kind} ${code}`),
    [],
  );
  assert.ok(
    rates.some(({ definitions }) => definitions > 0),
    'rules fire',
  );
});

it('no place of a real definition has two findings', { skip: withoutCorpus }, () => {
  const twice = linted.flatMap(({ source, findings }) => {
    const places = findings.map(({ pointer, at }) => `${source} ${pointer} ${at ?? ''}`);
    return places.filter((place, index) => places.indexOf(place) < index);
  });
  assert.deepEqual(twice, []);
});

it('a rule is either an info or has a reason for a high rate, and at most 15 rules are infos', () => {
  const rules = RULE_GROUPS.flatMap((group) => group.rules);
  const infos = rules.filter(({ severity }) => severity === 'info');
  assert.ok(infos.length <= MAX_INFOS, `${infos.length} infos`);
  assert.deepEqual(
    infos.filter(({ highRateReason }) => highRateReason !== undefined),
    [],
  );
});
