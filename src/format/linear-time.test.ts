import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { decode, utf8Text } from './decode.ts';
import { DOCUMENT_LIMITS, type Format } from './decoded.ts';
import { applyEdits } from './edit/apply-edits.ts';
import { reorderItems } from './edit/reorder-items.ts';
import { printYaml } from './encode-yaml.ts';
import { positionsIn } from './place.ts';

type Work = (size: number) => unknown;

const KIB = 1024;
/** A size beyond which YAML is counted before it is parsed, so that both measured sizes are. */
const COUNTED = 1250 * KIB;
const LAST = 5000 * KIB;

const assertLinearFrom = (first: number, work: Work) => assertLinear(work, undefined, { first, last: LAST });

const reads =
  (format: Format, text: (size: number) => string): Work =>
  async (size) => {
    await decode(text(size), format, DOCUMENT_LIMITS).catch(() => undefined);
  };
const prints =
  (text: (size: number) => string): Work =>
  (size) =>
    void printYaml([text(size)]);
const long = (size: number) => 'x'.repeat(size);

const WORKS: Readonly<Record<string, Work>> = {
  'block scalars of YAML behind comments with |': reads(
    'yaml',
    (n) => `a: # ${'| # '.repeat(n / 4)}\n  |\n  b\n`,
  ),
  'block scalars of YAML with comments of |': reads('yaml', (n) => `a: | # ${'| # '.repeat(n / 4)}\n  b\n`),
  'many block scalars of YAML': reads('yaml', (n) => '- |\n  x\n'.repeat(n / 8)),
  'escapes of YAML': reads('yaml', (n) => `"${'\\\\'.repeat(n / 2)}\\U0001F600"`),
  'escapes of JSON': reads('json', (n) => `"${'\\u00e9'.repeat(n / 6)}"`),
  'escapes of TOML': reads('toml', (n) => `a = "${'\\u00e9'.repeat(n / 6)}"`),
  'lines of TOML': reads('toml', (n) => `a = """${'\\\n \n'.repeat(n / 4)}"""`),
  'comments of YAML': reads('yaml', (n) => `${'# x\n'.repeat(n / 4)}a: 1\n`),
  'comments of TOML': reads('toml', (n) => `${'# x\n'.repeat(n / 4)}a = 1\n`),
  'blank lines of YAML': reads('yaml', (n) => `a: b${'\n'.repeat(n)}c: d\n`),
  'blank lines of JSON': reads('json', (n) => `[${'\n'.repeat(n)}1]`),
  'a plain scalar of YAML over many lines': reads('yaml', (n) => `a: b${'\n  c'.repeat(n / 4)}`),
  'a folded block of YAML': reads('yaml', (n) => `a: >\n${'  b\n\n'.repeat(n / 6)}`),
  'long names': reads('json', (n) => `{"${long(n)}": 1}`),
  'many names': reads('json', (n) => `{${Array.from({ length: n / 16 }, (_, i) => `"${i}x":0`).join(',')}}`),
  'many numbers as names': reads(
    'json',
    (n) => `{${Array.from({ length: n / 16 }, (_, i) => `"${i * 7}":0`).join(',')}}`,
  ),
  'a name twice': reads('json', (n) => `{"a":0${',"b":0'.repeat(n / 6)}}`),
  'a long number of JSON': reads('json', (n) => `[1${'0'.repeat(n)}]`),
  'a long number of YAML': reads('yaml', (n) => `[1${'0'.repeat(n)}]`),
  'a long number of TOML': reads('toml', (n) => `a = 1${'_0'.repeat(n / 2)}`),
  'a dotted name of TOML': reads('toml', (n) => `${'a.'.repeat(n / 2)}a = 1`),
  'tables of TOML': reads('toml', (n) => Array.from({ length: n / 16 }, (_, i) => `[a${i}]\nb=0\n`).join('')),
  'aliases of a long string': reads('yaml', (n) => `a: &a ${long(n / 100)}\nb: [${'*a, '.repeat(90)}]\n`),
  'bytes that are not UTF-8': (n) => {
    try {
      utf8Text(Buffer.from(`${'\ufffd'.repeat(n / 3)}\xff`, 'utf8').subarray(0, n - 1));
    } catch {
      return;
    }
  },
  'positions in many lines': (n) => positionsIn('x\r\n'.repeat(n / 3))(n - 1),
  'printing a text that ends with letters after many line ends': prints((n) => `x${'\n'.repeat(n)}x`),
  'printing a text that ends with many line ends': prints((n) => `x${'\n'.repeat(n)}`),
  'printing a text without blanks': prints(long),
  'printing words': prints((n) => 'a:b (c)'.repeat(n / 7)),
  'printing lines with blanks at their ends': prints((n) => 'x \n'.repeat(n / 3)),
  'printing lines beyond ASCII': prints((n) => 'x😀\n'.repeat(n / 4)),
};

