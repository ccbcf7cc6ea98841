import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../test/assert-linear.ts';
import {
  compositeEntry,
  documentOf,
  items,
  monitorEntry,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import { readDocument } from './read-document.ts';
import { sortByReferences } from './references-in-order.ts';

const SIMPLE = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' };
const composite = (...keys: readonly string[]) => ({
  type: 'composite',
  query: keys.map((key) => `\${monitor:${key}}`).join(' && '),
});

const findingsOf = (monitors: Readonly<Record<string, { type: string; query: string }>>) => {
  const { entries } = readDocument({
    application: 'app',
    team: 't',
    monitors: Object.entries(monitors).map(([key, monitor]) => ({ key, ...monitor })),
  });
  const { findings } = sortByReferences(entries, 'app', {
    exists: () => false,
    takers: new Map(),
    claims: new Map(),
  });
  return [...findings].map(({ code, pointer }) => `${code} ${pointer}`);
};

describe('a composite', () => {
  it('may contain other monitors of the document', () => {
    assert.deepEqual(findingsOf({ a: SIMPLE, b: SIMPLE, both: composite('a', 'b') }), []);
  });

  it('cannot contain a composite, before or after it in the document', () => {
    const [inner, outer] = [composite('a', 'b'), composite('inner', 'a')];
    assert.deepEqual(findingsOf({ a: SIMPLE, b: SIMPLE, inner, outer }), [
      'nested_composite /monitors/3/query',
    ]);
    assert.deepEqual(findingsOf({ outer, inner, a: SIMPLE, b: SIMPLE }), [
      'nested_composite /monitors/0/query',
    ]);
  });

  it('may link to a composite in its message', () => {
    const linking = { ...composite('a', 'b'), message: '/monitors/${monitor:inner}' };
    assert.deepEqual(findingsOf({ a: SIMPLE, b: SIMPLE, inner: composite('a', 'b'), linking }), []);
  });

  it('and one that its query contains is found in the query only, also if its message links to it', () => {
    const outer = { ...composite('a', 'inner'), message: '/monitors/${monitor:inner}' };
    assert.deepEqual(findingsOf({ a: SIMPLE, b: SIMPLE, inner: composite('a', 'b'), outer }), [
      'nested_composite /monitors/3/query',
    ]);
  });

  it('with many references takes time in proportion to its length', async () => {
    await assertLinear((length) => {
      const keys = Array.from({ length: length / 16 }, (_, at) => `key-${at}`);
      const { entries } = readDocument({
        application: 'app',
        team: 't',
        monitors: [{ key: 'many', ...composite(...keys) }],
      });
      return sortByReferences(entries, 'app', { exists: () => true, takers: new Map(), claims: new Map() });
    });
  });

  it('that contains itself has a cycle only', () => {
    assert.deepEqual(findingsOf({ self: composite('self') }), ['reference_cycle /monitors/0/query']);
  });
});

describe('a reference by a former key', () => {
  const former = monitorEntry('a');
  const renamed = { ...former, key: 'b', renamed_from: 'a' };

  it('names the new key, before and after the rename', async () => {
    const { apply, planRefused } = startInProcess();
    const others = [monitorEntry('c')];
    await apply(documentOf({ monitors: [former, ...others] }));
    const wrong = documentOf({ monitors: [renamed, ...others, compositeEntry('both', 'a', 'c')] });
    const hint = async () =>
      items((await planRefused(wrong))['findings']).find(({ code }) => code === 'dangling_reference')?.[
        'hint'
      ];
    assert.equal(await hint(), 'Its object is renamed: write ${monitor:b}.');
    await apply(documentOf({ monitors: [renamed, ...others] }));
    assert.equal(await hint(), 'Its object is renamed: write ${monitor:b}.');
  });

  it('names the new key as a combination of alerts is written', async () => {
    const { apply, planRefused } = startInProcess();
    await apply(documentOf({ monitors: [former] }));
    const both = { key: 'both', title: 'both', signal: { any_of: ['a', 'c'] }, notify: ['@slack-a'] };
    const wrong = documentOf({ monitors: [renamed, monitorEntry('c')], alerts: [both] });
    const [finding] = items((await planRefused(wrong))['findings']);
    assert.equal(finding?.['hint'], 'Its object is renamed: write b.');
  });
});
