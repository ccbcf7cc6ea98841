import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decode } from './decode.ts';
import { type Format, OBJECT_LIMITS } from './decoded.ts';

/** Texts with a string that contains the word HERE. */
const TEXTS: readonly [format: Format, text: string][] = [
  ['json', '{"a": "b HERE c"}'],
  ['json', '{"a": "\\"\\u00e9\\n\\\\ HERE"}'],
  ['json', '{"a": "😀\\ud83d\\ude00 HERE"}'],
  ['yaml', 'a: b HERE c'],
  ['yaml', 'a: b\n   c\n\n   d HERE\n'],
  ['yaml', "a: 'it''s HERE'"],
  ['yaml', "a: 'b\n\n   c\n  HERE'"],
  ['yaml', 'a: "x\\x41\\t\\U0001F600 HERE"'],
  ['yaml', 'a: "b \\\n   c\n   HERE"'],
  ['yaml', 'a: "b\n  HERE"'],
  ['yaml', 'a: |\n  b\n    c\n\n  d HERE\n'],
  ['yaml', 'a: |-\n\n  b HERE'],
  ['yaml', 'a: > # said\n  b\n  c HERE\n'],
  ['yaml', 'a: >-\n  b\n\n  c\n    more\n  HERE\n'],
  ['yaml', 'a:\n  - b:\n    - >\n      c\r\n      HERE\r\n'],
  ['yaml', 'a: &x !!str b HERE'],
  ['toml', 'a = "b \\"c\\" HERE"'],
  ['toml', "a = 'b \\ HERE'"],
  ['toml', 'a = """\nb\nc "x" HERE"""'],
  ['toml', 'a = """b \\\n   c\\t HERE"""'],
  ['toml', "a = '''\nb\n  c 'x' HERE'''"],
];

/** Returns the pointer of the string that contains a word, and the offset of the word in it. */
function find(value: unknown, word: string, pointer = ''): { pointer: string; at: number } | undefined {
  if (typeof value === 'string')
    return value.includes(word) ? { pointer, at: value.indexOf(word) } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = find(member, word, `${pointer}/${name}`);
    if (found) return found;
  }
  return undefined;
}

function positionOf(text: string, word: string) {
  const lines = text.slice(0, text.indexOf(word)).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

describe('the position of a character in a string', () => {
  for (const [format, text] of TEXTS) {
    it(`is found in ${format}: ${JSON.stringify(text)}`, async () => {
      const { value, locate, span } = await decode(text, format, OBJECT_LIMITS);
      const found = find(value, 'HERE');
      assert.ok(found, JSON.stringify(value));
      const start = positionOf(text, 'HERE');
      assert.deepEqual(locate(found.pointer, found.at), start);
      const end = { ...start, column: start.column + 4 };
      assert.deepEqual(span(found.pointer, found.at, found.at + 4), { start, end });
    });
  }

  it('is found in any JSON text, at any offset', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (any, after) => {
        const before = any.replaceAll('\u0001', '');
        const text = JSON.stringify({ a: `${before}\u0001${after}` });
        const { locate } = await decode(text, 'json', OBJECT_LIMITS);
        const mark = text.slice(0, text.indexOf('\\u0001') + 1).split(/\r\n|\n|\r/);
        assert.deepEqual(locate('/a', before.length), {
          line: mark.length,
          column: mark.at(-1)?.length,
        });
      }),
    );
  });

  it('has the end of the whole value if no range is given, except for lists and objects', async () => {
    const { span } = await decode('a: "x y" # c\nb: {}\nc: |\n  d\n  e\n', 'yaml', OBJECT_LIMITS);
    assert.deepEqual(span('/a'), { start: { line: 1, column: 4 }, end: { line: 1, column: 9 } });
    assert.deepEqual(span('/b'), { start: { line: 2, column: 4 } });
    assert.deepEqual(span('/c'), { start: { line: 3, column: 4 }, end: { line: 5, column: 4 } });
    assert.deepEqual(span('/nothing'), { start: { line: 1, column: 1 } });
  });

  it('is the start of a value that is not a string', async () => {
    const { locate } = await decode('a: 12', 'yaml', OBJECT_LIMITS);
    assert.deepEqual(locate('/a', 1), { line: 1, column: 4 });
  });
});
