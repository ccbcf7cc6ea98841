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

/** Starts a Datadog catalog that contains `checkout`. */
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

async function setUp(t: TestContext) {
  const clock: Clock & { offset: number } = {
    offset: 0,
    now: () => systemClock.now() + clock.offset,
    monotonic: () => systemClock.monotonic() + clock.offset,
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
  const lookUp = (application: string) =>
    lookup(
      application,
      {},
      { caller: { name: 'test' }, requestId: 'r', traceparent: '', deadline: deadlineAfter(30_000, clock) },
    );
  return { clock, lookUp, leanix, servicenow };
}

describe('the three catalogs together', () => {
  it('list checkout; legacy-crm is only in LeanIX, and payments-batch in none', async (t) => {
    const { lookUp } = await setUp(t);
    assert.deepEqual(await lookUp('checkout'), { route: 'listed', service: 'checkout' });
    for (const application of ['legacy-crm', 'payments-batch']) {
      const route = await lookUp(application);
      assert.equal(route.route, 'unlisted');
      const missingFrom = route.route === 'unlisted' ? route.missingFrom : [];
      assert.ok(missingFrom.length > 0);
      if (application === 'legacy-crm') assert.ok(!missingFrom.includes('leanix'));
    }
  });

  it('serve only cached applications while one of them is stopped', async (t) => {
    const { lookUp, clock, servicenow } = await setUp(t);
    await lookUp('checkout');
    await servicenow.close();
    clock.offset = 60_000;
    assert.deepEqual(await lookUp('checkout'), { route: 'listed', service: 'checkout' });
    assert.equal((await lookUp('payments-batch')).route, 'unlisted');
  });

  it('answer 503 if one is stopped and nothing is cached', async (t) => {
    const { lookUp, leanix } = await setUp(t);
    await leanix.close();
    await assert.rejects(lookUp('checkout'), /LeanIX is unreachable/);
  });
});
