import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editedValue } from './edits.ts';
import type { Edit } from './finding.ts';
import type { Json } from './json.ts';

const VALUE: Json = { a: 'abc', l: [0, 1, 2, [3]], o: { p: 1 } };

describe('edits of a value', () => {
  for (const [edits, wanted] of [
    [[], VALUE],
    [
      [
        { pointer: '/a', from: 0, to: 1, text: 'xx' },
        { pointer: '/a', from: 2, to: 3, text: '' },
      ],
      { ...VALUE, a: 'xxb' },
    ],
    [
      [
        { pointer: '/l/0', remove: true },
        { pointer: '/l/2', remove: true },
      ],
      { ...VALUE, l: [1, [3]] },
    ],
    [
      [
        { pointer: '/l/1', remove: true },
        { pointer: '/l/3/0', remove: true },
      ],
      { ...VALUE, l: [0, 2, []] },
    ],
    [
      [
        { pointer: '/l/4', value: 4 },
        { pointer: '/l/0', remove: true },
      ],
      { ...VALUE, l: [1, 2, [3], 4] },
    ],
    [
      [
        { pointer: '/q/r/s', value: 1 },
        { pointer: '/q/t', value: 2 },
      ],
      { ...VALUE, q: { r: { s: 1 }, t: 2 } },
    ],
    [[{ pointer: '', value: 1 }], 1],
  ] satisfies [Edit[], Json][]) {
    it(`refer to the value before all edits: ${JSON.stringify(edits)}`, () => {
      assert.deepEqual(editedValue(VALUE, edits), wanted);
    });
  }

  for (const edits of [
    [{ pointer: '/a', from: 2, to: 4, text: '' }],
    [{ pointer: '/l', from: 0, to: 0, text: '' }],
    [{ pointer: '/l/5', value: 1 }],
    [{ pointer: '/l/x', value: 1 }],
    [{ pointer: '/a/b', value: 1 }],
    [{ pointer: '/z', remove: true }],
    [{ pointer: '', remove: true }],
    [{ pointer: '/__proto__', value: 1 }],
    [
      { pointer: '/o', remove: true },
      { pointer: '/o/p', value: 2 },
    ],
    [
      { pointer: '/o/p', value: 2 },
      { pointer: '/o', remove: true },
    ],
    [
      { pointer: '/o/p', value: 2 },
      { pointer: '/o/p', value: 2 },
    ],
    [
      { pointer: '/a', from: 0, to: 1, text: '' },
      { pointer: '/a', value: 'x' },
    ],
    [
      { pointer: '/a', from: 1, to: 1, text: 'x' },
      { pointer: '/a', from: 1, to: 1, text: 'y' },
    ],
  ] satisfies Edit[][]) {
    it(`that are not applicable are rejected: ${JSON.stringify(edits)}`, () => {
      assert.equal(editedValue(VALUE, edits), undefined);
    });
  }
});
