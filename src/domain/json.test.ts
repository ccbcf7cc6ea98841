import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  canonicalNumber,
  isObject,
  type Json,
  numberFromText,
  numberText,
  parseTrustedJson,
  printJson,
  sameJson,
  textOf,
} from './json.ts';

const SPELLINGS = [
  '1.0',
  '1e3',
  '-0',
  '0.10',
  '12345678901234567890',
  '1E+2',
  '100',
  '1e-400',
  '123456789.000000000000000001',
];

describe('a number', () => {
  it('keeps its notation', () => {
    for (const text of SPELLINGS) {
      assert.equal(numberText(numberFromText(text)), text);
      assert.equal(printJson(parseTrustedJson(`{"a":[${text}]}`)), `{"a":[${text}]}`);
    }
  });

  it('keeps its notation, at any position and of any length', () => {
    const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
    const whole = digits(22).map((text) => text.replace(/^0+(?=.)/, ''));
    const spelling = fc
      .tuple(
        fc.constantFrom('', '-'),
        whole,
        fc.option(digits(22)),
        fc.option(fc.integer({ min: -30, max: 30 })),
      )
      .map(([sign, before, after, power]) => {
        const fraction = after === null ? '' : `.${after}`;
        return `${sign}${before}${fraction}${power === null ? '' : `e${power}`}`;
      });
    const around = fc.constantFrom<[string, string]>(
      ['', ''],
      ['[', ']'],
      ['[1, ', ']'],
      ['{"a":', ',"b":"2026-10-05"}'],
      ['{"a":\n', '\n}'],
    );
    fc.assert(
      fc.property(spelling, around, (text, [before, after]) => {
        const written = `${before}${text}${after}`;
        assert.equal(printJson(parseTrustedJson(written)), written.replace(/\s/g, ''));
      }),
      {
        numRuns: 2000,
        examples: [
          ['0.0000001', ['', '']],
          ['9007199254740993', ['', '']],
        ],
      },
    );
  });

  it('is compared exactly by value', () => {
    const same = (a: string, b: string) => sameJson(numberFromText(a), numberFromText(b));
    assert.ok(same('1.0', '1') && same('1e3', '1000') && same('0.10', '0.1') && same('-0', '0'));
    assert.ok(!same('9007199254740993', '9007199254740992'));
    assert.ok(!same('0.1', '0.10000000000000000001'));
    assert.ok(!same('1', '-1'));
  });

  it('has one canonical spelling', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(20), (digits, zeros) => {
        assert.equal(canonicalNumber(`${digits}.${'0'.repeat(zeros)}0`), canonicalNumber(`${digits}`));
        assert.equal(canonicalNumber(`${digits}e${zeros}`), canonicalNumber(`${digits}${'0'.repeat(zeros)}`));
      }),
    );
  });

  it('is neither an object nor a string', () => {
    assert.ok(!isObject(numberFromText('1.0')));
    assert.ok(!sameJson(numberFromText('1.0'), '1.0'));
    assert.throws(() => numberFromText('01'), RangeError);
  });
});

describe('equality', () => {
  it('ignores the order of fields and respects the order of elements', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = parseTrustedJson(JSON.stringify(value));
        assert.ok(sameJson(copy, parseTrustedJson(JSON.stringify(value))));
        assert.ok(!sameJson(copy, [copy]));
      }),
    );
    assert.ok(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 }));
    assert.ok(!sameJson([1, 2], [2, 1]));
    const missing: Json = {};
    assert.ok(!sameJson({ a: null }, missing) && !sameJson({ constructor: 1 }, missing));
  });
});

describe('a value as text', () => {
  it('can be printed from any value, with any field names', () => {
    assert.equal(textOf(numberFromText('1e400')), '1e400');
    assert.equal(
      textOf({ toString: null, valueOf: 1, toJSON: 2 }),
      '{"toString":null,"valueOf":1,"toJSON":2}',
    );
    assert.deepEqual([textOf('a'), textOf(undefined), textOf(null), textOf([1])], ['a', '', 'null', '[1]']);
  });
});
