import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { assertLinear } from '../../test/assert-linear.ts';
import { matches } from './match-name.ts';

const CASES: readonly [pattern: string, name: string, expected: boolean][] = [
  ['payments', 'payments', true],
  ['payments', 'payments-batch', false],
  ['payments', 'Payments', false],
  ['payments-*', 'payments-batch', true],
  ['payments-*', 'payments-', true],
  ['payments-*', 'payments', false],
  ['payments-*', 'my-payments-batch', false],
  ['*', 'anything.at_all-9', true],
  ['*-batch', 'payments-batch', true],
  ['*-batch', 'payments-batch-2', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['*a*a*', 'a', false],
  ['a.c', 'abc', false],
  ['a[bc]', 'ab', false],
];

for (const [pattern, name, expected] of CASES) {
  it(`"${pattern}" ${expected ? 'matches' : 'does not match'} "${name}"`, () =>
    assert.equal(matches(pattern, name), expected));
}

it('matches like the equivalent regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (glob, name) => {
      const expression = new RegExp(`^${glob.replaceAll('*', '.*')}$`);
      assert.equal(matches(glob, name), expression.test(name));
    }),
    { numRuns: 2000 },
  );
});

it('takes time linear in the pattern and the name, for any number of stars', async () => {
  const worst: readonly ((length: number) => readonly [pattern: string, name: string])[] = [
    (length) => ['*a'.repeat(length / 2), `${'a'.repeat(length)}b`],
    (length) => ['*'.repeat(length), 'a'.repeat(length)],
    (length) => ['*ab'.repeat(length / 4), 'a'.repeat(length)],
    (length) => ['*ab'.repeat(30), 'aab'.repeat(length / 3)],
    (length) => [`*${'a'.repeat(90)}b*${'a'.repeat(90)}`, 'a'.repeat(length)],
    (length) => [`*b${'a'.repeat(90)}*c`, `${'a'.repeat(length)}c`],
  ];
  for (const write of worst)
    await assertLinear((length) => void matches(...write(length)), write(8).join(' '));
  assert.equal(matches('*a'.repeat(50), `${'a'.repeat(99)}b`), false);
});
