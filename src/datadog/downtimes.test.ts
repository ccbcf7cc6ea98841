import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { OutboundError } from '../runtime/outbound.ts';
import { ProblemError } from '../domain/problem.ts';
import { readDowntimes } from './downtimes.ts';
import { monitorPort } from './monitors.ts';

const MONITOR = { id: 1, tags: ['env:prod'] };
const downtime = (attributes: JsonObject): JsonObject => ({ type: 'downtime', attributes });

/** Reads the downtimes of a Datadog that always sends the same answer. Returns those of a monitor, and the number of calls. */
async function downtimesIn(data: Json[], total: number): Promise<{ shown: Json | undefined; calls: number }> {
  let calls = 0;
  const add = await readDowntimes(async () => {
    calls += 1;
    return { data, meta: { page: { total_filtered_count: total } } };
  }, emulatedDatadog().context());
  return { shown: add(MONITOR)['matching_downtimes'], calls };
}

describe('the downtimes of the new API', () => {
  it('are those of the monitor, of all of its tags, or of every monitor', async () => {
    const targets = [
      { monitor_id: 1, monitor_tags: null },
      { monitor_id: null, monitor_tags: ['*'] },
      { monitor_tags: ['env:prod'] },
      { monitor_id: 2 },
      { monitor_tags: ['env:prod', 'team:a'] },
      {},
    ];
    const data = targets.map((target, at) => downtime({ scope: `s:${at}`, monitor_identifier: target }));
    const { shown } = await downtimesIn(data, data.length);
    assert.deepEqual(
      shown,
      [0, 1, 2].map((at) => ({ scope: `s:${at}`, end: null })),
    );
    assert.equal((await downtimesIn([], 0)).shown, undefined);
  });

  it('end when the present one of a series ends, and never at a time that is not readable', async () => {
    const target = { monitor_id: 1 };
    const schedules = [
      { current_downtime: { end: '2030-01-01T00:00:00Z' }, recurrences: [] },
      { end: 'tomorrow' },
    ];
    const data = schedules.map((schedule) => downtime({ schedule, monitor_identifier: target }));
    const { shown } = await downtimesIn(data, data.length);
    assert.deepEqual(shown, [
      { scope: '*', end: 1_893_456_000 },
      { scope: '*', end: null },
    ]);
  });

  it('are read in a limited number of pages, and no further than an empty one', async () => {
    const one = downtime({ monitor_identifier: { monitor_id: 2 } });
    assert.equal((await downtimesIn([one], 1_000_000)).calls, 20);
    assert.equal((await downtimesIn([], 1_000_000)).calls, 1);
  });
});

describe('the list of monitors with their states', () => {
  const context = emulatedDatadog().context();
  const uiUrl = new URL('https://app.example.test');

  it('fails if Datadog sends more for one monitor than Birddog reads', async () => {
    const sizes: (string | undefined)[] = [];
    const port = monitorPort(async ({ query }) => {
      sizes.push(query?.['page_size']);
      if (sizes.length > 9) throw new Error('asked again and again');
      throw new ProblemError('datadog_failed', 'too large', { cause: new OutboundError('too_large', true) });
    }, uiUrl);
    await assert.rejects(port.findWithState({ application: 'app' }, context), { code: 'datadog_failed' });
    assert.deepEqual(sizes, ['1000', '100', '10', '1']);
  });

  it('asks Datadog only for tags that it stores as they are written', async () => {
    const filters: (string | undefined)[] = [];
    const port = monitorPort(async ({ query }) => {
      filters.push(query?.['monitor_tags']);
      return [];
    }, uiUrl);
    const tagLists = [['env:prod', 'Env:Dev', 'team:web'], ['a b']];
    for (const tags of tagLists)
      for await (const _ of port.list({ tags, isWanted: () => true, limit: 1 }, undefined, context));
    assert.deepEqual(filters, ['env:prod,team:web', undefined]);
  });
});
