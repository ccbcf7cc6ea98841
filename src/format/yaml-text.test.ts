import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printJson } from '../domain/json.ts';
import { OBJECT_LIMITS } from './decoded.ts';
import { TextFault } from './fault.ts';
import { locator, positionsIn } from './place.ts';
import { readYaml } from './yaml-text.ts';

async function faultOf(text: string): Promise<TextFault> {
  const error = await readYaml(text, OBJECT_LIMITS).then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof TextFault, `${text.slice(0, 60)}: ${String(error)}`);
  return error;
}

/** Text, code, line, column, pointer, and a pattern of the message. */
const MISTAKES: readonly [string, string, number, number, string, RegExp][] = [
  ['a: foo: bar', 'malformed_yaml', 1, 7, '', /Second ": "/],
  ['notify:\n  - @slack-ops', 'malformed_yaml', 2, 5, '', /cannot begin with @/],
  ['message: {{host.name}} is down', 'malformed_yaml', 1, 24, '', /after the closing }/],
  ['message: "x" y', 'malformed_yaml', 1, 14, '', /after the closing "/],
  ['message: {{host.name}}', 'malformed_yaml', 1, 11, '/message', /must be a string/],
  ['a: 1\n  b: 2', 'malformed_yaml', 2, 4, '', /Second|indentation/],
  ['a:\n\tb: 1', 'malformed_yaml', 2, 1, '', /tab/i],
  ['a: "x', 'malformed_yaml', 1, 6, '', /closing " is missing/],
  ["a: 'x", 'malformed_yaml', 1, 6, '', /closing ' is missing/],
  ['a: [1, 2', 'malformed_yaml', 1, 9, '', /closing \] or }/],
  ['a: [1 2, [3] 4]', 'malformed_yaml', 1, 14, '', /comma is missing|after the closing/],
  ['a: "\\q"', 'malformed_yaml', 1, 6, '', /Unknown YAML escape/],
  ['a: "\\UFFFFFFFF"', 'malformed_yaml', 1, 5, '/a', /Invalid Unicode escape/],
  ['a: *b', 'malformed_yaml', 1, 4, '/a', /no anchor &b/],
  ['a: &a [*a]', 'no_json_form', 1, 8, '/a/0', /refers to a value that contains it/],
  ['a: &x y\n*x : 1', 'malformed_yaml', 2, 1, '', /cannot be an alias/],
  ['a: 1\nb: x\0y', 'malformed_yaml', 2, 5, '', /NUL/],
  ['a: !!int x', 'malformed_yaml', 1, 10, '/a', /not valid for its tag !!int/],
  ['a: !!map [1]', 'malformed_yaml', 1, 4, '/a', /not valid for its tag !!map/],
  [': 1', 'malformed_yaml', 1, 1, '', /name is missing/],
  ['a: !secret x', 'unknown_tag', 1, 4, '/a', /!secret/],
  ['a: !!binary aGk=', 'unknown_tag', 1, 4, '/a', /!!binary/],
  ['%TAG !! tag:example.com,2000:\n---\na: 1', 'unknown_tag', 1, 1, '', /%TAG/],
  ['a: .inf', 'no_json_form', 1, 4, '/a', /\.inf/],
  ['a:\n  - -.INF', 'no_json_form', 2, 5, '/a/0', /-\.INF/],
  ['a: .nan', 'no_json_form', 1, 4, '/a', /\.nan/],
  ['d: &d {x: 1}\na:\n  <<: *d', 'merge_key', 3, 3, '/a/<<', /Merge keys \(<<\)/],
  ['a: {x: 1, "x": 2}', 'duplicate_key', 1, 11, '/a/x', /Duplicate field "x"/],
  ['a:\n  __proto__: 1', 'prototype_key', 2, 3, '/a/__proto__', /__proto__/],
  ['a: 1\n---\nb: 2', 'several_documents', 2, 1, '', /more than one document/],
  ['a: 1\n...\n---\nb: 2', 'several_documents', 2, 1, '', /more than one document/],
  ['a: |\n  --- x\n--- # y\n', 'several_documents', 3, 1, '', /more than one document/],
  [`a: ${'9'.repeat(1001)}`, 'number_too_long', 1, 4, '/a', /1000 characters/],
];

