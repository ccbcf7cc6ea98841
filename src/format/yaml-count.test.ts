import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import type { Json } from '../domain/json.ts';
import { OBJECT_LIMITS } from './decoded.ts';
import { printYaml } from './encode-yaml.ts';
import { requireCountedYaml } from './yaml-count.ts';
import { readYaml } from './yaml-text.ts';

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum, part) => sum + valuesIn(part), 1);
}

const counts = (text: string, values: number) => requireCountedYaml(text, { ...OBJECT_LIMITS, values });

function assertCount(text: string, values: number): void {
  assert.doesNotThrow(() => counts(text, values), `counts more than ${values} in ${JSON.stringify(text)}`);
  assert.throws(() => counts(text, values - 1), { code: 'too_many_values' }, JSON.stringify(text));
}

const texts = fc.oneof(
  fc.constantFrom(
    '- a',
    'a: b',
    '? x',
    ' - c',
    '# d',
    "it's",
    '"e"',
    '[f, g]',
    '{h: i}',
    '---',
    '|',
    '>',
    'j #k',
    'l:m',
  ),
  fc
    .array(fc.constantFrom('n', '- o', 'p: q', '', ' r', '# s', '---', '...'), { maxLength: 5 })
    .map((l) => l.join('\n')),
  fc.string({ maxLength: 8 }),
);
const { value: trees } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 12),
    texts,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      texts.filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

/** Texts with their number of values. */
const TEXTS: readonly (readonly [text: string, values: number])[] = [
  ['a: b\n  - c\n  d\ne: 1\n', 3],
  ['a: |\n  - b\n  - c\n\n  d: e\nf: 1\n', 3],
  ['a: |2\n    - b\n  - c\nf: 1\n', 3],
  ['- |\n - b\n - c\n- >+\n\n  d: e\n', 3],
  ['- - |\n    - b\n  - c\n', 4],
  ['a: "b\n  - c: \\" d"\n', 2],
  ["'a': 'b''\n  - c: d'\n", 2],
  ['? a\n: b\n? c\n', 3],
  ['&a a: !!str b\n"c": &d\n  - e\n', 4],
  ['a: # - b\n  - c # - d\n#- e\n', 3],
  ['{a: b, c: [d, {e: f}, "g, h"], i}', 8],
  ['[a, # b, c\n d, [], {}, ]', 5],
  ['[a: b, c]', 4],
  ['%YAML 1.2\n---\na: 1\n', 3],
  ['--- |\n - a\n - b\n', 1],
  ['a: [b,\n  c]\nd: 1\n', 5],
  ['a:\r\n  - b\r\n  - c\r\n', 4],
  ['-\n-\n- a\n', 4],
  ['a: b#c:d\n', 2],
];

describe('counting the values of YAML before it is read', () => {
  for (const [text, values] of TEXTS) {
    it(`finds ${values} in ${JSON.stringify(text)}`, async () => {
      const { value } = await readYaml(text, OBJECT_LIMITS);
      // A directive is counted, although it is not a value.
      assert.equal(valuesIn(value) + (text.startsWith('%') ? 1 : 0), values);
      assertCount(text, values);
    });
  }

  it('counts exactly the values of any tree, in block and flow style', () => {
    fc.assert(
      fc.property(trees, fc.nat(4), fc.boolean(), (tree, flowLevel, single) => {
        const values = valuesIn(tree);
        assertCount(printYaml(tree), values);
        assertCount(JSON.stringify(tree), values);
        assertCount(JSON.stringify(tree, undefined, 2).replaceAll('\n', '\r\n'), values);
        assertCount(
          dump(tree, { flowLevel, noRefs: true, quoteStyle: single ? 'single' : 'double' }),
          values,
        );
        assertCount(dump(tree, { noRefs: true, lineWidth: 10, indent: 4, seqNoIndent: single }), values);
      }),
      { numRuns: 2000 },
    );
  });

  it('terminates for any text', () => {
    const piece = fc.constantFrom(...'-?:,[]{}#&*!|>\'"%@` \t\n\r\\a', '---', '...', '- ', ': ', '\n  ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          counts(pieces.join(''), 3);
        } catch (error) {
          assert.ok(error instanceof Error && 'code' in error);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
