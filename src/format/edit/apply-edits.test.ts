import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { stringify as printToml } from 'smol-toml';
import { editedValue } from '../../domain/edits.ts';
import type { Edit } from '../../domain/finding.ts';
import { isObject, type Json, printJson, sameJson } from '../../domain/json.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import { decode } from '../decode.ts';
import { type Format, OBJECT_LIMITS } from '../decoded.ts';
import { printYaml } from '../encode-yaml.ts';
import { applyEdits } from './apply-edits.ts';

const range = (pointer: string, from: number, to: number, text: string): Edit => ({
  pointer,
  from,
  to,
  text,
});
const set = (pointer: string, value: Json): Edit => ({ pointer, value });
const remove = (pointer: string): Edit => ({ pointer, remove: true });

/** A text, its edits and the exact result. */
const CASES: readonly (readonly [Format, string, readonly Edit[], string])[] = [
  // A range of a string, in every string style.
  ['json', '{"a": "x \\u00e9 y"}', [range('/a', 4, 5, '"z"\n')], '{"a": "x \\u00e9 \\"z\\"\\n"}'],
  ['yaml', 'a: one two # c\nb: 1\n', [range('/a', 4, 7, 'three')], 'a: one three # c\nb: 1\n'],
  ['yaml', 'a: one two # c\n', [range('/a', 3, 4, ': ')], 'a: "one: two" # c\n'],
  ['yaml', 'a: is "so" # c\n', [range('/a', 2, 3, ' #')], `a: 'is #"so"' # c\n`],
  ['yaml', 'a: 1x\n', [range('/a', 1, 2, '')], 'a: "1"\n'],
  ['yaml', 'a: nox\n', [range('/a', 2, 3, '')], 'a: "no"\n'],
  ['yaml', 'a: [b c, d]\n', [range('/a/0', 1, 2, ', ')], 'a: ["b, c", d]\n'],
  ['yaml', 'a: b\n   c\n   d\n', [range('/a', 2, 3, 'x')], 'a: b\n   x\n   d\n'],
  ['yaml', "a: 'it''s' # c\n", [range('/a', 0, 2, "'t")], "a: '''t''s' # c\n"],
  ['yaml', "a: 'x' # c\n", [range('/a', 1, 1, '\n')], 'a: "x\\n" # c\n'],
  ['yaml', 'a: "x\\ty"\n', [range('/a', 2, 3, '"\n')], 'a: "x\\t\\"\\n"\n'],
  ['yaml', 'a: |\n  x y\n  z\nb: 1\n', [range('/a', 2, 3, 'u\nv')], 'a: |\n  x u\n  v\n  z\nb: 1\n'],
  ['yaml', 'a: |\n  x y\n  z\nb: 1\n', [range('/a', 2, 6, '')], 'a: "x "\nb: 1\n'],
  ['yaml', 'a: >-\n  x\n  y\n\n  z # no c\n', [range('/a', 2, 3, 'w')], 'a: >-\n  x\n  w\n\n  z # no c\n'],
  ['toml', 'a = "x" # c\n', [range('/a', 1, 1, '"\n')], 'a = "x\\"\\n" # c\n'],
  ['toml', "a = 'x\\y' # c\n", [range('/a', 0, 1, 'z\\')], "a = 'z\\\\y' # c\n"],
  ['toml', "a = 'x' # c\n", [range('/a', 1, 1, "'")], 'a = "x\'" # c\n'],
  ['toml', 'a = """\nx "y"\nz""" # c\n', [range('/a', 6, 7, '"""')], 'a = """\nx "y"\n\\"\\"\\"""" # c\n'],
  ['toml', "a = '''\nx\ny''' # c\n", [range('/a', 2, 3, 'z\nw')], "a = '''\nx\nz\nw''' # c\n"],
  ['json', '{"a": "\ud83d\ude00"}', [range('/a', 0, 1, '')], '{"a": "\\ude00"}'],
  // Several ranges of one string; a new string.
  ['yaml', 'a: one two\n', [range('/a', 0, 3, 'three'), range('/a', 4, 7, 'four')], 'a: three four\n'],
  ['yaml', "a: 'x'\n", [set('/a', 'y z')], "a: 'y z'\n"],
  // A TOML table appended after the last one.
  [
    'toml',
    '[[a]]\nb = 1\n[a.c]\nd = 2 # e\n\n[f]\ng = 3\n',
    [set('/a/1', { b: 2, c: { d: 'x' } })],
    '[[a]]\nb = 1\n[a.c]\nd = 2 # e\n\n[[a]]\nb = 2\nc = { d = "x" }\n\n[f]\ng = 3\n',
  ],
  // A replaced value.
  ['json', '{"a": 1, "b": [1, 2]}', [set('/a', '1'), set('/b/1', null)], '{"a": "1", "b": [1, null]}'],
  [
    'yaml',
    'a: 1 # c\nb:\n  - x # d\n',
    [set('/a', 2.5), set('/b/0', true)],
    'a: 2.5 # c\nb:\n  - true # d\n',
  ],
  ['yaml', 'a: # c\nb: &x 1\n', [set('/a', 2), set('/b', 3)], 'a: 2 # c\nb: &x 3\n'],
  ['yaml', 'a:\n  b: 1\nc: 2\n', [set('/a', 'x')], 'a: x\nc: 2\n'],
  ['yaml', 'a: 1\nc: 2\n', [set('/a', { b: [1] })], 'a:\n  b:\n    - 1\nc: 2\n'],
  ['yaml', 'a: {b: 1}\n', [set('/a/b', { c: 'x y' })], 'a: {b: {c: x y}}\n'],
  ['toml', 'a = 1 # c\n', [set('/a', [1, 'x'])], 'a = [1, "x"] # c\n'],
  // An added field or element.
  ['json', '{}', [set('/a', 1)], '{"a": 1}'],
  ['json', '{"a":1}', [set('/b', 'x')], '{"a":1,"b":"x"}'],
  ['json', '{"a": 1}', [set('/b', [1])], '{"a": 1, "b": [1]}'],
  ['json', '{\n  "a": 1\n}\n', [set('/b', 2)], '{\n  "a": 1,\n  "b": 2\n}\n'],
  ['json', '{\r\n\t"a": []\r\n}', [set('/b', 2), set('/a/0', 'x')], '{\r\n\t"a": ["x"],\r\n\t"b": 2\r\n}'],
  ['yaml', 'a: 1 # c\n', [set('/b', 'x: y')], 'a: 1 # c\nb: "x: y"\n'],
  ['yaml', 'a: 1', [set('/b', 2)], 'a: 1\nb: 2'],
  ['yaml', 'a: |\n  x\n\n# c\n', [set('/b', 2)], 'a: |\n  x\nb: 2\n\n# c\n'],
  ['yaml', 'a:\n  - b: 1 # c\n  - d\n', [set('/a/0/e', 2)], 'a:\n  - b: 1 # c\n    e: 2\n  - d\n'],
  ['yaml', 'a:\n- x\n# c\n', [set('/a/1', { b: 1, c: 2 })], 'a:\n- x\n- b: 1\n  c: 2\n# c\n'],
  ['yaml', 'a: {} # c\n', [set('/a/b', 1)], 'a: {b: 1} # c\n'],
  ['yaml', 'a: {b: 1} # c\n', [set('/a/c', 'x, y')], 'a: {b: 1, c: "x, y"} # c\n'],
  [
    'yaml',
    'a: {\n  b: 1, # c\n  d: 2 # e\n  }\n',
    [set('/a/f', 3)],
    'a: {\n  b: 1, # c\n  d: 2, # e\n  f: 3\n  }\n',
  ],
  ['yaml', 'a: 1\n', [set('/o/t/c', 9)], 'a: 1\no:\n  t:\n    c: 9\n'],
  ['yaml', 'a: 1\r\nb: 2\r\n', [set('/c', 3)], 'a: 1\r\nb: 2\r\nc: 3\r\n'],
  ['toml', '# top\na = 1 # c\n\n[t]\nb = 2\n', [set('/c', 3)], '# top\na = 1 # c\nc = 3\n\n[t]\nb = 2\n'],
  [
    'toml',
    'a = 1\n\n[t]\nb = 2 # c\n\n[u]\n',
    [set('/t/d', 'x')],
    'a = 1\n\n[t]\nb = 2 # c\nd = "x"\n\n[u]\n',
  ],
  ['toml', '[t] # c\n[u]\n', [set('/t/d e', 1)], '[t] # c\n"d e" = 1\n[u]\n'],
  ['toml', '# c\n\n# of t\n[t]\n', [set('/a', 1)], '# c\n\na = 1\n\n# of t\n[t]\n'],
  ['toml', 'o.t.a = 1 # c\nb = 2\n', [set('/o/t/c', 3)], 'o.t.a = 1 # c\no.t.c = 3\nb = 2\n'],
  ['toml', '[o.t]\na = 1\n', [set('/o/b', 3)], '[o]\nb = 3\n\n[o.t]\na = 1\n'],
  ['toml', 'a = { b = 1 } # c\n', [set('/a/d', 3)], 'a = { b = 1, d = 3 } # c\n'],
  ['toml', 'a = {}\n', [set('/a/d', 3)], 'a = { d = 3 }\n'],
  [
    'toml',
    'a = [\n  1, # one\n  2, # two\n]\n',
    [set('/a/2', 3)],
    'a = [\n  1, # one\n  2, # two\n  3,\n]\n',
  ],
  ['toml', '[[m]]\na = 1\n[[m]]\na = 2\n', [set('/m/0/b', 3)], '[[m]]\na = 1\nb = 3\n[[m]]\na = 2\n'],
  // A removed field or element.
  ['json', '{"a": 1, "b": 2, "c": 3}', [remove('/a'), remove('/c')], '{"b": 2}'],
  ['json', '{"a": 1}', [remove('/a')], '{}'],
  ['json', '{\n  "a": 1,\n  "b": 2\n}', [remove('/b')], '{\n  "a": 1\n}'],
  ['json', '{\n  "a": 1,\n  "b": 2\n}', [remove('/a')], '{\n  "b": 2\n}'],
  ['json', '[1, 2, 3, 4]', [remove('/1'), remove('/2'), remove('/3')], '[1]'],
  ['json', '[1, 2, 3]', [remove('/0'), remove('/1'), remove('/2')], '[]'],
  ['yaml', 'a: [b, c, d, e] # f\n', [remove('/a/0'), remove('/a/1'), remove('/a/3')], 'a: [d] # f\n'],
  ['yaml', 'a:\n- 1\n- 2\n- 3\nb: c\n', [remove('/a/0'), remove('/a/1'), remove('/a/2')], 'a: []\nb: c\n'],
  [
    'toml',
    'a = [\n  1, # one\n  2, # two\n  3, # three\n]\n',
    [remove('/a/0'), remove('/a/1')],
    'a = [\n  3, # three\n]\n',
  ],
  ['yaml', 'a: 1 # a\n# of b\nb: 2 # b\nc: 3\n', [remove('/b')], 'a: 1 # a\n# of b\nc: 3\n'],
  ['yaml', 'a: 1\nb: |\n  x\n', [remove('/b')], 'a: 1\n'],
  ['yaml', 'a: 1\nb: 2', [remove('/b')], 'a: 1'],
  ['yaml', 'a:\n  b: 1 # c\nd: 2\n', [remove('/a/b')], 'a: {} # c\nd: 2\n'],
  ['yaml', 'a:\n  - b: 1 # c\n    d: 2\n', [remove('/a/0/b')], 'a:\n  - d: 2\n'],
  ['yaml', 'a:\n  - x # c\n  - y\n  - z\n', [remove('/a/0'), remove('/a/2')], 'a:\n  - y\n'],
  ['yaml', 'a:\n  - x\n', [remove('/a/0')], 'a: []\n'],
  ['yaml', 'a: # c\n- x\nb: 1\n', [remove('/a/0')], 'a: # c\n []\nb: 1\n'],
  ['yaml', 'a: # c\n  # d\n  x: 1\nb: 1\n', [set('/a', { y: 2 })], 'a: # c\n  # d\n  "y": 2\nb: 1\n'],
  ['yaml', 'a: # c\n- x\nb: 1\n', [set('/a', ['z', 'w'])], 'a: # c\n- z\n- w\nb: 1\n'],
  ['yaml', 'a: [x, y, z] # c\n', [remove('/a/1')], 'a: [x, z] # c\n'],
  ['yaml', 'a: [\n  x, # c\n  y, # d\n  ]\n', [remove('/a/0')], 'a: [\n  y, # d\n  ]\n'],
  ['yaml', 'a: [\n  x, # c\n  y # d\n  ]\n', [remove('/a/1')], 'a: [\n  x # c\n  ]\n'],
  ['toml', 'a = 1\n# of b\nb = 2 # c\n[t]\n', [remove('/b')], 'a = 1\n# of b\n[t]\n'],
  ['toml', 'a = { b = 1, c = 2 } # c\n', [remove('/a/c')], 'a = { b = 1 } # c\n'],
  ['toml', '[t] # c\na = 1\n[t.u]\nb = 1\n# of v\n[v]\n', [remove('/t')], '# of v\n[v]\n'],
  ['toml', '[[m]]\na = 1\n[[m]]\na = 2\n', [remove('/m/0')], '[[m]]\na = 2\n'],
  [
    'toml',
    'b = 1\n[[o.m]]\na = 1\n[[o.m]]\na = 2 # c\n# d\n[o.t]\n',
    [remove('/o/m')],
    'b = 1\n# d\n[o.t]\n',
  ],
  // A renamed field; a preserved byte order mark.
  ['yaml', 'a: 1 # c\nb: 2\n', [set('/c', 3), remove('/a')], 'b: 2\nc: 3\n'],
  ['json', '{"a": 1}', [set('/b', 2), remove('/a')], '{"b": 2}'],
  ['yaml', '\ufeffa: x\n', [set('/b', 1)], '\ufeffa: x\nb: 1\n'],
];

