import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agreementOf, type StateChange } from './agreement.ts';

const alertAt = (at: number, group = '*'): StateChange => ({ at, group, to: 'alert' });

test('matches transitions at most one evaluation apart', () => {
  const { real, matched, missed, invented } = agreementOf(
    [alertAt(60), alertAt(600), alertAt(1200)],
    [alertAt(120), alertAt(661), alertAt(1140)],
    60,
  );
  assert.deepEqual([real, matched, missed, invented], [3, 2, 1, 1]);
});

test('matches each transition once', () => {
  assert.equal(agreementOf([alertAt(60)], [alertAt(0), alertAt(60), alertAt(120)], 60).invented, 2);
  assert.equal(agreementOf([alertAt(0), alertAt(60), alertAt(120)], [alertAt(60)], 60).missed, 2);
});

test('compares in the order of time', () => {
  const [first, second] = [alertAt(60), alertAt(600)];
  assert.equal(agreementOf([second, first], [first, second], 0).matched, 2);
});

test('compares groups and new states', () => {
  const both = 'env:a,host:b';
  assert.equal(agreementOf([alertAt(0, 'host:b,env:a')], [alertAt(0, both)], 0).matched, 1);
  assert.equal(agreementOf([alertAt(0, 'host:a')], [alertAt(0, 'host:b')], 60).matched, 0);
  assert.equal(agreementOf([{ ...alertAt(0), to: 'ok' }], [alertAt(0)], 60).matched, 0);
});

test('does not expect an event of a muted transition', () => {
  const isSilent = ({ at }: StateChange) => at < 100;
  const { matched, invented } = agreementOf(
    [alertAt(0)],
    [alertAt(0), alertAt(60), alertAt(600)],
    0,
    isSilent,
  );
  assert.deepEqual([matched, invented], [1, 1]);
});

test('shows the first transitions without a match, by time', () => {
  const { examples } = agreementOf([alertAt(300)], [{ ...alertAt(60, 'host:a'), to: 'ok' }], 60);
  assert.deepEqual(examples, [
    { kind: 'invented', at: '1970-01-01T00:01:00.000Z', group: 'host:a', to: 'ok' },
    { kind: 'missed', at: '1970-01-01T00:05:00.000Z', group: '*', to: 'alert' },
  ]);
  const many = Array.from({ length: 30 }, (_, at) => alertAt(at * 600));
  assert.equal(agreementOf(many, [], 60).examples.length, 10);
});

const changes = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 40 }).map((minute) => minute * 60),
    group: fc.constantFrom('host:a', 'host:b'),
    to: fc.constantFrom('ok' as const, 'alert' as const),
  }),
  { maxLength: 30 },
);

test('matches as many as possible: matched and missed are all real ones, in both directions', () => {
  fc.assert(
    fc.property(changes, changes, fc.integer({ min: 0, max: 300 }), (real, computed, toleranceS) => {
      const there = agreementOf(real, computed, toleranceS);
      const back = agreementOf(computed, real, toleranceS);
      assert.equal(there.matched + there.missed, real.length);
      assert.equal(there.matched + there.invented, computed.length);
      assert.equal(there.matched, back.matched);
      assert.equal(there.missed, back.invented);
      assert.ok(agreementOf(real, computed, toleranceS + 60).matched >= there.matched);
      assert.equal(agreementOf(real, real, 0).matched, real.length);
    }),
  );
});
