import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  codes,
  compositeEntry,
  documentOf,
  idOf,
  items,
  monitorEntry,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

const document = (priority: number): JsonObject =>
  documentOf({
    monitors: [
      ...['one', 'two', 'three'].map((key) => monitorEntry(key, { priority })),
      compositeEntry('both', 'one', 'two'),
    ],
  });

describe('prune', () => {
  it('belongs to the fingerprint: a plan is applied only with the prune that it was made with', async () => {
    const { plan, apply } = startInProcess();
    await apply(documentOf({ monitors: [monitorEntry('one'), monitorEntry('extra')] }));
    const one = documentOf({ monitors: [monitorEntry('one', { priority: 1 })] });
    const basisOf = async (query = {}) => String((await plan(one, query))['basis']);
    const [kept, pruned] = [await basisOf(), await basisOf({ prune: 'true' })];
    const refused = await problemOf(apply(one, { prune: 'true', basis: kept }));
    assert.deepEqual([refused.code, /`prune`/.test(refused.message)], ['plan_stale', true]);
    assert.equal((await problemOf(apply(one, { basis: pruned }))).code, 'plan_stale');
    assert.deepEqual(told(await plan(one)), ['one update', 'extra extra']);
    const done = await apply(one, { prune: 'true', basis: pruned });
    assert.equal(items(done['done']).length, 2);
    assert.equal(done['basis'], await basisOf({ prune: 'true' }));
    const again = await apply(one, { prune: 'true', basis: String(done['basis']) });
    assert.deepEqual([again['done'], again['remaining']], [[], []]);
  });

  it('lets a plan hold when an object that it deletes is gone, but not one that an entry has or renames', async () => {
    const content = { ...monitorEntry('former'), key: 'new', renamed_from: 'former' };
    const outcomes = { extra: 'done', one: 'plan_stale', new: 'plan_stale' };
    for (const [gone, outcome] of Object.entries(outcomes)) {
      const { plan, apply, person } = startInProcess();
      await apply(documentOf({ monitors: ['one', 'extra', 'former'].map((key) => monitorEntry(key)) }));
      const next = documentOf({ monitors: [monitorEntry('one', { priority: 1 }), content] });
      const planned = await plan(next, { prune: 'true' });
      person('DELETE', `/api/v1/monitor/${idOf(planned, gone)}`);
      const applied = apply(next, { prune: 'true', basis: String(planned['basis']) });
      if (outcome === 'done') assert.equal(items((await applied)['done']).length, 2);
      else assert.equal((await problemOf(applied)).code, outcome);
    }
  });
});

