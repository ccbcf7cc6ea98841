import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEY_SLUG, keyFromName } from './application.ts';

describe('a key made from a name', () => {
  it('is a slug a person would have written', () => {
    assert.equal(keyFromName('[Ably] Excessive Runtime > 10s!'), 'ably-excessive-runtime-10s');
    assert.equal(keyFromName('Größe der Fläche'), 'große-der-flache'.replace('ß', '-'));
    assert.equal(keyFromName('  Queue depth'), 'queue-depth');
  });

  it('is none where the name has no letter or digit', () => {
    assert.equal(keyFromName('!!!'), undefined);
    assert.equal(keyFromName(''), undefined);
  });

  it('is a valid key, or none, for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        const key = keyFromName(name);
        assert.ok(key === undefined || KEY_SLUG.test(key));
      }),
    );
  });
});
