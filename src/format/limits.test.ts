import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProblemError } from '../domain/problem.ts';
import { decode } from './decode.ts';
import { type DecodeLimits, DOCUMENT_LIMITS, type Format, OBJECT_LIMITS } from './decoded.ts';

async function refused(text: string, format: Format, limits: DecodeLimits): Promise<ProblemError> {
  const error: unknown = await decode(text, format, limits).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProblemError, `accepts ${text.slice(0, 60)}`);
  return error;
}

/** Texts with a given number of values, in each of the shortest notations. */
const SHAPES: readonly (readonly [name: string, format: Format, text: (values: number) => string])[] = [
  ['numbers', 'json', (n) => `[${'1,'.repeat(n - 2)}1]`],
  ['objects', 'json', (n) => `[${'{},'.repeat(n - 2)}{}]`],
  ['members', 'json', (n) => `{${Array.from({ length: n - 1 }, (_, i) => `"${i}a":0`).join(',')}}`],
  ['numbers', 'yaml', (n) => `[${'1,'.repeat(n - 2)}1]`],
  ['objects', 'yaml', (n) => `[${'{},'.repeat(n - 2)}{}]`],
  ['empty items', 'yaml', (n) => '-\n'.repeat(n - 1)],
  ['items', 'yaml', (n) => '- a\n'.repeat(n - 1)],
  ['members in braces', 'yaml', (n) => `{${Array.from({ length: n - 1 }, (_, i) => `${i}a`).join(',')}}`],
  ['members', 'yaml', (n) => Array.from({ length: n - 1 }, (_, i) => `${i}a:\n`).join('')],
  ['explicit names', 'yaml', (n) => Array.from({ length: n - 1 }, (_, i) => `? ${i}a\n`).join('')],
  ['anchors', 'yaml', (n) => `[${'&a 1,'.repeat(n - 2)}1]`],
  ['blocks', 'yaml', (n) => '- |\n  -\n'.repeat(n - 1)],
  ['numbers', 'toml', (n) => `a=[${'1,'.repeat(n - 3)}1]`],
  ['members', 'toml', (n) => Array.from({ length: n - 1 }, (_, i) => `a${i}=0\n`).join('')],
  ['tables', 'toml', (n) => Array.from({ length: n - 1 }, (_, i) => `[a${i}]\n`).join('')],
  ['listed tables', 'toml', (n) => '[[a]]\n'.repeat(n - 2)],
  ['dotted names', 'toml', (n) => Array.from({ length: (n - 2) / 2 }, (_, i) => `a.a${i}.b=0\n`).join('')],
  ['tables in braces', 'toml', (n) => `a=[${'{},'.repeat(n - 2)}]`],
];

/** The shapes that are also tested at the limit of a document. */
const LARGE: readonly string[] = ['objects', 'empty items', 'tables in braces'];

describe('the limit on values', () => {
  for (const [name, format, text] of SHAPES) {
    it(`accepts that many ${name} in ${format}, and rejects one more at its position`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 4, max: 60 }), async (half) => {
          const values = half * 2;
          const limits = { ...OBJECT_LIMITS, values };
          await decode(text(values), format, limits);
          const { code, status, extras, message } = await refused(text(values + 2), format, limits);
          assert.deepEqual([code, status], ['too_large', 413]);
          assert.deepEqual(extras.members, { unit: 'values', limit: values, measured: values + 1 });
          assert.match(message, new RegExp(`more than ${values} values`));
          const [finding] = extras.findings ?? [];
          assert.equal(finding?.code, 'too_many_values');
          assert.ok(finding.line !== undefined && finding.column !== undefined);
        }),
        { numRuns: 20 },
      );
    });
  }

  for (const [name, format, text] of SHAPES) {
    if (!LARGE.includes(name)) continue;
    it(`stops at the limit of a document, of ${name} in ${format}`, async () => {
      const full = text(DOCUMENT_LIMITS.values + 2);
      const { extras } = await refused(full, format, DOCUMENT_LIMITS);
      assert.deepEqual(extras.members, { unit: 'values', limit: 1_000_000, measured: 1_000_001 });
    });
  }

  it('is checked before js-yaml parses the text, so that a fault beyond the limit is not found', async () => {
    const limits = { ...OBJECT_LIMITS, values: 10 };
    const items = (count: number) => `${'- 1\n'.repeat(count)}- "`;
    assert.equal((await refused(items(8), 'yaml', limits)).code, 'malformed_body');
    assert.equal((await refused(items(10), 'yaml', limits)).code, 'too_large');
  });

  it('counts all values that an alias refers to', async () => {
    const text = (aliases: number) => `a: &a [1, 2, 3]\nb: [${'*a,'.repeat(aliases)}]\n`;
    const limits = { ...OBJECT_LIMITS, values: 6 + 4 * 5 };
    await decode(text(5), 'yaml', limits);
    const { code, extras } = await refused(text(6), 'yaml', limits);
    assert.deepEqual([code, extras.findings?.[0]?.code], ['malformed_body', 'too_many_aliases']);
  });
});

describe('the limit on bytes', () => {
  it('is reported with the measured size', async () => {
    const { code, extras, message } = await refused('"äb"', 'json', { ...OBJECT_LIMITS, bytes: 4 });
    assert.equal(code, 'too_large');
    assert.deepEqual(extras.members, { unit: 'bytes', limit: 4, measured: 5 });
    assert.match(message, /at least 5 bytes; the limit is 4 bytes/);
  });
});

describe('the limits on an entry of a document', () => {
  const around = (list: string, entry: string) => `{"team": "t",\n "${list}": [{},\n  ${entry}]}`;
  const TEXT_OF: readonly (readonly [format: Format, text: string, line: number, column: number])[] = [
    ['json', around('monitors', `{"message": "${'x'.repeat(1024 * 1024 - 13)}"}`), 3, 3],
    ['json', around('alerts', `[${'1,'.repeat(49_999)}1]`), 3, 3],
    ['yaml', `dashboards:\n  - {}\n  - a: ${'x'.repeat(1024 * 1024 - 7)}\n`, 3, 5],
    ['yaml', `a: &a ${'x'.repeat(600_000)}\nmonitors:\n  - {}\n  - [*a, *a]\n`, 4, 5],
    ['yaml', `alerts:\n  -\n${'    - 1\n'.repeat(50_000)}`, 3, 5],
    ['toml', `[[monitors]]\n[[monitors]]\nmessage = '${'x'.repeat(1024 * 1024 - 13)}'`, 2, 1],
  ];
  for (const [format, text, line, column] of TEXT_OF) {
    it(`rejects one that is too large in ${format}: ${text.slice(0, 40).replaceAll('\n', ' ')}`, async () => {
      const { code, extras } = await refused(text, format, DOCUMENT_LIMITS);
      assert.equal(code, 'too_large');
      const [finding] = extras.findings ?? [];
      assert.deepEqual([finding?.code, finding?.line, finding?.column], ['entry_too_large', line, column]);
      const { unit, limit, measured } = { unit: '', limit: 0, measured: 0, ...extras.members };
      assert.ok(measured > limit, unit);
    });
  }

  it('accepts one at the limit, and larger values that are not entries', async () => {
    await decode(
      around('monitors', `{"message": "${'x'.repeat(1024 * 1024 - 14)}"}`),
      'json',
      DOCUMENT_LIMITS,
    );
    await decode(around('alerts', `[${'1,'.repeat(49_998)}1]`), 'json', DOCUMENT_LIMITS);
    await decode(`{"monitors": {}, "x": [${'1,'.repeat(60_000)}1]}`, 'json', DOCUMENT_LIMITS);
  });
});
