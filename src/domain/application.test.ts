import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { KEY_SLUG, keyFromName } from './application.ts';

describe('a key made from a name', () => {
  it('is a readable slug', () => {
    assert.equal(keyFromName('[Ably] Excessive Runtime > 10s!'), 'ably-excessive-runtime-10s');
    assert.equal(keyFromName('Größe der Fläche'), 'große-der-flache'.replace('ß', '-'));
    assert.equal(keyFromName('  Queue depth'), 'queue-depth');
  });

  it('is undefined for a name without letters and digits', () => {
    assert.equal(keyFromName('!!!'), undefined);
    assert.equal(keyFromName(''), undefined);
  });

  it('is a valid key, or undefined, for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        const key = keyFromName(name);
        assert.ok(key === undefined || KEY_SLUG.test(key));
      }),
    );
  });

  it('is the same wherever the combining marks are removed', () => {
    const sign = fc.constantFrom(
      'a',
      'Z',
      '\u0301',
      '\u0345',
      'é',
      'ﬁ',
      'ﷺ',
      '한',
      ' ',
      '-',
      '.',
      '𝒳',
      '\ud800',
      'Σ',
      '9',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(sign, fc.string({ unit: 'binary', maxLength: 1 }))), (conditions) => {
        const name = conditions.join('');
        assert.equal(keyFromName(name), keyFromName(name.normalize('NFKD')));
        assert.equal(keyFromName(name), keyFromName(name.normalize('NFKD').replace(/\p{M}/gu, '')));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes linear time, also for runs of combining marks', async () => {
    await assertLinear((length) => keyFromName(`a${'\u0301\u0323'.repeat(length / 2)}b`));
  });
});