/** Edits that are impossible or conflict. */
const REFUSED: readonly (readonly [Format, string, readonly Edit[]])[] = [
  ['yaml', 'a: &x {b: 1}\nc: *x\n', [set('/a/b', 2)]],
  ['yaml', 'a: &x {b: 1}\nc: *x\n', [set('/c/b', 2)]],
  ['yaml', 'a: &x 1\nc: *x\n', [remove('/a')]],
  ['toml', 'a = 1\n', [set('/a', null)]],
  ['json', '{"a": 1}', [remove('/b')]],
  ['json', '{"a": 1}', [range('/a', 0, 1, 'x')]],
  ['json', '{"a": "x"}', [range('/a', 0, 2, 'x')]],
  ['json', '{"a": "xyz"}', [range('/a', 0, 2, 'x'), range('/a', 1, 3, 'x')]],
  ['json', '{"a": "xyz"}', [range('/a', 0, 2, 'x'), remove('/a')]],
  ['json', '{"a": {"b": 1}}', [set('/a/b', 2), remove('/a')]],
  ['json', '[1]', [set('/2', 1)]],
  ['json', '{"a": 1', [set('/a', 1)]],
];

describe('edits of a text', () => {
  for (const [format, text, edits, wanted] of CASES) {
    it(`${JSON.stringify(edits)} in ${format} ${JSON.stringify(text)}`, async () => {
      assert.equal(await applyEdits(text, format, edits), wanted);
    });
  }

  it('remove any number of members of one list', async () => {
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    const edits = numbers.filter((n) => n % 2 === 1).map((n) => remove(`/a/${n}`));
    const even = numbers.filter((n) => n % 2 === 0);
    assert.equal(
      await applyEdits(`a: [${numbers.join(', ')}]\n`, 'yaml', edits),
      `a: [${even.join(', ')}]\n`,
    );
  });

  for (const [format, text, edits] of REFUSED) {
    it(`are rejected: ${JSON.stringify(edits)} in ${format} ${JSON.stringify(text)}`, async () => {
      assert.equal(await applyEdits(text, format, edits), undefined);
    });
  }
});

