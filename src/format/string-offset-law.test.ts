import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decode } from './decode.ts';
import { DOCUMENT_LIMITS, type Format } from './decoded.ts';
import { StringOffsets } from './text-offset.ts';

/** A piece of the source of a string, and its value. The positions of a string are those of its pieces. */
interface Piece {
  readonly source: string;
  /** Each character starts at the start of the piece, unless `at` has its offset. */
  readonly value: string;
  readonly at?: readonly number[];
}

interface Written {
  readonly before: string;
  readonly pieces: readonly Piece[];
  readonly after: string;
}

const SEEDS = { numRuns: 1000 };

const raw = (char: string): Piece => ({ source: char, value: char, at: [...char.split('').keys()] });
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const escaped = (source: string, value: string): Piece => ({ source: `\\${source}`, value });
const anyOf = (...pieces: Piece[]) => fc.constantFrom(...pieces);
const blanks = fc.stringMatching(/^[ \t]{1,3}$/);
const someBlanks = fc.stringMatching(/^[ \t]{0,2}$/);
const mix = (...pieces: fc.Arbitrary<Piece>[]) => fc.array(fc.oneof(...pieces), { maxLength: 12 });

const LETTERS = anyOf(...['a', 'b', 'é', '😀', '{', '}', '>', '.', '0', '@', '-'].map(raw));
const codeUnits = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0xffff }));
const byU4 = codeUnits.map((code) => escaped(`u${hex(code, 4)}`, String.fromCharCode(code)));
const byX2 = fc
  .integer({ min: 0, max: 0xff })
  .map((code) => escaped(`x${hex(code, 2)}`, String.fromCharCode(code)));
const byU8 = fc
  .oneof(codeUnits, fc.integer({ min: 0x10000, max: 0x10ffff }))
  .map((code) => escaped(`U${hex(code, 8)}`, String.fromCodePoint(code)));
const loneSurrogates = fc
  .integer({ min: 0xd800, max: 0xdfff })
  .map((code) => escaped(`u${hex(code, 4)}`, String.fromCharCode(code)));

const JSON_ESCAPES = anyOf(
  ...['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map(([kind = '', value = '']) =>
    escaped(kind, value),
  ),
);
const YAML_ESCAPES = anyOf(
  ...[
    '0\0',
    'a\x07',
    'b\b',
    't\t',
    '\t\t',
    'n\n',
    'v\v',
    'f\f',
    'r\r',
    'e\x1b',
    '  ',
    '""',
    '//',
    '\\\\',
    'N\x85',
    '_\xa0',
    'L\u2028',
    'P\u2029',
  ].map(([kind = '', value = '']) => escaped(kind, value)),
);
const TOML_ESCAPES = anyOf(
  ...['b\b', 't\t', 'n\n', 'f\f', 'r\r', 'e\x1b', '""', '\\\\'].map(([kind = '', value = '']) =>
    escaped(kind, value),
  ),
);

const jsonStrings = mix(LETTERS, anyOf(raw(' '), raw("'")), JSON_ESCAPES, byU4, loneSurrogates).map(
  (pieces): Written => ({ before: '{"a":\n "', pieces, after: '"}' }),
);

/** A fold: white space, line breaks with white space between them, and the indentation of the next line. */
function fold(newline: string): fc.Arbitrary<Piece> {
  return fc
    .tuple(someBlanks, fc.array(someBlanks, { maxLength: 3 }), someBlanks)
    .map(([before, empty, after]): Piece => {
      let source = before + newline;
      const at = [0];
      for (const [index, line] of empty.entries()) {
        source += line;
        if (index > 0) at.push(source.length);
        source += newline;
      }
      return { source: `${source} ${after}`, value: '\n'.repeat(empty.length) || ' ', at };
    });
}

/** Words with white space, folds or nothing between them. */
function words(word: fc.Arbitrary<Piece>, ...between: fc.Arbitrary<Piece[]>[]): fc.Arbitrary<Piece[]> {
  return fc
    .array(fc.tuple(word, fc.oneof(fc.constant<Piece[]>([]), ...between)), { maxLength: 8 })
    .chain((pairs) => word.map((last) => [...pairs.flatMap(([each, gap]) => [each, ...gap]), last]));
}

const rawBlanks = blanks.map(raw);
const newlines = (...of: string[]) => fc.constantFrom(...of);

const plainStrings = newlines('\n', '\r\n', '\r').chain((newline) =>
  words(
    fc
      .constantFrom('a', 'é', '😀', 'b\\ c', 'd\\n', 'e"f', "g'h", 'i:j', 'k#l', '\\'.repeat(3))
      .map((text) => raw(text)),
    rawBlanks.map((piece) => [piece]),
    fold(newline).map((piece) => [piece]),
  ).map(
    (pieces): Written => ({
      before: 'a: ',
      pieces: [raw('x'), ...pieces],
      after: `${newline}b: 1${newline}`,
    }),
  ),
);