describe('the time of parsing and printing is linear in the text', () => {
  for (const [name, work] of Object.entries(WORKS)) {
    it(`with ${name}`, () => assertLinearFrom(name.includes('YAML') ? COUNTED : 16 * KIB, work));
  }

  it('with the positions of characters of a long string, located one by one', async () => {
    for (const text of [`"${'\\u0061'.repeat(100_000)}"`, `"${'a'.repeat(600_000)}"`]) {
      const { locate } = await decode(text, 'json', DOCUMENT_LIMITS);
      const work: Work = (asked) => {
        for (let at = 0; at < asked; at++) locate('', 99_000 - (at % 1000));
      };
      await assertLinearFrom(250, work);
    }
  });
});

describe('the time of editing is linear in the text', () => {
  const commented = (n: number) => `a:\n${'  # x\r\n'.repeat(n / 8)}  - 1\r\n  - 2\r\n`;

  it('with CR LF comments between reordered elements', async () => {
    const reordering = { pointer: '/a', order: [1, 0] };
    const text = `a:\r\n  - 1\r\n${'# x\r\n'.repeat(30)}  - 2\r\n`;
    const reordered = await reorderItems(text, 'yaml', reordering);
    assert.ok(reordered?.includes('- 2\r\n'));
    await assertLinearFrom(COUNTED, (n) =>
      reorderItems(`a:\r\n  - 1\r\n${'  # x\r\n'.repeat(n / 8)}  - 2\r\n`, 'yaml', reordering),
    );
    await assertLinearFrom(COUNTED, (n) => reorderItems(commented(n), 'yaml', reordering));
  });

  it('with a text that ends with many line breaks', () =>
    assertLinearFrom(COUNTED, (n) =>
      applyEdits(`a: |+\n  x\n${'\n'.repeat(n)}`, 'yaml', [{ pointer: '/a', from: 0, to: 1, text: 'y' }]),
    ));
});

describe('a text of 16 MiB', () => {
  it('is printed as YAML, also without spaces', () => {
    for (const text of [
      long(DOCUMENT_LIMITS.bytes),
      `${long(DOCUMENT_LIMITS.bytes)}\nx`,
      `x${'a:b'.repeat(5_000_000)}`,
    ])
      assert.ok(printYaml([text]).length > text.length);
  });

  it('is parsed in each format, as one string, one comment, spaces and escapes', async () => {
    const size = DOCUMENT_LIMITS.bytes - 100;
    const texts: readonly (readonly [Format, string])[] = [
      ['json', `"${long(size)}"`],
      ['json', `"${'\\n'.repeat(size / 2)}"`],
      ['yaml', long(size)],
      ['yaml', `'${long(size)}'`],
      ['yaml', `|\n ${long(size)}`],
      ['yaml', `"${'\\n'.repeat(size / 2)}"`],
      ['yaml', `#${long(size)}\na`],
      ['toml', `a='${long(size)}'`],
      ['toml', `a="${long(size)}"`],
      ['toml', `a='''${'\n'.repeat(size)}'''`],
      ['toml', `a="${'\\n'.repeat(size / 2)}"`],
      ['toml', `#${long(size)}`],
      ['toml', `${long(size)}=1`],
      ['toml', `a=${' '.repeat(size)}1`],
    ];
    for (const [format, text] of texts) {
      const { value } = await decode(text, format, DOCUMENT_LIMITS);
      assert.ok(value !== undefined, format);
    }
  });
});
