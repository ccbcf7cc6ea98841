import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  codes,
  documentOf,
  idOf,
  items,
  monitorEntry,
  type Pipeline,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

/** Objects that a document takes over: one of another application, and one that nobody manages. */
const CASES = {
  'renames from another application': async ({ apply }: Pipeline) => {
    await apply({ ...documentOf({ monitors: [monitorEntry('a')] }), application: 'other' });
    const { name = '', query = '' } = monitorEntry('a');
    return { ...monitorEntry('x'), name, query, renamed_from: 'other/a' };
  },
  adopts: async ({ person }: Pipeline) => {
    const { key: _, ...entry } = monitorEntry('a');
    return { ...monitorEntry('x', entry), adopt: String(person('POST', '/api/v1/monitor', entry)['id']) };
  },
} as const satisfies Readonly<Record<string, (pipeline: Pipeline) => Promise<JsonObject>>>;

for (const [what, entryOf] of Object.entries(CASES)) {
  describe(`the basis of a plan that ${what}`, () => {
    const reviewed = async () => {
      const pipeline = startInProcess();
      const document = documentOf({ monitors: [await entryOf(pipeline), monitorEntry('more')] });
      const planned = await pipeline.plan(document);
      const path = `/api/v1/monitor/${idOf(planned, 'x')}`;
      return { ...pipeline, document, path, basis: String(planned['basis']) };
    };

    it('does not hold once the object has changed, which is named', async () => {
      const { apply, person, document, path, basis } = await reviewed();
      person('PUT', path, { message: 'Changed after the review.' });
      await assert.rejects(apply(document, { basis }), {
        code: 'plan_stale',
        message: /changed in \/message/,
      });
      assert.equal(person('GET', path)['message'], 'Changed after the review.');
    });

    it('does not hold once the object is gone: nothing is created instead', async () => {
      const { apply, person, document, path, basis } = await reviewed();
      person('DELETE', path);
      const { code } = await problemOf(apply(document, { basis }));
      assert.ok(code === 'plan_stale' || code === 'invalid', code);
      assert.deepEqual(items(person('GET', '/api/v1/monitor')), []);
    });

    it('holds for what remains after a part of it was written', async () => {
      const { apply, plan, document, basis } = await reviewed();
      await apply(document, { only: 'x' });
      const { done } = await apply(document, { basis });
      assert.deepEqual(told({ objects: done ?? [] }), ['more create']);
      assert.deepEqual(told(await plan(document)), ['x none', 'more none']);
    });
  });
}

describe('two entries that adopt one object', () => {
  it('are refused, and again after one of them has adopted it', async () => {
    const { apply, planRefused, person } = startInProcess();
    const { key: _, ...entry } = monitorEntry('a');
    const adopt = String(person('POST', '/api/v1/monitor', entry)['id']);
    const [x, y] = ['x', 'y'].map((key) => ({ ...entry, key, adopt }));
    const both = documentOf({ monitors: [y ?? {}, x ?? {}] });
    assert.deepEqual(codes(await planRefused(both)), ['adopt_conflict']);
    await assert.rejects(apply(both), { code: 'invalid' });
    await apply(documentOf({ monitors: [x ?? {}] }));
    assert.deepEqual(codes(await planRefused(both)), ['adopt_conflict']);
    await assert.rejects(apply(both), { code: 'invalid' });
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 1);
  });
});
