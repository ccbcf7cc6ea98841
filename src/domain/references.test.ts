import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { referencesIn, resolved, withPlaceholders } from './references.ts';

describe('references in a text', () => {
  it('are found directly after an incomplete reference', () => {
    const text = '${monitor:${monitor:a} ${monitor:A b}';
    assert.deepEqual(
      referencesIn(text, '').map(({ at, to }) => [at, to?.key]),
      [
        [10, 'a'],
        [23, undefined],
      ],
    );
  });

  it('are found in linear time', async () => {
    for (const piece of ['${monitor:', '${monitor:a', '${', '${monitor:a}', '${alert:b/c ']) {
      await assertLinear((length) => {
        const text = piece.repeat(length / piece.length);
        referencesIn(text, '');
        withPlaceholders({ text });
        resolved({ text }, () => '1');
      }, piece);
    }
  });
});
