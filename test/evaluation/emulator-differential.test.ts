import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeShares, noShares } from './differential.ts';
import { compareWithEmulator } from './emulator-differential.ts';

describe('the evaluator of the emulator', () => {
  it('agrees with src/evaluate on transitions, notifications and recipients of random monitors', (t) => {
    const shares = noShares();
    for (let seed = 1; seed <= 200; seed += 1) assert.equal(compareWithEmulator(seed, shares), undefined);
    t.diagnostic(describeShares(shares));
    const { cases, transitions, groups, skipped, noData, renotified } = shares;
    assert.ok(transitions >= 0.6 * cases && groups >= 0.2 * cases, describeShares(shares));
    assert.ok(
      skipped >= 0.1 * cases && noData >= 0.1 * cases && renotified >= 0.1 * cases,
      describeShares(shares),
    );
  });
});
