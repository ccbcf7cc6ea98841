import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ANY_ATTEMPTS } from '../../test/fake-ports.ts';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { markedObject } from '../../test/marked-object.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import type { CachedObject } from '../pipeline/ports.ts';

const OWNER = { application: 'a' };
let world: ReturnType<typeof emulatedDatadog>;

beforeEach(async () => {
  world = emulatedDatadog();
  for (let n = 0; n < 20; n += 1) await create(`d${n}`);
  world.taken();
});

function create(key: string): Promise<JsonObject> {
  world.clock.advance(1000);
  const dashboard = { title: key, layout_type: 'ordered', widgets: [] };
  return world.datadog.objects.dashboard.create(
    markedObject('dashboard', dashboard, { ...OWNER, key }),
    world.context(),
    ANY_ATTEMPTS,
  );
}
const find = (known?: ReadonlyMap<string, CachedObject>) =>
  world.datadog.objects.dashboard.find(OWNER, world.context(), known);
const cacheOf = (dashboards: readonly JsonObject[]) =>
  new Map(
    dashboards.map((body) => {
      const [id, version] = [idOf(body), String(body['modified_at'])];
      return [id, { id, key: '', version, body }];
    }),
  );
const reads = () => world.taken().filter(({ call }) => call !== 'GET /api/v1/dashboard').length;

describe('cached dashboards', () => {
  it('are not fetched again if the list shows no change', async () => {
    const cold = await find();
    assert.deepEqual([cold.length, reads()], [20, 20]);
    assert.deepEqual(await find(cacheOf(cold)), cold);
    assert.equal(world.taken().length, 1, 'only the list');
  });

  it('are fetched again only if they changed', async () => {
    const known = cacheOf(await find());
    const [first] = known.keys();
    world.clock.advance(1000);
    const moved = { ...known.get(first ?? '')?.body, title: 'moved' };
    world.person('PUT', `/api/v1/dashboard/${first}`, moved);
    reads();
    const found = await find(known);
    assert.deepEqual([found[0]?.['title'], found.length, reads()], ['moved', 20, 1]);
  });

  it('are fetched if the cache entry lacks a version or body, or has another owner', async () => {
    const cold = await find();
    reads();
    for (const wrong of [
      { version: '' },
      { body: {} },
      { body: { ...cold[0], description: 'Managed by Birddog: b/d0' } },
      { body: { ...cold[0], modified_at: 'earlier' } },
    ]) {
      const known = [...cacheOf(cold).entries()];
      const stale = new Map(known.map(([id, was], i) => [id, i === 0 ? { ...was, ...wrong } : was]));
      assert.deepEqual(await find(stale), cold);
      assert.equal(reads(), 1);
    }
  });

  it('are fetched if the list has no version', async () => {
    const [first] = await find();
    const nameless = { ...first, modified_at: '' };
    world.fail('/api/v1/dashboard', 200, { dashboards: [nameless] });
    reads();
    assert.deepEqual(await find(cacheOf([nameless])), [first]);
    assert.equal(reads(), 1);
  });

  it('that were deleted or have another owner are not found', async () => {
    const known = cacheOf(await find());
    const [gone, given] = known.keys();
    world.person('DELETE', `/api/v1/dashboard/${gone}`);
    world.clock.advance(1000);
    world.person('PUT', `/api/v1/dashboard/${given}`, {
      ...known.get(given ?? '')?.body,
      description: 'Managed by Birddog: b/d',
    });
    reads();
    const ids = (await find(known)).map(idOf);
    assert.deepEqual([ids.length, ids.includes(gone ?? ''), ids.includes(given ?? '')], [18, false, false]);
    assert.equal(reads(), 0);
  });
});
