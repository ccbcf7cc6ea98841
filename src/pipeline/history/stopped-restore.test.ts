import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  items,
  LAST_APPLY,
  monitorEntry,
  problemOf,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import { emulatedDatadog } from '../../../test/emulated-datadog.ts';
import { openStore } from '../../ledger/ledger.ts';

describe('a restore that stopped', () => {
  it('goes on with the basis of its answer, also where texts contain ids of what it creates', async () => {
    const world = emulatedDatadog();
    const store = openStore(':memory:', { clock: world.clock });
    const first = startInProcess({ store, world });
    const linking = (key: string) => monitorEntry(key, { message: '/monitors/${monitor:load}' });
    const others = Array.from({ length: 20 }, (_, at) => linking(`m${at}`));
    await first.apply(documentOf({ monitors: [monitorEntry('load'), ...others] }));
    await first.apply(documentOf({}), { prune: 'true', force: 'true' });
    const { basis = '' } = await first.ask('/restore', LAST_APPLY);
    // Both send the same request id.
    const stopping = new AbortController();
    const [stopped, next] = [
      startInProcess({ store, world, stopping: stopping.signal }),
      startInProcess({ store, world }),
    ];
    const { create } = stopped.ports.monitor;
    const created: string[] = [];
    const stopAtSecond: typeof create = (body, ...rest) => {
      created.push(String(body['name']));
      if (created.length === 2) stopping.abort();
      return create(body, ...rest);
    };
    Object.assign(stopped.ports.monitor, { create: stopAtSecond });
    const problem = await problemOf(stopped.ask('/restore', { ...LAST_APPLY, basis }));
    assert.equal(problem.code, 'shutting_down');
    const { remaining, done } = await next.ask('/restore', {
      ...LAST_APPLY,
      basis: String(problem.extras.members?.['basis']),
    });
    assert.deepEqual([remaining, items(done).length], [[], 21 - created.length]);
    const id = String(
      (await first.ports.monitor.find({ application: 'app', key: 'load' }, world.context()))[0]?.['id'],
    );
    for (const { message, name } of items(first.person('GET', '/api/v1/monitor')))
      if (name !== 'load') assert.equal(message, `/monitors/${id}`);
    await store.close();
  });
});
