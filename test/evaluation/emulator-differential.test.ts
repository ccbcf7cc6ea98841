import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertAgreement } from './differential.ts';
import { compareWithEmulator, emulatedCase } from './emulator-differential.ts';

describe('the evaluator of the emulator', () => {
  it('agrees with src/evaluate on transitions, notifications and recipients of random monitors', (t) =>
    t.diagnostic(assertAgreement(compareWithEmulator, 200)));

  it('is compared on at least 20 custom schedules', () => {
    const texts = Array.from({ length: 200 }, (_, at) => JSON.stringify(emulatedCase(at + 1).monitor));
    assert.ok(texts.filter((text) => text.includes('custom_schedule')).length >= 20);
  });
});
