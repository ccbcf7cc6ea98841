import { describe, it } from 'node:test';
import { assertAgreement } from './differential.ts';
import { compareWithEmulator } from './emulator-differential.ts';

describe('the evaluator of the emulator', () => {
  it('agrees with src/evaluate on transitions, notifications and recipients of random monitors', (t) =>
    t.diagnostic(assertAgreement(compareWithEmulator, 200)));
});