describe('a selection of entries', () => {
  it('plans and applies only these, and leaves everything else as it is', async () => {
    const { plan, apply } = startInProcess();
    await apply(documentOf({ monitors: [monitorEntry('extra'), monitorEntry('three')] }));
    const planned = await plan(document(1), { only: 'one,three' });
    assert.deepEqual(told(planned), ['one create', 'three update']);
    const basis = String(planned['basis']);
    const answer = await apply(document(1), { only: 'one,three', basis });
    assert.deepEqual(
      items(answer['done']).map(({ key, action }) => `${String(key)} ${String(action)}`),
      ['one create', 'three update'],
    );
    assert.deepEqual(told(await plan(document(1))), [
      'one none',
      'two create',
      'three none',
      'both create',
      'extra extra',
    ]);
  });

  it('has a fingerprint that no other selection has, and that holds while others change', async () => {
    const { plan, apply, person } = startInProcess();
    await apply(document(1));
    const basis = String((await plan(document(2), { only: 'one' }))['basis']);
    assert.equal((await problemOf(apply(document(2), { basis }))).code, 'plan_stale');
    assert.equal((await problemOf(apply(document(2), { basis, only: 'two' }))).code, 'plan_stale');
    const id = (key: string) => plan(document(2)).then((whole) => idOf(whole, key));
    person('PUT', `/api/v1/monitor/${await id('two')}`, { priority: 5 });
    const answer = await apply(document(2), { basis, only: 'one' });
    assert.deepEqual([items(answer['done']).length, answer['remaining']], [1, []]);
    const next = String((await plan(document(3), { only: 'one' }))['basis']);
    person('PUT', `/api/v1/monitor/${await id('one')}`, { priority: 5 });
    assert.equal((await problemOf(apply(document(3), { basis: next, only: 'one' }))).code, 'plan_stale');
  });

  it('names the entries that it needs too, until they exist', async () => {
    const { planRefused, apply } = startInProcess();
    const planned = await planRefused(document(1), { only: 'both,one' });
    const [finding, ...more] = items(planned['findings']).filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      [more, finding?.['code'], finding?.['pointer']],
      [[], 'dangling_reference', '/monitors/3/query'],
    );
    assert.match(String(finding?.['message']), /\$\{monitor:two\} refers to an entry that is not selected/);
    assert.equal(finding?.['hint'], 'Select it too: only=...,two');
    assert.equal((await problemOf(apply(document(1), { only: 'both,one' }))).code, 'invalid');
    await apply(document(1), { only: 'two' });
    const answer = await apply(document(1), { only: 'both,one' });
    assert.equal(items(answer['done']).length, 2);
  });

  it('has no findings about other entries, and those about an invalid entry that is selected', async () => {
    const { plan, planRefused } = startInProcess();
    const broken = documentOf({
      monitors: [monitorEntry('fine'), monitorEntry('broken', { query: 'avg(' })],
    });
    assert.ok(!codes(await plan(broken, { only: 'fine' })).includes('query_syntax'));
    const { findings } = await planRefused(broken, { only: 'broken' });
    assert.ok(items(findings).some(({ severity }) => severity === 'error'));
  });

  it('is refused for an unknown key, with the one that was meant', async () => {
    const { plan } = startInProcess();
    const problem = await problemOf(plan(document(1), { only: 'one,thre' }));
    assert.equal(problem.code, 'bad_request');
    assert.equal(problem.message, '"thre" is not a key of the document. Did you mean "three"?');
  });
});

describe('a selection of entries that are renamed', () => {
  const named = (key: string, as: string): JsonObject => {
    const { name = '', query = '' } = monitorEntry(as);
    return { ...monitorEntry(key), name, query };
  };
  const chain = documentOf({
    monitors: [
      { ...named('c', 'b'), renamed_from: 'b' },
      { ...named('b', 'a'), renamed_from: 'a' },
    ],
  });
  const errors = (body: JsonObject) =>
    items(body['findings']).flatMap(({ code, severity, hint }) =>
      severity === 'error' ? [`${String(code)}: ${String(hint)}`] : [],
    );

  it('keeps the id where another entry that is not selected gets the former key', async () => {
    const { apply, plan } = startInProcess();
    await apply(documentOf({ monitors: [monitorEntry('a'), monitorEntry('b')] }));
    assert.deepEqual(told(await plan(chain, { only: 'c' })), ['c rename']);
    await apply(chain, { only: 'c' });
    assert.deepEqual(told(await plan(chain, { only: 'b' })), ['b rename']);
    await apply(chain, { only: 'b' });
    assert.deepEqual(told(await plan(chain)), ['c none', 'b none']);
  });

  it('is refused while an entry that is not selected renames the object with its key', async () => {
    const { apply, planRefused } = startInProcess();
    await apply(documentOf({ monitors: [monitorEntry('a'), monitorEntry('b')] }));
    const refusal = ['rename_conflict: Select it too: only=...,c'];
    assert.deepEqual(errors(await planRefused(chain, { only: 'b' })), refusal);
    await assert.rejects(apply(chain, { only: 'b' }), { code: 'invalid' });
  });

  it('is refused if an entry that is not selected has the former key', async () => {
    const { apply, plan, planRefused } = startInProcess();
    await apply(documentOf({ monitors: [monitorEntry('a')] }));
    const conflicting = documentOf({
      monitors: [monitorEntry('a'), { ...named('b', 'a'), renamed_from: 'a' }],
    });
    assert.deepEqual(
      items((await planRefused(conflicting, { only: 'b' }))['findings']).map(({ code }) => code),
      ['rename_conflict'],
    );
    assert.deepEqual(told(await plan(conflicting, { only: 'a' })), ['a none']);
  });
});