/** Texts and their values as JSON. */
const VALUES: readonly [string, string][] = [
  ['', 'null'],
  ['# nothing\n', 'null'],
  ['---\n', 'null'],
  ['[~, null, Null, NULL, nULL]', '[null,null,null,null,"nULL"]'],
  ['[true, True, TRUE, false, yes, no, on, off, y]', '[true,true,true,false,"yes","no","on","off","y"]'],
  ['[1, +1, -1, 007, -0, 0o17, 0xFF, 0b1, 1_000]', '[1,1,-1,7,-0,15,255,"0b1","1_000"]'],
  ['[1.0, 1., .5, -.5, +1.50, 1e3, 1.e3, 01.5]', '[1.0,1,0.5,-0.5,1.50,1e3,1e3,1.5]'],
  ['[9007199254740993, 0xFFFFFFFFFFFFFFFFFF]', '[9007199254740993,4722366482869645213695]'],
  ['[2024-01-01, 1:20, 1.2.3, .]', '["2024-01-01","1:20","1.2.3","."]'],
  ['["1.0", \'true\', ! 1, !!str 1.0, !!str]', '["1.0","true","1","1.0",""]'],
  ['[!!int "7", !!float 1, !!bool "true", !!null "", !<tag:yaml.org,2002:str> 5]', '[7,1,true,null,"5"]'],
  ['{1: a, 1.0: b, true: c, ~: d, "<<": e}', '{"1":"a","1.0":"b","true":"c","~":"d","<<":"e"}'],
  ['a: &x !!map {b: [1]}\nc: *x\nd: &x 2\ne: *x', '{"a":{"b":[1]},"c":{"b":[1]},"d":2,"e":2}'],
  ['a: |\n  x\n   y\n\nb: >-\n  x\n  y\n', '{"a":"x\\n y\\n","b":"x y"}'],
  ['"\\ud83d\\ude00 \\ud800"', '"😀 \\ud800"'],
  ['constructor: 1\nprototype: 2', '{"constructor":1,"prototype":2}'],
  ['a: 1\r\nb: "x\r\n  y"\r\n', '{"a":1,"b":"x y"}'],
];

const TEXT = `# a monitor
name: "CPU"   # quoted
tags: [env:prod, 'x']
message: | # block
  first
options: &o
  thresholds:
    critical: 90
  empty:
copy: *o
list:
- one
-
- - &n !!int 5
`;
const PLACES: readonly [string, number, number][] = [
  ['', 2, 1],
  ['/name', 2, 7],
  ['/tags', 3, 7],
  ['/tags/0', 3, 8],
  ['/tags/1', 3, 18],
  ['/message', 4, 10],
  ['/options', 7, 3],
  ['/options/thresholds/critical', 8, 15],
  ['/options/empty', 9, 3],
  ['/copy', 10, 7],
  ['/copy/thresholds/critical', 10, 7],
  ['/list', 12, 1],
  ['/list/0', 12, 3],
  ['/list/1', 13, 1],
  ['/list/2', 14, 3],
  ['/list/2/0', 14, 14],
  ['/list/9', 12, 1],
  ['/none', 2, 1],
];

describe('reading YAML', () => {
  for (const [text, code, line, column, pointer, words] of MISTAKES) {
    it(`reports the fault in ${JSON.stringify(text.slice(0, 40))}, with its position`, async () => {
      const fault = await faultOf(text);
      assert.deepEqual(
        { code: fault.code, pointer: fault.pointer, ...positionsIn(text)(fault.offset) },
        { code, pointer, line, column },
        fault.message,
      );
      assert.match(fault.message, words);
    });
  }

  for (const [text, json] of VALUES) {
    it(`parses ${JSON.stringify(text.slice(0, 50))} by the YAML 1.2 core schema`, async () => {
      assert.equal(printJson((await readYaml(text, OBJECT_LIMITS)).value), json);
    });
  }

  it('locates quoted strings, blocks, empty values and aliases', async () => {
    const span = locator(TEXT, 'yaml', await readYaml(TEXT, OBJECT_LIMITS));
    const locate = (pointer: string) => span(pointer).start;
    const found = PLACES.map(([pointer]) => [pointer, locate(pointer).line, locate(pointer).column]);
    assert.deepEqual(found, PLACES);
  });

  it('accepts aliases and nesting up to the limits', async () => {
    const limits = { bytes: 1000, values: 1000, depth: 5, aliases: 3 };
    await assert.doesNotReject(readYaml('a: &a 1\nb: [*a, *a, *a]', limits));
    await assert.rejects(readYaml('a: &a 1\nb: [*a, *a, *a, *a]', limits), { code: 'too_many_aliases' });
    await assert.doesNotReject(readYaml(`a: &a ${'x'.repeat(490)}\nb: [*a, *a]`, limits));
    await assert.rejects(readYaml(`a: &a ${'x'.repeat(500)}\nb: [*a, *a]`, limits), {
      code: 'too_many_aliases',
    });
    await assert.doesNotReject(readYaml('[[[[[1]]]]]', limits));
    await assert.rejects(readYaml('[[[[[[]]]]]]', limits), { code: 'too_deep', offset: 5 });
    await assert.doesNotReject(readYaml('a: &a [[1]]\nb: [[*a]]', limits));
    await assert.rejects(readYaml('a: &a [[1]]\nb: [[[*a]]]', limits), { code: 'too_deep', offset: 18 });
  });
});
