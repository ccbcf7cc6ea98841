import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { isRawNumber, printJson } from '../domain/json.ts';
import { OBJECT_LIMITS } from './decoded.ts';
import { TextFault } from './fault.ts';
import { readJson } from './json-text.ts';
import { locator, positionsIn } from './place.ts';

function faultOf(text: string): TextFault {
  try {
    readJson(text, OBJECT_LIMITS);
  } catch (error) {
    assert.ok(error instanceof TextFault);
    return error;
  }
  return assert.fail(`read: ${text}`);
}

/** Text, code, line, column, pointer, and a pattern of the message. */
const MISTAKES: readonly [string, string, number, number, string, RegExp][] = [
  ['', 'malformed_json', 1, 1, '', /text ends here/],
  ['{"a": 1 "b": 2}', 'malformed_json', 1, 9, '/a', /comma is missing between two fields/],
  ['[1 2]', 'malformed_json', 1, 4, '/0', /comma is missing between two elements/],
  ['{"a": 1,}', 'malformed_json', 1, 8, '/a', /Unexpected comma before the closing }/],
  ['[1,\n]', 'malformed_json', 1, 3, '/0', /Unexpected comma before the closing \]/],
  ['{"a" 1}', 'malformed_json', 1, 6, '/a', /colon is missing/],
  ['{a: 1}', 'malformed_json', 1, 2, '', /field name must be in double quotes/],
  ['{"a": \'x\'}', 'malformed_json', 1, 7, '/a', /string must be in double quotes/],
  ['{"a": }', 'malformed_json', 1, 7, '/a', /value is missing before }/],
  ['{"a": [1, 2}', 'malformed_json', 1, 12, '/a/1', /} cannot close a list/],
  ['{"m": {"a": 1}', 'malformed_json', 1, 15, '/m', /object opened at line 1, column 1/],
  ['{"a": True}', 'malformed_json', 1, 7, '/a', /True must be written true/],
  ['{"a": None}', 'malformed_json', 1, 7, '/a', /write null/],
  ['{"a": NaN}', 'malformed_json', 1, 7, '/a', /does not support this number/],
  ['{"a": 01}', 'malformed_json', 1, 7, '/a', /cannot begin with 0/],
  ['{"a": 1.}', 'malformed_json', 1, 7, '/a', /after the point/],
  ['{"a": .5}', 'malformed_json', 1, 7, '/a', /before the point/],
  ['{"a": +1}', 'malformed_json', 1, 7, '/a', /cannot begin with \+/],
  ['{"a": 1e}', 'malformed_json', 1, 7, '/a', /exponent/],
  ['{"a": 1}\n// x', 'malformed_json', 2, 1, '', /Unexpected text after the end/],
  ['{ // x\n"a": 1}', 'malformed_json', 1, 3, '', /does not support comments/],
  ['{"a": "x\n"}', 'malformed_json', 1, 7, '/a', /Unterminated string on this line/],
  ['{"a": "x', 'malformed_json', 1, 7, '/a', /closing " is missing/],
  ['{"a": "x\ty"}', 'malformed_json', 1, 9, '/a', /Unescaped tab/],
  ['{"a": "\\x"}', 'malformed_json', 1, 8, '/a', /not a valid JSON escape/],
  ['{"a": "\\u12g4"}', 'malformed_json', 1, 8, '/a', /four hexadecimal digits/],
  ['\0', 'malformed_json', 1, 1, '', /control character \(\\u0000\)/],
  ['{"a": 1,\n "a": 2}', 'duplicate_key', 2, 2, '/a', /Duplicate field "a"/],
  ['[{"b": {"__proto__": 1}}]', 'prototype_key', 1, 9, '/0/b/__proto__', /__proto__/],
  ['{"\\u005f_proto__": 1}', 'prototype_key', 1, 2, '/__proto__', /__proto__/],
  [`${'['.repeat(101)}`, 'too_deep', 1, 101, `${'/0'.repeat(100)}`, /deeper than 100 levels/],
  [`{"a": ${'1'.repeat(1001)}}`, 'number_too_long', 1, 7, '/a', /1000 characters/],
];

describe('reading JSON', () => {
  for (const [text, code, line, column, pointer, words] of MISTAKES) {
    it(`reports the fault in ${JSON.stringify(text.slice(0, 40))}, with its position`, () => {
      const fault = faultOf(text);
      assert.deepEqual(
        { code: fault.code, pointer: fault.pointer, ...positionsIn(text)(fault.offset) },
        {
          code,
          pointer,
          line,
          column,
        },
      );
      assert.match(fault.message, words);
    });
  }

  it('accepts exactly what JSON.parse accepts', () => {
    const alphabet = fc.constantFrom(...'{}[]",:0123456789.-+eE \n\t\\utrfalsn"');
    const texts = fc.oneof(
      fc.string({ unit: alphabet, maxLength: 12 }),
      fc
        .json({ maxDepth: 2 })
        .chain((json) =>
          fc
            .tuple(fc.nat(json.length), alphabet, fc.boolean())
            .map(([at, char, replace]) => json.slice(0, at) + char + json.slice(replace ? at + 1 : at)),
        ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          assert.throws(() => readJson(text, OBJECT_LIMITS), TextFault);
          return;
        }
        try {
          assert.deepEqual(JSON.parse(printJson(readJson(text, OBJECT_LIMITS).value)), expected);
        } catch (error) {
          assert.ok(
            error instanceof TextFault && /duplicate_key|prototype_key/.test(error.code),
            String(error),
          );
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a JSON value', () => {
  it('keeps the spelling of numbers that a double would change', () => {
    const text = '[0,-0,1,-7,1.0,1.5,1e3,9007199254740993,123456789012345,1234567890123456789,0.10]';
    const { value } = readJson(text, OBJECT_LIMITS);
    assert.equal(printJson(value), text);
    assert.deepEqual(Array.isArray(value) && value.map(isRawNumber), [
      false,
      true,
      false,
      false,
      true,
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('keeps lone surrogates in escapes, and names that objects inherit', () => {
    assert.equal(readJson('"\\ud800x"', OBJECT_LIMITS).value, '\ud800x');
    const { value } = readJson('{"constructor": 1, "prototype": 2, "toString": 3}', OBJECT_LIMITS);
    assert.equal(printJson(value), '{"constructor":1,"prototype":2,"toString":3}');
  });

  it('accepts nesting up to the limit', () => {
    assert.ok(readJson(`${'['.repeat(100)}${']'.repeat(100)}`, OBJECT_LIMITS));
    assert.ok(readJson(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, OBJECT_LIMITS));
  });

  it('locates the nearest parent of a missing value', () => {
    const text = '{"a": {\n "b~/": [1, "x"]}}';
    const span = locator(text, 'json', readJson(text, OBJECT_LIMITS));
    const locate = (pointer: string) => span(pointer).start;
    assert.deepEqual(locate('/a/b~0~1/1'), { line: 2, column: 13 });
    assert.deepEqual(locate('/a/b~0~1/7/x'), { line: 2, column: 9 });
    assert.deepEqual(locate('/a/none'), { line: 1, column: 7 });
    assert.deepEqual(locate(''), { line: 1, column: 1 });
  });
});
