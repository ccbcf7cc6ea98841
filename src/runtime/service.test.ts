import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMetrics } from './metrics.ts';
import { textReply } from './reply.ts';
import { startService } from './service.ts';
import { createShutdown } from './shutdown.ts';
import { systemClock } from './system-clock.ts';

it('a service serves its probes until the last request has ended, and then closes its resources', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const closed: string[] = [];
  const resource = (name: string) => ({ close: () => void closed.push(name) });
  const address = { host: '127.0.0.1', port: 0 };
  const shutdown = createShutdown(60_000, systemClock);
  const { leaving, refusing } = shutdown.phases;
  const service = await startService({
    server: {
      ...address,
      app: async () => {
        arrive();
        await released;
        return textReply(200, 'text/plain', 'answered');
      },
    },
    ops: address,
    shutdown,
    health: { notReady: () => (leaving.aborted ? 'shutting down' : undefined) },
    metrics: createMetrics('test', '0'),
    resources: [resource('store'), resource('settler')],
  });
  const answer = fetch(service.url);
  await arrived;
  const stopped = service.stop(AbortSignal.abort());
  if (!refusing.aborted) await new Promise((resolve) => refusing.addEventListener('abort', resolve));
  const probe = async (path: string) => (await fetch(new URL(path, service.opsUrl))).status;
  assert.deepEqual([await probe('/readyz'), await probe('/healthz'), closed], [503, 200, []]);
  release();
  assert.equal(await (await answer).text(), 'answered');
  await stopped;
  assert.deepEqual(closed, ['settler', 'store']);
  await assert.rejects(probe('/healthz'));
});
