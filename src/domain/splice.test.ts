import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DisjointRanges, spliced } from './splice.ts';

const range = fc
  .tuple(fc.nat(20), fc.nat(5))
  .map(([from, length]) => ({ from, to: from + length, text: 'x' }));

describe('changes of a text', () => {
  it('collide if they overlap or start at the same offset, in any order of addition', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
        const set = new DisjointRanges();
        const kept: (typeof ranges)[number][] = [];
        for (const one of ranges) {
          const collides = kept.some(
            (other) => other.from === one.from || (other.from < one.to && one.from < other.to),
          );
          assert.equal(set.collides(one), collides);
          if (collides) continue;
          set.add(one);
          kept.push(one);
        }
      }),
    );
  });

  it('are applied at their offsets in the text before all changes', () => {
    const splices = [
      { from: 4, to: 4, text: '!' },
      { from: 0, to: 1, text: '' },
      { from: 1, to: 3, text: 'xyz' },
    ];
    assert.equal(spliced('abcd', splices), 'xyzd!');
    assert.equal(spliced('abcd', []), 'abcd');
  });
});
