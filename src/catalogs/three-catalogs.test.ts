import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startLeanixEmulator } from '../../emulators/leanix/leanix-emulator.ts';
import { startEmulatorServer } from '../../emulators/server/emulator-server.ts';
import { startServicenowEmulator } from '../../emulators/servicenow/servicenow-emulator.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound } from '../runtime/outbound.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createDatadogCatalog } from './datadog-catalog.ts';
import { createLeanix } from './leanix.ts';
import { createLookup } from './lookup.ts';
import { createServicenow } from './servicenow.ts';

/** Datadog's catalog with `checkout` in it, as one route of its API. */
function startDatadogCatalog() {
  return startEmulatorServer({
    name: 'datadog-catalog',
    port: 0,
    handle: ({ query }) => {
      const name = query.get('filter[name]');
      const data = name === 'checkout' ? [{ attributes: { kind: 'service', name } }] : [];
      return {
        status: 200,
        headers: { 'content-type': 'application/vnd.api+json' },
        body: JSON.stringify({ data, links: {} }),
      };
    },
  });
}

async function scene(t: TestContext) {
  const clock: Clock & { ahead: number } = {
    ahead: 0,
    now: () => systemClock.now() + clock.ahead,
    sleep: systemClock.sleep,
  };
  const datadog = await startDatadogCatalog();
  const leanix = await startLeanixEmulator({ port: 0, control: true });
  const servicenow = await startServicenowEmulator({ port: 0, control: true });
  const outbound = createOutbound();
  t.after(async () => {
    outbound.close();
    await Promise.all([datadog.close(), leanix.close(), servicenow.close()]);
  });
  const lookup = createLookup({
    datadog: createDatadogCatalog({ url: new URL(datadog.url), outbound, headers: () => ({}) }),
    leanix: createLeanix({
      url: new URL(leanix.url),
      outbound,
      clock,
      apiToken: () => new Secret('sandbox-leanix-token'),
    }),
    servicenow: createServicenow({
      url: new URL(servicenow.url),
      outbound,
      tables: ['cmdb_ci_business_app', 'cmdb_ci_service'],
      username: () => new Secret('sandbox-user'),
      password: () => new Secret('sandbox-password'),
    }),
    ttlMs: 60_000,
    timeoutMs: 10_000,
    clock,
  });
  const ask = (application: string) =>
    lookup(
      application,
      {},
      { caller: { name: 'test' }, requestId: 'r', traceparent: '', deadline: deadlineAfter(30_000, clock) },
    );
  return { clock, ask, leanix, servicenow };
}

describe('the three catalogs together', () => {
  it('know checkout as listed, legacy-crm in LeanIX alone, and payments-batch not at all', async (t) => {
    const { ask } = await scene(t);
    assert.deepEqual(await ask('checkout'), { route: 'listed', service: 'checkout' });
    for (const application of ['legacy-crm', 'payments-batch']) {
      const route = await ask(application);
      assert.equal(route.route, 'unlisted');
      const lacking = route.route === 'unlisted' ? route.missingFrom : [];
      assert.ok(lacking.length > 0);
      if (application === 'legacy-crm') assert.ok(!lacking.includes('leanix'));
    }
  });

  it('go on serving what was known while one of them is stopped, and only that', async (t) => {
    const { ask, clock, servicenow } = await scene(t);
    await ask('checkout');
    await servicenow.close();
    clock.ahead = 60_000;
    assert.deepEqual(await ask('checkout'), { route: 'listed', service: 'checkout' });
    assert.equal((await ask('payments-batch')).route, 'unlisted');
  });

  it('answer 503 where one is stopped and nothing was known', async (t) => {
    const { ask, leanix } = await scene(t);
    await leanix.close();
    await assert.rejects(ask('checkout'), /LeanIX cannot be reached/);
  });
});
