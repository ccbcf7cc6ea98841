import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { markedObject } from '../../test/marked-object.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import type { KnownObject } from '../pipeline/ports.ts';

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
  );
}
const find = (known?: ReadonlyMap<string, KnownObject>) =>
  world.datadog.objects.dashboard.find(OWNER, world.context(), known);
const knownOf = (dashboards: readonly JsonObject[]) =>
  new Map(
    dashboards.map((body) => {
      const [id, version] = [idOf(body), String(body['modified_at'])];
      return [id, { id, key: '', version, body }];
    }),
  );
const reads = () => world.taken().filter(({ call }) => call !== 'GET /api/v1/dashboard').length;

describe('dashboards that are known', () => {
  it('are not read one by one where the list says that they have not moved', async () => {
    const cold = await find();
    assert.deepEqual([cold.length, reads()], [20, 20]);
    assert.deepEqual(await find(knownOf(cold)), cold);
    assert.equal(world.taken().length, 1, 'the list alone');
  });

  it('are read again where they moved, and nothing else is', async () => {
    const known = knownOf(await find());
    const [first] = known.keys();
    world.clock.advance(1000);
    const moved = { ...known.get(first ?? '')?.body, title: 'moved' };
    world.person('PUT', `/api/v1/dashboard/${first}`, moved);
    reads();
    const found = await find(known);
    assert.deepEqual([found[0]?.['title'], found.length, reads()], ['moved', 20, 1]);
  });

  it('are read where what is known is of no version, of no body, or of another owner', async () => {
    const cold = await find();
    reads();
    for (const wrong of [
      { version: '' },
      { body: {} },
      { body: { ...cold[0], description: 'Managed by Birddog: b/d0' } },
      { body: { ...cold[0], modified_at: 'earlier' } },
    ]) {
      const known = [...knownOf(cold).entries()];
      const spoilt = new Map(known.map(([id, was], i) => [id, i === 0 ? { ...was, ...wrong } : was]));
      assert.deepEqual(await find(spoilt), cold);
      assert.equal(reads(), 1);
    }
  });

  it('are read where the list gives no version', async () => {
    const [first] = await find();
    const nameless = { ...first, modified_at: '' };
    world.fail('/api/v1/dashboard', 200, { dashboards: [nameless] });
    reads();
    assert.deepEqual(await find(knownOf([nameless])), [first]);
    assert.equal(reads(), 1);
  });

  it('that have gone, or are of others now, are not found', async () => {
    const known = knownOf(await find());
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
