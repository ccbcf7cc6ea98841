import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentOf, monitorEntry, type Pipeline, startInProcess } from '../../test/documents-in-process.ts';
import { printJson } from '../domain/json.ts';
import { settleOnce } from './settler.ts';
import { redacted } from './record-revision.ts';

const KEY = `ghp_${'a1B2'.repeat(9)}`;

describe('redaction', () => {
  it('replaces each secret, at every depth, and reports its place', () => {
    const object = {
      message: `use ${KEY} or ${KEY}.`,
      list: [{ text: KEY }, 'plain'],
      number: 1,
      none: null,
    };
    assert.deepEqual(redacted(object), {
      object: {
        message: 'use [redacted] or [redacted].',
        list: [{ text: '[redacted]' }, 'plain'],
        number: 1,
        none: null,
      },
      pointers: ['/message', '/list/0/text'],
    });
  });
});

describe('the history', () => {
  const NAME = { kind: 'monitor', application: 'app', key: 'load' } as const;
  const revisionsIn = async ({ ports }: Pipeline, key = 'load') => {
    const found = await ports.ledger.revisions({ ...NAME, key, limit: 100 });
    return found.map(({ revision, action, caller }) => `${revision} ${action} ${caller}`).toReversed();
  };

  it('has every write of documents and of single objects, once, with what was there before', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load')] }));
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load')] }));
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: 'second' })] }));
    await pipeline.ask('/create_monitor', {
      application: 'app',
      team: 'payments',
      monitor: monitorEntry('single'),
    });
    const by = pipeline.world.context().caller.name;
    const log = {
      ...monitorEntry('load'),
      type: 'event-v2 alert',
      query: 'events("x").rollup("count").last("5m") > 2',
    };
    await pipeline.apply(documentOf({ monitors: [log] }), { force: 'true' });
    await pipeline.apply(documentOf({ monitors: [] }), { prune: 'true' });
    assert.deepEqual(await revisionsIn(pipeline), [
      `1 create ${by}`,
      `2 update ${by}`,
      `3 replace ${by}`,
      `4 delete ${by}`,
    ]);
    assert.deepEqual(await revisionsIn(pipeline, 'single'), [`1 create ${by}`, `2 delete ${by}`]);
    assert.deepEqual(await pipeline.ports.ledger.newestRevisions('app'), []);
  });

  it('has the state that somebody else left, before the write that overwrote it', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load')] }));
    const [made] = await pipeline.ports.monitor.find({ application: 'app' }, pipeline.world.context());
    const id = String((await pipeline.ports.ledger.newestRevision(NAME))?.id);
    assert.ok(made);
    await pipeline.ports.monitor.update(id, { message: 'by hand' }, pipeline.world.context(), {
      beforeSend: async () => {},
      notWritten: () => {},
    });
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load')] }));
    const [last, found] = await pipeline.ports.ledger.revisions({ ...NAME, limit: 2 });
    assert.deepEqual(
      [found?.action, found?.caller, found?.body?.['message'], last?.action],
      ['none', 'not known', 'by hand', 'update'],
    );
  });

  it('has that state also if the answer was lost, also when the settler finds that the write has landed', async () => {
    for (const settledBy of ['the request', 'the settler of another process']) {
      const pipeline = startInProcess();
      const { ports, world, clock } = pipeline;
      await pipeline.apply(documentOf({ monitors: [monitorEntry('load'), monitorEntry('gone')] }));
      for (const key of ['load', 'gone']) {
        const id = String((await ports.ledger.newestRevision({ ...NAME, key }))?.id);
        const attempts = { beforeSend: async () => {}, notWritten: () => {} };
        await ports.monitor.update(id, { message: 'by hand' }, world.context(), attempts);
      }
      const ms = settledBy === 'the request' ? 200_000 : 5_000;
      // Every attempt of each write.
      const lose = () =>
        pipeline.loseNextWrites(...Array.from({ length: 20 }, () => ({ carriedOut: 'now' }) as const));
      const change = documentOf({ monitors: [monitorEntry('load', { message: 'changed' })] });
      lose();
      await pipeline.apply(change, {}, ms).catch(() => undefined);
      lose();
      const query = { application: 'app', key: 'gone' };
      await pipeline.send('/delete_monitor', undefined, query, ms).catch(() => undefined);
      pipeline.keepWrites();
      // A delete has landed as soon as the object is gone; an update that was sent again is settled by time.
      assert.equal((await ports.ledger.unsettled('app')).length, settledBy === 'the request' ? 0 : 1);
      clock.advance(60_000);
      await settleOnce(ports);
      const states = async (key: string) =>
        (await ports.ledger.revisions({ ...NAME, key, limit: 10 })).map(
          ({ action, body }) => `${action} ${String(body?.['message'] ?? '')}`,
        );
      assert.deepEqual((await states('load')).slice(0, 2), ['update changed', 'none by hand'], settledBy);
      assert.deepEqual((await states('gone')).slice(0, 2), ['delete ', 'none by hand'], settledBy);
    }
  });

  it('stores no secret', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: `use ${KEY}` })] }));
    const newest = await pipeline.ports.ledger.newestRevision(NAME);
    assert.deepEqual([newest?.body?.['message'], newest?.redacted], ['use [redacted]', ['/message']]);
    assert.ok(!printJson(newest?.body ?? {}).includes(KEY));
    const drift = await pipeline.ask('/drift', documentOf({ monitors: [monitorEntry('load')] }));
    assert.deepEqual(drift['objects'], [], 'a redacted secret is no drift');
  });
});
