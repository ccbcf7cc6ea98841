import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, printJson, sameJson, type Json } from '../domain/json.ts';
import { OBJECT_LIMITS } from './decoded.ts';
import { TextFault } from './fault.ts';
import { locator, positionsIn } from './place.ts';
import { readToml } from './toml-text.ts';

function faultOf(text: string): TextFault {
  try {
    readToml(text, OBJECT_LIMITS);
  } catch (error) {
    assert.ok(error instanceof TextFault, String(error));
    return error;
  }
  return assert.fail(`read: ${text}`);
}

/** Text, code, line, column, pointer, and a pattern of the message. */
const MISTAKES: readonly [string, string, number, number, string, RegExp][] = [
  ['a = ', 'malformed_toml', 1, 5, '/a', /value is missing/],
  ['a = foo', 'malformed_toml', 1, 5, '/a', /must be quoted/],
  ['a = True', 'malformed_toml', 1, 5, '/a', /written true/],
  ['a = null', 'malformed_toml', 1, 5, '/a', /no null/],
  ['a 1', 'malformed_toml', 1, 3, '/a', /= is missing/],
  ['a = 1 b = 2', 'malformed_toml', 1, 7, '', /Unexpected text after the value/],
  ['= 1', 'malformed_toml', 1, 1, '', /key is missing/],
  ['a. = 1', 'malformed_toml', 1, 4, '', /key is missing/],
  ['a: 1', 'malformed_toml', 1, 2, '/a', /= is missing/],
  ['[a', 'malformed_toml', 1, 3, '', /closing \]/],
  ['[[a]', 'malformed_toml', 1, 4, '', /closing \]\]/],
  ['a = [1 2]', 'malformed_toml', 1, 8, '/a', /comma is missing/],
  ['a = [1,', 'malformed_toml', 1, 8, '/a/1', /value is missing/],
  ['a = [1', 'malformed_toml', 1, 5, '/a', /closing \] for this \[/],
  ['a = {b = 1', 'malformed_toml', 1, 5, '/a', /closing } for this {/],
  ['a = "x', 'malformed_toml', 1, 5, '/a', /closing " is missing/],
  ['a = "x\ny"', 'malformed_toml', 1, 7, '/a', /Unterminated string/],
  ['a = "\\q"', 'malformed_toml', 1, 6, '/a', /Unknown TOML escape/],
  ['a = "\\ud800"', 'malformed_toml', 1, 6, '/a', /Invalid Unicode escape/],
  ['a = """x""""""', 'malformed_toml', 1, 14, '/a', /more than five/],
  ["a = '\x01'", 'malformed_toml', 1, 6, '/a', /control character/],
  ['a = 1 # \x00', 'malformed_toml', 1, 9, '', /Control character in a comment/],
  ['a = 01', 'malformed_toml', 1, 5, '/a', /01 is not a number/],
  ['a = 1__0', 'malformed_toml', 1, 5, '/a', /1__0 is not a number/],
  ['a = 1.', 'malformed_toml', 1, 5, '/a', /1\. is not a number/],
  ['a = -0x1', 'malformed_toml', 1, 5, '/a', /-0x1 is not a number/],
  ['a = 1\n[b]\na = 2\na = 3', 'duplicate_key', 4, 1, '/b/a', /Duplicate key "b.a"/],
  ['[a]\n[b]\n[a]', 'duplicate_key', 3, 2, '/a', /Duplicate key "a"/],
  ['a = {b = 1}\n[a.c]', 'duplicate_key', 2, 2, '/a', /Duplicate key "a"/],
  ['a = [1]\n[[a]]', 'duplicate_key', 2, 3, '/a', /Duplicate key/],
  ['a.b = 1\n[a]', 'duplicate_key', 2, 2, '/a', /Duplicate key/],
  ['[a.b]\n[a]\nb.c = 1', 'duplicate_key', 3, 1, '/a/b', /Duplicate key/],
  ['[x]\n"__proto__" = 1', 'prototype_key', 2, 1, '/x/__proto__', /__proto__/],
  ['[a.__proto__]', 'prototype_key', 1, 4, '/a/__proto__', /__proto__/],
  ['__proto__.x = 1', 'prototype_key', 1, 1, '/__proto__', /__proto__/],
  [
    'a = 2024-01-01T10:00:00Z',
    'no_json_form',
    1,
    5,
    '/a',
    /^Datadog takes JSON, which has no dates or times such as 2024-01-01T10:00:00Z/,
  ],
  ['a = [07:30:00]', 'no_json_form', 1, 6, '/a/0', /07:30:00/],
  ['a = -inf', 'no_json_form', 1, 5, '/a', /-inf/],
  ['a = nan', 'no_json_form', 1, 5, '/a', /nan/],
  [`a = 0x${'f'.repeat(1000)}`, 'number_too_long', 1, 5, '/a', /1000 characters/],
];

