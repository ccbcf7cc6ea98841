import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nearest } from './nearest.ts';

/** Returns the Levenshtein distance, computed with the textbook table. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]),
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

describe('the nearest word', () => {
  it('is the first with the smallest edit distance, at most 2', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (wrong, known) => {
        const near = known
          .map((one) => ({ one, distance: distanceOf(wrong, one) }))
          .filter(({ one, distance }) => distance <= 2 && distance < one.length)
          .toSorted((x, y) => x.distance - y.distance);
        assert.equal(nearest(wrong, known), near[0]?.one);
      }),
      { numRuns: 3000 },
    );
  });

  it('is undefined for a word that is not a typo', () => {
    const long = 'a'.repeat(101);
    assert.equal(nearest(`${long}b`, [long]), undefined);
  });
});
