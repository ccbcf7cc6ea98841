import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';

const PATH = '/api/v1/monitor/can_delete';
let world: ReturnType<typeof emulatedDatadog>;
beforeEach(() => {
  world = emulatedDatadog();
});

const canDelete = (ids: readonly string[]) => world.datadog.objects.monitor.canDelete(ids, world.context());
function monitor(name: string): string {
  const query = `avg(last_5m):avg:m.${name}{*} > 1`;
  return String(world.person('POST', '/api/v1/monitor', { type: 'query alert', name, query })['id']);
}

describe('whether monitors may be deleted', () => {
  it("is reported for each, in Datadog's words", async () => {
    const [free, needed] = [monitor('free'), monitor('needed')];
    assert.deepEqual(await canDelete([free]), new Map());
    world.person('POST', '/api/v1/slo', {
      type: 'monitor',
      name: 'availability',
      monitor_ids: [Number(needed)],
      thresholds: [{ timeframe: '7d', target: 99 }],
    });
    const reasons = await canDelete([free, needed]);
    assert.deepEqual([...reasons.keys()], [needed]);
    assert.match(reasons.get(needed) ?? '', /is referenced in slos: .*availability/);
  });

  it('ignores monitors that no longer exist, although Datadog then answers 404 for all', async () => {
    const ids = ['a', 'b', 'c', 'd'].map(monitor);
    world.person('DELETE', `/api/v1/monitor/${ids[2]}`);
    assert.deepEqual(await canDelete(ids), new Map());
  });

  it('is no for a monitor that the response does not mention', async () => {
    world.fail(PATH, 200, { data: { ok: [1] }, errors: null });
    assert.deepEqual([...(await canDelete(['1', '2'])).keys()], ['2']);
    world.fail(PATH, 409, { data: { ok: [] }, errors: ['some words'] });
    assert.deepEqual([...(await canDelete(['1'])).keys()], ['1']);
  });

  it('fails if Datadog rejects the call', async () => {
    world.fail(PATH, 400);
    await assert.rejects(canDelete(['1']), { code: 'datadog_refused' });
  });

  it('is checked in batches of 100 for monitors, and never for dashboards', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => monitor(`n${n}`));
    assert.equal((await canDelete(ids)).size, 0);
    assert.equal(world.taken().length, 3);
    assert.deepEqual(
      await world.datadog.objects.dashboard.canDelete(['abc-def-ghi'], world.context()),
      new Map(),
    );
    assert.equal(world.taken().length, 0);
  });
});