const singleStrings = newlines('\n', '\r\n', '\r').chain((newline) =>
  words(
    fc.oneof(LETTERS, anyOf({ source: "''", value: "'" }, raw('\\'), raw('"'))),
    rawBlanks.map((piece) => [piece]),
    fold(newline).map((piece) => [piece]),
  ).map((pieces): Written => ({ before: "a: '", pieces, after: `'${newline}` })),
);

const doubleStrings = newlines('\n', '\r\n', '\r').chain((newline) => {
  const continuation = fc.array(someBlanks, { maxLength: 2 }).map(
    (empty): Piece => ({
      source: `\\${[newline, ...empty.map((line) => line + newline)].join('')} `,
      value: '',
    }),
  );
  return words(
    fc.oneof(LETTERS, anyOf(raw("'"), raw('#')), YAML_ESCAPES, byX2, byU4, byU8),
    rawBlanks.map((piece) => [piece]),
    fold(newline).map((piece) => [piece]),
    continuation.map((piece) => [piece]),
    fc.tuple(rawBlanks, continuation).map((pair) => pair),
  ).map((pieces): Written => ({ before: 'a: "', pieces, after: `"${newline}` }));
});

const tomlBasic = mix(LETTERS, anyOf(raw(' '), raw('\t'), raw("'")), TOML_ESCAPES, byX2, byU4, byU8).map(
  (pieces): Written => ({ before: 'a = "', pieces, after: '"\n' }),
);
const tomlLiteral = mix(LETTERS, anyOf(raw(' '), raw('\\'), raw('"'))).map(
  (pieces): Written => ({ before: "a = '", pieces, after: "'\n" }),
);
const tomlLines = fc.tuple(newlines('\n', '\r\n'), fc.boolean()).chain(([newline, opens]) => {
  const lineBreak = anyOf({ source: newline, value: '\n' });
  const continuation = fc
    .tuple(someBlanks, fc.array(someBlanks, { maxLength: 2 }), someBlanks)
    .map(([before, empty, after]): Piece[] => [
      { source: `\\${before}${newline}${empty.map((line) => line + newline).join('')}${after}`, value: '' },
      raw('x'),
    ]);
  const piece = fc.oneof(LETTERS, anyOf(raw(' '), raw("'''")), TOML_ESCAPES, lineBreak, byX2, byU4, byU8);
  const quotes = anyOf(raw('"'), raw('""')).map((each) => [each, raw('x')]);
  return fc
    .array(
      fc.oneof(
        piece.map((each) => [each]),
        continuation,
        quotes,
      ),
      { maxLength: 12 },
    )
    .map(
      (pieces): Written => ({
        before: `a = """${opens ? newline : ''}`,
        pieces: [...(opens ? [] : [raw('y')]), ...pieces.flat()],
        after: `"""${newline}`,
      }),
    );
});
const tomlLiteralLines = newlines('\n', '\r\n').chain((newline) =>
  mix(LETTERS, anyOf(raw(' '), raw('\\'), raw('"""'), { source: newline, value: '\n' })).map(
    (pieces): Written => ({ before: `a = '''${newline}`, pieces, after: `'''${newline}` }),
  ),
);

type Line = { readonly text: string; readonly kind: 'text' | 'spaced' | 'empty' };

/** A block scalar, its pieces by the rules of YAML 1.2 chapter 8.1. */
function block(sign: '|' | '>'): fc.Arbitrary<Written> {
  const line = (indent: number): fc.Arbitrary<Line> =>
    fc.oneof(
      fc
        .constantFrom('b', 'c d', 'é # f', '😀"', 'g\\ h ', "i'")
        .map((text): Line => ({ text, kind: 'text' })),
      fc.constantFrom(' j', '\tk', '  ', '   l m', '\t').map((text): Line => ({ text, kind: 'spaced' })),
      fc.nat(indent).map((width): Line => ({ text: ' '.repeat(width), kind: 'empty' })),
    );
  return fc
    .record({
      indent: fc.integer({ min: 1, max: 4 }),
      chomping: fc.constantFrom('', '-', '+'),
      newline: newlines('\n', '\r\n', '\r'),
      explicit: fc.boolean(),
      comment: fc.constantFrom('', ' # said', '  '),
      next: fc.boolean(),
    })
    .chain((shape) => fc.array(line(shape.indent), { maxLength: 7 }).map((lines) => ({ ...shape, lines })))
    .map(({ indent, chomping, newline, explicit, comment, next, lines }): Written => {
      const first = lines.find(({ kind }) => kind !== 'empty');
      const width = explicit || first?.kind === 'spaced' ? String(indent) : '';
      const pieces = blockPieces(lines, sign === '>', ' '.repeat(indent), newline);
      let length = pieces.length;
      while (pieces[length - 1]?.value === '\n') length--;
      const kept = chomping === '+' ? pieces.length : chomping === '-' ? length : length > 0 ? length + 1 : 0;
      return {
        before: `a: ${sign}${width}${chomping}${comment}${newline}`,
        pieces: pieces.map((piece, index) => (index < kept ? piece : { ...piece, value: '' })),
        after: next ? `z: 1${newline}` : '',
      };
    });
}

