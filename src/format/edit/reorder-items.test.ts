import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Format } from '../decoded.ts';
import { reorderItems } from './reorder-items.ts';

const TURNED = [2, 0, 1] as const;

const CASES: readonly (readonly [what: string, Format, before: string, after: string])[] = [
  [
    'a block of YAML, with the comments above, within and behind each',
    'yaml',
    'l:\n  # one\n  - a: 1 # first\n    b: x\n    # in it\n\n  # two\n  - a: 2\n  - a: |\n      3\n    b: y\nm: 1 # other\n',
    'l:\n  - a: |\n      3\n    b: y\n\n  # one\n  - a: 1 # first\n    b: x\n    # in it\n  # two\n  - a: 2\nm: 1 # other\n',
  ],
  ['a block that ends without a line end', 'yaml', 'l:\n- a\n- b\n- c', 'l:\n- c\n- a\n- b\n'],
  ['a block of CR LF', 'yaml', 'l:\r\n- a # 1\r\n- b\r\n- c\r\n', 'l:\r\n- c\r\n- a # 1\r\n- b\r\n'],
  ['brackets on one line', 'yaml', 'l: [a,  {b: 1}, c ] # d\n', 'l: [c,  a, {b: 1} ] # d\n'],
  [
    'brackets of YAML on several lines',
    'yaml',
    'l: [ # all\n  # one\n  a, # first\n  b,\n  c # third\n  ]\n',
    'l: [ # all\n  c, # third\n  # one\n  a, # first\n  b\n  ]\n',
  ],
  ['JSON on one line', 'json', '{"l": [1, {"a": [2]}, "c"]}', '{"l": ["c", 1, {"a": [2]}]}'],
  [
    'JSON on several lines',
    'json',
    '{\n  "l": [\n    {"a": 1},\n    {\n      "b": 2\n    },\n    3\n  ]\n}\n',
    '{\n  "l": [\n    3,\n    {"a": 1},\n    {\n      "b": 2\n    }\n  ]\n}\n',
  ],
  ['an array of TOML', 'toml', 'l = ["a", "b", "c"] # d\n', 'l = ["c", "a", "b"] # d\n'],
  [
    'an array of TOML on several lines',
    'toml',
    'l = [\n  # one\n  "a",\n  "b", # second\n  "c",\n]\n',
    'l = [\n  "c",\n  # one\n  "a",\n  "b", # second\n]\n',
  ],
  [
    'tables of TOML, with those in them',
    'toml',
    'x = 1\n\n# one\n[[l]]\na = 1\n[l.b]\nc = 1 # in it\n\n[[l]] # second\na = 2\n\n# three\n[[l]]\na = 3\n\n[m]\ny = 1\n',
    'x = 1\n\n# three\n[[l]]\na = 3\n\n# one\n[[l]]\na = 1\n[l.b]\nc = 1 # in it\n\n[[l]] # second\na = 2\n\n[m]\ny = 1\n',
  ],
];

describe('reordering a list', () => {
  for (const [what, format, before, after] of CASES)
    it(`moves each element with its comments: ${what}`, async () => {
      assert.equal(await reorderItems(before, format, { pointer: '/l', order: TURNED }), after);
    });

  it('is rejected if a comment would be separated, or the result would differ', async () => {
    for (const text of [
      'l: [a, # first\n  b, c]\n',
      'l:\n- a\n- &x b\n- *x\n',
      'l: &x [1, 2, 3]\nm: *x\n',
      'l: 1\n',
      'l: [1, 2]\n',
    ])
      assert.equal(await reorderItems(text, 'yaml', { pointer: '/l', order: TURNED }), undefined, text);
    for (const order of [
      [0, 0, 1],
      [0, 1],
      [1, 2, 3],
    ])
      assert.equal(await reorderItems('[1, 2, 3]', 'json', { pointer: '', order }), undefined);
  });
});
