import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json, printJson } from '../../domain/json.ts';
import { mapped, readMapping } from './mapping.ts';

const read = (text: string) => readMapping(Buffer.from(text));
const faultsOf = async (text: string): Promise<string[]> => {
  const error = await read(text).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, text);
  return error.message.split('\n');
};
/** Converts an input by one rule with these fields. */
const convert = async (input: Json, fields: Json, each = '/a/*') =>
  mapped(await read(printJson([{ each, to: 'alerts', fields }])), input);

describe('a mapping', () => {
  it('takes values from the item, from above it, and from its name', async () => {
    const input = { of: 'x', a: { one: { n: 1 } } };
    const { lists, missing } = await convert(input, { n: '/n', whole: '', name: '0#', top: '2/of' });
    assert.deepEqual(lists, { alerts: [{ n: 1, whole: { n: 1 }, name: 'one', top: 'x' }] });
    assert.deepEqual(missing, []);
  });

  it('maps values, joins them, and leaves out what is null', async () => {
    const fields = {
      level: { from: '/p', map: { 1: 'high' } },
      text: { join: [{ value: 'p' }, '/p', { from: '/q', otherwise: '' }] },
      five: { from: '/q', otherwise: 5 },
      none: { from: '/q', otherwise: null },
      'tags.0': { from: '/q', otherwise: null },
      'tags.1': { value: 'a:b' },
      'deep.er.x': '/p',
      'deep.er.y': '/p',
      'list.0.to': '/p',
      'list.0.when': '/p',
      'list.1.to': '/p',
    };
    const { lists } = await convert({ a: [{ p: 1 }] }, fields);
    const entry = { level: 'high', text: 'p1', five: 5, tags: ['a:b'], deep: { er: { x: 1, y: 1 } } };
    assert.deepEqual(lists, { alerts: [{ ...entry, list: [{ to: 1, when: 1 }, { to: 1 }] }] });
  });

  it('makes keys valid and unique, and puts them first', async () => {
    const { lists } = await convert({ a: ['High CPU', 'high-cpu'] }, { title: '', key: '' });
    assert.equal(
      printJson(lists['alerts'] ?? null),
      '[{"key":"high-cpu","title":"High CPU"},{"key":"high-cpu-2","title":"high-cpu"}]',
    );
  });

  it('reports each missing source at its item', async () => {
    const fields = { x: '/x', level: { from: '/p', map: { 1: 'high' } }, up: '9/x' };
    const { missing } = await convert(
      {
        a: [
          { x: 1, p: 1 },
          { x: null, p: 2 },
        ],
      },
      fields,
    );
    assert.deepEqual(missing, [
      { pointer: '/a/0', message: 'nothing is at 9/x, the source of up' },
      { pointer: '/a/1', message: 'nothing is at /x, the source of x' },
      { pointer: '/a/1', message: 'map has no value for 2, which is at /p, the source of level' },
      { pointer: '/a/1', message: 'nothing is at 9/x, the source of up' },
    ]);
    const { missing: nothing } = await convert({}, fields);
    assert.deepEqual(nothing, [{ pointer: '', message: 'the file has nothing at /a/*' }]);
  });

  it('takes no inherited field, and bounds the entries and the reports', async () => {
    const { missing } = await convert({ a: [{}] }, { x: '/constructor', y: { from: '', map: {} } });
    assert.equal(missing.length, 2);
    const many = { a: Array.from({ length: 20_001 }, () => 1) };
    const tooMany = await convert(many, { x: '' });
    assert.deepEqual(tooMany.lists, {});
    assert.equal(tooMany.missing[0]?.message, 'the mapping makes more than 20000 entries');
    assert.equal((await convert(many, { x: '/y' })).missing.length, 100);
  });

  it('has faults at their line and column', async () => {
    const head = '- each: /a/*\n  to: alerts\n  fields:\n';
    const cases: [string, RegExp][] = [
      ['[]', /^1:1: A mapping is a list of rules/],
      ['- each: a\n  to: alerts\n  fields: {x: /y}\n', /^1:9: .*each is a JSON pointer/],
      ['- each: /a\n  to: slos\n  fields: {x: /y}\n', /^2:7: .*monitors/],
      ['- each: /a\n  to: alerts\n  fields: {}\n', /^3:3: a rule has 1 to 200 fields/],
      ['- each: /a\n  to: alerts\n  field: {x: /y}\n', /^3:3: /],
      [`- each: ${'/a'.repeat(21)}\n  to: alerts\n  fields: {x: /y}\n`, /^1:3: each has more than 20 steps/],
      [`${head}    x: y\n`, /^4:8: .*a source is a JSON pointer/],
      [`${head}    x: {from: /y, each: 1}\n`, /^4:\d+: .*"each"/],
      [`${head}    x: {}\n`, /^4:5: a value has one of/],
      [`${head}    x: {value: 1, from: /y}\n`, /^4:5: a value has one of/],
      [`${head}    x: {value: 1, map: {a: b}}\n`, /^4:5: a value has one of/],
      [`${head}    x: {join: [{}]}\n`, /^4:5: a value has one of/],
      [`${head}    x: {join: []}\n`, /^4:15: .*join is a list/],
      [`${head}    0.x: /y\n`, /^4:5: "0.x" is not the name of a field/],
      [`${head}    ${'x.'.repeat(20)}x: /y\n`, /^4:5: .* is not the name of a field/],
      [`${head}    x: /y\n    x.y.z: /y\n`, /^5:5: "x.y.z" is a part of "x"/],
    ];
    for (const [text, fault] of cases)
      assert.match((await faultsOf(text)).join('\n'), new RegExp(fault.source, 'im'), text);
  });
});