function blockPieces(lines: readonly Line[], folds: boolean, indent: string, newline: string): Piece[] {
  const pieces: Piece[] = [];
  let open = false;
  for (const [index, { text, kind }] of lines.entries()) {
    if (kind === 'empty') {
      if (open) {
        // The first break of a fold and that of the first empty line are one line break of the value.
        const last = pieces.pop();
        pieces.push({ source: `${last?.source ?? ''}${text}${newline}`, value: '\n' });
        open = false;
      } else pieces.push({ source: `${text}${newline}`, value: '\n', at: [text.length] });
      continue;
    }
    pieces.push({ source: indent, value: '' }, ...text.split('').map(raw));
    const following = lines.slice(index + 1);
    const next = following.findIndex((each) => each.kind !== 'empty');
    const joins = folds && kind === 'text' && next >= 0 && following[next]?.kind === 'text';
    pieces.push({ source: newline, value: joins && next === 0 ? ' ' : '\n' });
    open = joins && next > 0;
  }
  return pieces;
}

/** Asserts the value and the position of each character against the pieces. */
async function assertPlaces(format: Format, { before, pieces, after }: Written): Promise<void> {
  const text = before + pieces.map(({ source }) => source).join('') + after;
  const value = pieces.map((piece) => piece.value).join('');
  const decoded = await decode(text, format, DOCUMENT_LIMITS);
  assert.deepEqual(decoded.value, { ...Object(decoded.value), a: value }, JSON.stringify(text));
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const starts = lines.map((_, index) => lines.slice(0, index).join('').length);
  const offsetOf = ({ line, column }: { line: number; column: number }) =>
    (starts[line - 1] ?? 0) + column - 1;
  let [from, read] = [before.length, 0];
  let previous = -1;
  for (const piece of pieces) {
    for (let index = 0; index < piece.value.length; index++) {
      const found = offsetOf(decoded.locate('/a', read + index));
      assert.equal(
        found,
        from + (piece.at?.[index] ?? 0),
        `character ${read + index} of ${JSON.stringify(text)}`,
      );
      assert.ok(found >= previous, 'positions do not decrease');
      previous = found;
    }
    from += piece.source.length;
    read += piece.value.length;
  }
}

const STYLES: readonly (readonly [name: string, format: Format, strings: fc.Arbitrary<Written>])[] = [
  ['a JSON string', 'json', jsonStrings],
  ['a plain scalar of YAML', 'yaml', plainStrings],
  ['a single-quoted scalar of YAML', 'yaml', singleStrings],
  ['a double-quoted scalar of YAML', 'yaml', doubleStrings],
  ['a literal block of YAML', 'yaml', block('|')],
  ['a folded block of YAML', 'yaml', block('>')],
  ['a basic string of TOML', 'toml', tomlBasic],
  ['a literal string of TOML', 'toml', tomlLiteral],
  ['a multi-line basic string of TOML', 'toml', tomlLines],
  ['a multi-line literal string of TOML', 'toml', tomlLiteralLines],
];

describe('the position of every character', () => {
  for (const [name, format, strings] of STYLES) {
    it(`is exact in ${name}, with every escape, at every offset`, async () => {
      await fc.assert(
        fc.asyncProperty(strings, (written) => assertPlaces(format, written)),
        SEEDS,
      );
    });
  }

  it('is found or is the start of the string, in bounded time, for any source, start and value', () => {
    const piece = fc.constantFrom(...'\\"\'|>#*uUx0- \t\r\nab', '"""', "'''", '\r\n', '\\ ', '\n\n');
    const texts = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    const formats = fc.constantFrom<Format>('json', 'yaml', 'toml');
    fc.assert(
      fc.property(formats, texts, fc.nat(40), texts, fc.nat(40), (format, source, start, value, at) => {
        const offset = new StringOffsets({ source, format, start, value }).inSource(at);
        assert.ok(offset === start || (offset >= start && offset <= source.length + 10));
      }),
      { numRuns: 20_000 },
    );
  });
});
