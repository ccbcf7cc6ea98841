import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sharedValueAt } from './shared-value.ts';

const TEXT = `a:
  options: &page # once
    thresholds: &limits {critical: 2}
    own: 1
  alone: &alone {x: 1}
  start: &pag {x: 1}
  query: &q avg
b:
  options: *page
  list: [1, *q, {in: *limits}]
  text: "*page"
`;

describe('sharedValueAt', () => {
  const CASES: readonly [
    pointer: string,
    found: readonly [anchor: string, line: number, field: string] | undefined,
  ][] = [
    ['/b/options/thresholds/critical', ['page', 9, 'options']],
    ['/b/options/new', ['page', 9, 'options']],
    ['/a/options/own', ['page', 2, 'options']],
    ['/a/options/thresholds/critical', ['limits', 3, 'thresholds']],
    ['/a/query', ['q', 7, 'query']],
    ['/b/list/1', ['q', 10, '1']],
    ['/b/list/2/in/critical', ['limits', 10, 'in']],
    ['/a/alone/x', undefined],
    ['/a/start/x', undefined],
    ['/b/text', undefined],
    ['/b/list/0', undefined],
    ['/nothing/here', undefined],
  ];
  for (const [pointer, found] of CASES)
    it(`finds ${found ? `${found[2]} (${found[0]})` : 'nothing'} on the way to ${pointer}`, async () => {
      const shared = await sharedValueAt(TEXT, pointer);
      assert.deepEqual(shared && [shared.anchor, shared.line, shared.field], found);
    });
});
