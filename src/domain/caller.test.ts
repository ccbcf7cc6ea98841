import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isName } from './caller.ts';

/** Ranges of characters that split lines, or disguise what is written. */
const RANGES: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x061c, 0x061c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xe000, 0xe0ff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xfdd0, 0xfdef],
  [0x3164, 0x3164],
  [0xe0001, 0xe007f],
];

describe('the name of a caller', () => {
  it('accepts letters of any script, digits, marks and spaces', () => {
    for (const name of ['zoë', 'ci-shop', 'Ann O’Neil', '李雷', 'a@b.example', 'urn:x:y', 'x'.repeat(200)]) {
      assert.ok(isName(name), name);
    }
    for (const name of ['', ' ', 'x'.repeat(201), undefined, 1]) assert.ok(!isName(name), String(name));
  });

  it('rejects characters that split or disguise a line, at any position', () => {
    const hidden = fc
      .constantFrom(...RANGES)
      .chain(([from, to]) => fc.integer({ min: from, max: to }))
      .map((code) =>
        code >= 0xd800 && code < 0xe000 ? String.fromCharCode(code) : String.fromCodePoint(code),
      );
    // Plain texts on both sides, so that two halves do not make a whole character.
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
    fc.assert(
      fc.property(text, hidden, text, (before, char, after) => !isName(before + char + after)),
      { numRuns: 5000 },
    );
  });
});
