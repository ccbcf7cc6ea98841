import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parse as smolParse, stringify as printToml } from 'smol-toml';
import { isObject, numberFromText, numberText, printJson, sameJson, type Json } from '../domain/json.ts';
import { pointerTo, valueAt } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from './decode.ts';
import { OBJECT_LIMITS, type Decoded, type Format } from './decoded.ts';
import { printFlow, printYaml } from './encode-yaml.ts';

const FORMATS = ['json', 'yaml', 'toml'] as const;
const read = (text: string, format: Format): Promise<Decoded> => decode(text, format, OBJECT_LIMITS);

/** Returns whether smol-toml prints a number exactly, which it does not for integers beyond 2^53. */
function printsExactly(n: number): boolean {
  return !Number.isInteger(n) || Number.isSafeInteger(n);
}

const character = fc.oneof(
  fc.constantFrom(
    ...':#-?{}[],&*!|>\'"%@`~=<\\ \t\n\r',
    '\x85',
    '\u2028',
    '\ufeff',
    '\x7f',
    '\0',
    '\ud800',
    '😀',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom(...'abcyesno01.'),
);
const text = fc.oneof(
  fc.string({ unit: character, maxLength: 12 }),
  fc.constantFrom(
    '1.0',
    'true',
    'Yes',
    'null',
    '~',
    '',
    '2024-01-01',
    '<<',
    '0x1F',
    '.5',
    '---',
    '- a',
    'a: b',
  ),
  fc
    .array(fc.constantFrom('a', '', ' b', '\tc', 'd ', '# e', '---', '  '), { maxLength: 5 })
    .map((l) => l.join('\n')),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => numberFromText(JSON.stringify(n))),
  fc.bigInt().map((n) => numberFromText(String(n))),
  fc.constantFrom('1.0', '1e3', '-0', '0.10', '1E+2', '12345678901234567890.5').map(numberFromText),
);
const name = text.filter((n) => n !== '__proto__');
const trees = fc.letrec<{ value: Json; nullFree: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
  nullFree: fc.oneof(
    { maxDepth: 4 },
    fc.boolean(),
    fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }).filter(printsExactly)),
    text.filter((t) => t.isWellFormed() && !t.includes('\r')),
    fc.array(tie('nullFree'), { maxLength: 4 }),
    fc.dictionary(
      name.filter((n) => n.isWellFormed()),
      tie('nullFree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));
const nullFreeObjects = fc.dictionary(fc.constantFrom('a', 'b-c', 'd e', 'f.g'), trees.nullFree, {
  noNullPrototype: true,
  minKeys: 1,
});

describe('any value', () => {
  it('is preserved with its exact spelling in JSON and YAML', async () => {
    await fc.assert(
      fc.asyncProperty(trees.value, async (value) => {
        const json = printJson(value);
        const indented = JSON.stringify(value, null, '\t');
        assert.equal(printJson((await read(json, 'json')).value), json);
        assert.equal(printJson((await read(indented, 'json')).value), json);
        for (const printed of [printYaml(value), printFlow(value)])
          assert.equal(printJson((await read(printed, 'yaml')).value), json, printed);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same in TOML, and in JSON that is read as YAML', async () => {
    await fc.assert(
      fc.asyncProperty(nullFreeObjects, async (value) => {
        const json = JSON.stringify(value).replace(/[\x7f-\x9f\ufeff\ufffe\uffff]/g, escaped);
        assert.ok(sameJson((await read(json, 'yaml')).value, value), json);
        assert.ok(sameJson((await read(printToml(value), 'toml')).value, value), printToml(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('has the right position in each format', async () => {
    await fc.assert(
      fc.asyncProperty(nullFreeObjects, async (value) => {
        await assertPlaces(JSON.stringify(value, null, 2), 'json');
        await assertPlaces(printYaml(value), 'yaml');
        await assertPlaces(printToml(value), 'toml');
      }),
      { numRuns: 500 },
    );
  });
});

/** Asserts that the source at the position of each value starts with that value. */
async function assertPlaces(source: string, format: Format): Promise<void> {
  const decoded = await read(source, format);
  const lines = source.split('\n');
  for (const pointer of pointersOf(decoded.value)) {
    const { line, column } = decoded.locate(pointer);
    const here = lines[line - 1]?.slice(column - 1) ?? '';
    const value = valueAt(decoded.value, pointer) ?? null;
    assert.ok(beginsWith(here, value), `${format} ${pointer} ${line}:${column} ${here}\n${source}`);
  }
}

function beginsWith(here: string, value: Json): boolean {
  const digits = numberText(value);
  if (typeof value === 'boolean') return here.startsWith(String(value));
  if (digits !== undefined) return Number(/^[-+\w.]+/.exec(here)?.[0]) === Number(digits);
  if (typeof value !== 'string') return /^[[{\w"'-]/.test(here);
  return here.startsWith('"') || here.startsWith("'") || here.startsWith('|') || here.startsWith(value);
}

function pointersOf(value: Json, pointer = ''): string[] {
  const members = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : [];
  return [pointer, ...[...members].flatMap(([step, inner]) => pointersOf(inner, pointerTo(pointer, step)))];
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const noise = fc.oneof(
  fc.string({ unit: character, maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        'a: ',
        '- ',
        '&a ',
        '*a',
        '!!int ',
        '? ',
        '[',
        ']',
        '{',
        '}',
        '\n',
        '\n  ',
        '"',
        "'",
        '|',
        '<<',
        '1',
        '=',
        '[[',
        '.',
        ',',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);
const print: Record<Format, (value: Json) => string> = {
  json: printJson,
  yaml: printYaml,
  toml: printToml,
};

describe('any text', () => {
  for (const format of FORMATS) {
    const mutated = fc
      .tuple(nullFreeObjects, fc.nat(), fc.nat(3), fc.string({ unit: character, maxLength: 3 }))
      .map(([value, at, cut, put]) => {
        const printed = print[format](value);
        const where = at % (printed.length + 1);
        return printed.slice(0, where) + put + printed.slice(where + cut);
      });
    it(`is parsed as ${format}, or rejected with a position`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(noise, mutated), async (source) => {
          const outcome = await read(source, format).catch((error: unknown) => error);
          if (!(outcome instanceof Error)) return;
          assert.ok(outcome instanceof ProblemError, outcome.stack);
          const [finding] = outcome.extras.findings ?? [];
          const lines = source.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
          assert.ok(finding?.line !== undefined && finding.column !== undefined && finding.hint);
          assert.ok(finding.line <= lines.length && finding.line >= 1, JSON.stringify(finding));
          assert.ok(finding.column >= 1 && finding.column <= (lines[finding.line - 1]?.length ?? 0) + 2);
          assert.ok(outcome.message.endsWith(` at line ${finding.line}, column ${finding.column}.`));
        }),
        { numRuns: 3000 },
      );
    });
  }
});

describe('TOML', () => {
  it('that smol-toml accepts has the same value', async () => {
    const parts = fc.constantFrom(
      'a',
      'b',
      '.',
      ' = ',
      '1',
      '"x"',
      '[',
      ']',
      '[[',
      ']]',
      '{',
      '}',
      ',',
      '\n',
      '\n',
      '\na.b = 2',
      '\n[a.b]',
      '\n[a]',
      '\n[[a]]',
      '\n[[b.a]]\n',
      '# c',
      "'''\n",
      '"""',
      '\\n',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 14 }), async (list) => {
        const source = list.join('');
        let expected: Json;
        try {
          expected = JSON.parse(JSON.stringify(smolParse(source)));
        } catch {
          return;
        }
        assert.ok(sameJson((await read(source, 'toml')).value, expected), source);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a bomb', () => {
  const many = 100_000;
  const doubling = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n');
  const bombs: readonly [string, Format, string, string][] = [
    ['lists', 'json', '['.repeat(many), 'too_deep'],
    ['objects', 'json', '{"a":'.repeat(many), 'too_deep'],
    ['lists on one line', 'yaml', '- '.repeat(many), 'too_deep'],
    ['lists in brackets', 'yaml', '['.repeat(many), 'too_deep'],
    ['objects in braces', 'yaml', '{a: '.repeat(many), 'too_deep'],
    ['names', 'yaml', '? '.repeat(many), 'too_deep'],
    [
      'indented objects',
      'yaml',
      Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'too_deep',
    ],
    ['doubling aliases', 'yaml', `a0: &a0 [x]\n${doubling}`, 'too_many_aliases'],
    ['many aliases', 'yaml', `a: &a x\nb: [${'*a, '.repeat(many)}]`, 'too_many_aliases'],
    ['lists', 'toml', `a = ${'['.repeat(many)}`, 'too_deep'],
    ['tables in braces', 'toml', `a = ${'{a='.repeat(many)}`, 'too_deep'],
    ['dotted names', 'toml', `${'a.'.repeat(many)}a = 1`, 'too_deep'],
    ['dotted headers', 'toml', `[${'a.'.repeat(many)}a]`, 'too_deep'],
    ['brackets alone', 'toml', '['.repeat(many), 'malformed_toml'],
  ];
  for (const [what, format, source, code] of bombs) {
    it(`of ${what} in ${format} is rejected as ${code}`, async () => {
      await assert.rejects(read(source, format), (error) => {
        assert.ok(error instanceof ProblemError);
        assert.equal(error.extras.findings?.[0]?.code, code);
        return true;
      });
    });
  }
});

describe('bytes', () => {
  it('that are not UTF-8 are rejected with their position', async () => {
    const encoder = new TextEncoder();
    const before = encoder.encode('\ufeff{"\ufffd é":\n "');
    for (const bad of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const bytes = Uint8Array.from([...before, ...bad]);
      await assert.rejects(decode(bytes, 'json', OBJECT_LIMITS), {
        code: 'malformed_body',
        message: 'The text is not UTF-8 at line 2, column 3.',
      });
    }
  });

  it('are accepted with and without a byte order mark', async () => {
    for (const format of FORMATS) {
      const source = format === 'toml' ? 'a = 1' : '{"a": 1}';
      const decoded = await decode(new TextEncoder().encode(`\ufeff${source}`), format, OBJECT_LIMITS);
      assert.ok(sameJson(decoded.value, { a: 1 }));
      assert.deepEqual(decoded.locate('/a'), { line: 1, column: format === 'toml' ? 5 : 7 });
    }
  });

  it('are counted, and the exact limit is accepted', async () => {
    const limits = { ...OBJECT_LIMITS, bytes: 6 };
    assert.equal((await decode('"éé"', 'json', limits)).value, 'éé');
    await assert.rejects(decode('"ééé"', 'json', limits), { code: 'too_large', status: 413 });
    await assert.rejects(decode(new TextEncoder().encode('"ééé"'), 'json', limits), { code: 'too_large' });
  });

  it('with a second document are rejected with 422, malformed ones with 400', async () => {
    await assert.rejects(read('a: 1\n---\nb: 1', 'yaml'), { code: 'invalid', status: 422 });
    await assert.rejects(read('a: [', 'yaml'), { code: 'malformed_body', status: 400 });
  });
});

const CORPUS = process.env['CORPUS'] ?? new URL('../../../shared/corpus', import.meta.url).pathname;

describe('the corpus', { skip: existsSync(CORPUS) ? false : `no corpus at ${CORPUS}` }, () => {
  for (const [file, member] of [
    ['monitors.ndjson', 'monitor'],
    ['dashboards.ndjson', 'dashboard'],
  ] as const) {
    it(`of ${file} has the same values in every format, with the right positions`, async () => {
      for (const source of readFileSync(`${CORPUS}/${file}`, 'utf8').trimEnd().split('\n')) {
        const value = valueAt((await decode(source, 'json', OBJECT_LIMITS)).value, `/${member}`) ?? null;
        const json = printJson(value);
        assert.ok(source.includes(`"${member}":${json}`), 'JSON');
        assert.equal(printJson((await read(printYaml(value), 'yaml')).value), json);
        await assertPlaces(printYaml(value), 'yaml');
        if (/[:,[]null/.test(json)) continue;
        const plain: unknown = JSON.parse(json);
        assert.ok(sameJson((await read(printToml(plain), 'toml')).value, value), json);
      }
    });
  }
});