const piece = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ' x',
    '#',
    ': ',
    '"',
    "'",
    '\\',
    '\n',
    'no',
    '1',
    '- ',
    ', ',
    '}',
    '{{a}}',
    '\t',
    '\r',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('avg:a{*}', 'a b', '> 5'),
);
const text = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join('').replaceAll('\r\n', '\n'));
const name = fc
  .oneof(fc.constantFrom('a', 'b', 'c', 'd e', 'f.g', '1'), text)
  .filter((n) => n !== '__proto__');
const small = fc.oneof(text, fc.integer(), fc.boolean());
const trees = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    small,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const documents = fc.dictionary(name, trees.value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });

const PRINTED: readonly (readonly [Format, (value: Json) => string])[] = [
  ['json', printJson],
  ['json', (value) => JSON.stringify(value, undefined, 2)],
  ['yaml', printYaml],
  ['yaml', (value) => escapedJson(value)],
  ['toml', printToml],
];

function escapedJson(value: Json): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pointersOf(value: Json, pointer = ''): string[] {
  const members = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  return [pointer, ...[...members].flatMap(([step, inner]) => pointersOf(inner, pointerTo(pointer, step)))];
}

/** The random input of a generated edit. */
interface Throw {
  readonly at: number;
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly name: string;
  readonly value: Json;
}

