import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { referencesIn, resolved, withIdsReplaced, withPlaceholders } from './references.ts';

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

describe('ids in a text', () => {
  const replaced = (text: string) => withIdsReplaced({ text }, () => 'NEW')['text'];

  it('are replaced as whole words', () => {
    assert.equal(
      replaced('/monitors/123456?x=1 #123456 [123456] id:123456.'),
      '/monitors/NEW?x=1 #NEW [NEW] id:NEW.',
    );
    assert.equal(replaced('/dashboard/abc-def-ghi/load'), '/dashboard/NEW/load');
    assert.equal(replaced('12345 a123456 123456b'), '12345 a123456 123456b');
  });

  it('are not in references, decimals and thresholds', () => {
    for (const text of [
      '${monitor:disk-123456}',
      '${dashboard:abc-def-ghi}',
      '0.123456',
      'avg:a{*} > 123456',
      '<=123456',
    ])
      assert.equal(replaced(text), text);
  });

  it('are found in linear time', async () => {
    for (const piece of ['1', '123456 ', 'abc-', '${', '${a', '> 123456'])
      await assertLinear((length) => void replaced(piece.repeat(length / piece.length)), piece);
  });
});
