import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ASSUMPTIONS, evaluationIntervalOf, stepOf } from './choices.ts';

const [HOUR, DAY] = [3600, 86_400];

describe('the interval of evaluations', () => {
  for (const [windowS, expected] of [
    [60, 60],
    [DAY - 60, 60],
    [DAY, 600],
    [2 * DAY - 60, 600],
    [2 * DAY, 1800],
    [7 * DAY, 1800],
  ] as const)
    it(`of a window of ${windowS} s is ${expected} s`, () =>
      assert.equal(evaluationIntervalOf(windowS), expected));
});

describe('the step of a window', () => {
  for (const [windowS, expected] of [
    [60, 60],
    [HOUR, 60],
    [HOUR + 60, 300],
    [4 * HOUR, 300],
    [6 * HOUR, 600],
    [DAY, HOUR],
    [30 * DAY, HOUR],
  ] as const)
    it(`of ${windowS} s is ${expected} s`, () => assert.equal(stepOf(windowS), expected));

  it('divides the shift of a change', () => assert.equal(stepOf(DAY, [1800]), 600));
  it('is never longer than its maximum', () => assert.equal(stepOf(DAY, [], 600), 600));
});

describe('the assumptions', () => {
  it('have different codes', () =>
    assert.equal(new Set(ASSUMPTIONS.map(({ code }) => code)).size, ASSUMPTIONS.length));
});
