import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';

const PATH = '/api/v2/monitor/policy';

function start() {
  const world = emulatedDatadog();
  const put = (tag_key: string, tag_key_required: boolean, valid_tag_values: string[]) =>
    world.person('POST', PATH, {
      data: {
        type: 'monitor-config-policy',
        attributes: { policy_type: 'tag', policy: { tag_key, tag_key_required, valid_tag_values } },
      },
    });
  return { ...world, put, list: () => world.datadog.policies.list(world.context()) };
}

describe('the policies of an organisation', () => {
  it('are listed by tag, and cached for a minute', async () => {
    const { put, list, clock, taken } = start();
    put('env', true, ['prod', 'staging']);
    const [env] = await list();
    assert.ok(env && env.id !== '');
    assert.deepEqual(env, { id: env.id, tagKey: 'env', required: true, values: ['prod', 'staging'] });
    put('team', false, ['shop']);
    clock.advance(59_999);
    assert.equal((await list()).length, 1);
    clock.advance(1);
    assert.equal((await list()).length, 2);
    assert.equal(taken().length, 2);
  });

  it('are an empty list, cached for a minute, if the key may not read them', async () => {
    const { list, fail, put, clock } = start();
    put('env', true, ['prod']);
    fail(PATH, 403);
    assert.deepEqual(await list(), []);
    assert.deepEqual(await list(), []);
    clock.advance(60_000);
    assert.equal((await list()).length, 1);
  });

  it('of an unknown type are ignored; a failure is reported and not cached', async () => {
    const { list, fail, clock } = start();
    const unknown = [{ id: 'x', attributes: { policy_type: 'other' } }, { id: 'y' }];
    fail(PATH, 200, { data: unknown });
    assert.deepEqual(await list(), []);
    clock.advance(60_000);
    fail(PATH, 200, { data: 'nothing' });
    await assert.rejects(list(), { code: 'datadog_failed' });
    assert.deepEqual(await list(), []);
  });
});
