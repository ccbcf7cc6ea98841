import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_RETRY_AFTER_SECONDS, secondsAsked } from './retry-after.ts';

const NOW = Date.parse('2027-03-01T12:00:00Z');

describe('the Retry-After of an upstream', () => {
  it('is read as seconds and as an HTTP date', () => {
    assert.equal(secondsAsked('7', NOW), 7);
    assert.equal(secondsAsked('0.5', NOW), 0.5);
    assert.equal(secondsAsked('Mon, 01 Mar 2027 12:00:30 GMT', NOW), 30);
    assert.equal(secondsAsked('Mon, 01 Mar 2027 11:00:00 GMT', NOW), 0);
  });

  it('is ignored if it is too long or invalid', () => {
    const texts = ['3601', '1764453147', '1e3', '-1', 'NaN', 'Infinity', ' 5 ', '0x10', '5, 5', 'soon', ''];
    for (const text of [...texts, 'Mon, 01 Mar 2037 12:00:00 GMT', 'Xxx, 99 Yyy 2027 12:00:00 GMT'])
      assert.equal(secondsAsked(text, NOW), undefined, text);
    assert.equal(secondsAsked(undefined, NOW), undefined);
  });

  it('is a number between 0 and the maximum, or ignored, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.nat().map(String)), (text) => {
        const seconds = secondsAsked(text, NOW);
        assert.ok(seconds === undefined || (seconds >= 0 && seconds <= MAX_RETRY_AFTER_SECONDS));
      }),
      { numRuns: 2000 },
    );
  });
});