const TEXT = `title = "CPU" # x
[monitor]
options.thresholds = { critical = 1.0, "w a" = [ 2,
  3 ] }
[[monitor.list]]
a = '''
x'''
[[monitor.list]]
[monitor.list.deep]
b = true
`;
const PLACES: readonly [string, number, number][] = [
  ['/title', 1, 9],
  ['/monitor', 2, 1],
  ['/monitor/options', 3, 1],
  ['/monitor/options/thresholds', 3, 22],
  ['/monitor/options/thresholds/critical', 3, 35],
  ['/monitor/options/thresholds/w a/1', 4, 3],
  ['/monitor/list', 5, 1],
  ['/monitor/list/0/a', 6, 5],
  ['/monitor/list/1', 8, 1],
  ['/monitor/list/1/deep', 9, 1],
  ['/monitor/list/1/deep/b', 10, 5],
  ['/monitor/list/1/none', 8, 1],
  ['/none', 1, 1],
];

describe('reading TOML', () => {
  for (const [text, code, line, column, pointer, words] of MISTAKES) {
    it(`reports the fault in ${JSON.stringify(text.slice(0, 40))}, with its position`, () => {
      const fault = faultOf(text);
      assert.deepEqual(
        { code: fault.code, pointer: fault.pointer, ...positionsIn(text)(fault.offset) },
        { code, pointer, line, column },
        fault.message,
      );
      assert.match(fault.message, words);
    });
  }

  it('converts numbers to their exact JSON spelling', () => {
    const text =
      'a = [1, +1, -1, 1_000, 0xFF, 0o17, 0b101, 9223372036854775807, 1.0, +1.50, 1e3, 6.6E-3_4, -0]';
    const numbers = '[1,1,-1,1000,255,15,5,9223372036854775807,1.0,1.50,1e3,6.6E-34,-0]';
    assert.equal(printJson(readToml(text, OBJECT_LIMITS).value), `{"a":${numbers}}`);
  });

  it('parses every string style', () => {
    const text =
      'a = "\\t\\u00e9\\U0001F600\\x41\\e"\nb = \'C:\\x\'\nc = """\nx \\\n   y ""z"""""\nd = \'\'\'it\'s\'\'\'\r\ne = """a\r\nb"""';
    assert.deepEqual(
      { ...obj(readToml(text, OBJECT_LIMITS).value) },
      {
        a: '\té😀A\x1b',
        b: 'C:\\x',
        c: 'x y ""z""',
        d: "it's",
        e: 'a\nb',
      },
    );
  });

  it('parses tables, arrays of tables and dotted keys', () => {
    const text =
      '[a.b.c]\nx=1\n[a]\ny.z=2\ny.w=3\n[a.y.v]\n[[l]]\n[[l.m]]\nn=1\n[[l.m]]\n[l.o]\n[[l]]\n"q.r"=1\n3.4=5\n';
    const json: Json = {
      a: { b: { c: { x: 1 } }, y: { z: 2, w: 3, v: {} } },
      l: [
        { m: [{ n: 1 }, {}], o: {} },
        { 'q.r': 1, 3: { 4: 5 } },
      ],
    };
    assert.ok(sameJson(readToml(text, OBJECT_LIMITS).value, json));
  });

  it('locates values', () => {
    const span = locator(TEXT, 'toml', readToml(TEXT, OBJECT_LIMITS));
    const locate = (pointer: string) => span(pointer).start;
    assert.deepEqual(
      PLACES.map(([pointer]) => [pointer, locate(pointer).line, locate(pointer).column]),
      PLACES,
    );
  });

  it('accepts nesting up to the limit', () => {
    assert.ok(readToml(`a = ${'['.repeat(99)}${']'.repeat(99)}`, OBJECT_LIMITS));
    assert.equal(faultOf(`a = ${'['.repeat(100)}`).code, 'too_deep');
    assert.equal(faultOf(`[[${'a.'.repeat(99)}a]]`).code, 'too_deep');
    assert.equal(faultOf(`${'a.'.repeat(100)}a = 1`).code, 'too_deep');
  });
});

function obj(value: Json): Record<string, Json> {
  assert.ok(isObject(value));
  return value;
}