function editOf(value: Json, { at, kind, from, to, text: put, name: added, value: other }: Throw): Edit {
  const pointers = pointersOf(value);
  const pointer = pointers[at % pointers.length] ?? '';
  const here = valueAt(value, pointer) ?? null;
  if (kind === 0 && pointer !== '') return remove(pointer);
  if (typeof here === 'string') {
    const start = from % (here.length + 1);
    return range(pointer, start, start + (to % (here.length - start + 1)), put);
  }
  if (Array.isArray(here)) return set(pointerTo(pointer, here.length), other);
  if (isObject(here)) return set(pointerTo(pointer, added), other);
  return set(pointer, other);
}

const throws = fc.record<Throw>({
  at: fc.nat(),
  kind: fc.nat(3),
  from: fc.nat(),
  to: fc.nat(),
  text,
  name,
  value: fc.oneof(
    small,
    fc.array(small, { maxLength: 2 }),
    fc.dictionary(name, small, { maxKeys: 2, noNullPrototype: true }),
  ),
});

describe('any edits of any value', () => {
  for (const [index, [format, print]] of PRINTED.entries()) {
    it(`change the text as they change the value, or are rejected: ${format}, ${index}`, async () => {
      await fc.assert(
        fc.asyncProperty(documents, fc.array(throws, { minLength: 1, maxLength: 4 }), async (value, list) => {
          const source = print(value);
          const before = (await decode(source, format, OBJECT_LIMITS)).value;
          const edits = list.map((each) => editOf(before, each));
          const wanted = editedValue(before, edits);
          const edited = await applyEdits(source, format, edits);
          if (wanted === undefined) return assert.equal(edited, undefined);
          // TOML cannot represent some fields among tables, or lone surrogates.
          if (edited === undefined) return assert.equal(format, 'toml');
          return assert.ok(sameJson((await decode(edited, format, OBJECT_LIMITS)).value, wanted), edited);
        }),
        { numRuns: 1000 },
      );
    });
  }
});
