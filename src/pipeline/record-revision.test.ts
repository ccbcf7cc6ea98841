import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentOf, monitorEntry, startInProcess } from '../../test/documents-in-process.ts';
import { printJson } from '../domain/json.ts';
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
  const revisionsIn = async ({ ports }: ReturnType<typeof startInProcess>, key = 'load') => {
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
