import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { applyAll, DASHBOARD, documentOf, isQuiet, MONITOR, ok, send } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

describe('an apply that is killed', () => {
  const PARTS = (message: string): JsonObject => ({
    monitors: [
      { ...MONITOR, key: 'a', name: 'A', message },
      { ...MONITOR, key: 'b', name: 'B', message },
      { ...MONITOR, key: 'c', name: 'C', message },
      { key: 'both', type: 'composite', name: 'Both', query: '${monitor:a} && ${monitor:b}', message },
    ],
    dashboards: [{ ...DASHBOARD, description: message }],
  });
  const WRITES = 5;
  const control = (path: string, method: string, body?: Json) =>
    fetch(`${pod.datadogUrl}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  async function written(method: string): Promise<number> {
    const seen: { method: string; path: string }[] = JSON.parse(
      await (await control('requests', 'GET')).text(),
    );
    return seen.filter((r) => r.method === method && /^\/api\/v1\/(monitor|dashboard)(\/|$)/.test(r.path))
      .length;
  }

  /** Kills the sidecar while it waits for the answer to its nth write, which Datadog has carried out. */
  async function killAtWrite(nth: number, method: string, document: JsonObject): Promise<void> {
    await control('requests', 'DELETE');
    const path = '^/api/v1/(monitor|dashboard)(/|$)';
    await control('faults', 'POST', [
      ...(nth > 1 ? [{ method, path, times: nth - 1, kind: 'latency', ms: 0 }] : []),
      { method, path, times: 1, kind: 'latency_after', ms: 60_000 },
    ]);
    const cut = send(pod, '/apply', document);
    await pod.until(async () => (await written(method)) >= nth);
    await pod.kill('sidecar', 'SIGKILL');
    assert.notEqual((await cut).status, 200);
    await control('faults', 'DELETE');
    await pod.until(async () => (await send(pod, '/apply', document)).status === 200);
    await isQuiet(pod, document);
  }

  const inTurn = Array.from({ length: WRITES }, (_, at) => ({ method: 'POST', nth: at + 1 }));
  for (const { method, nth } of [...inTurn, { method: 'PUT', nth: 2 }]) {
    it(`at ${method} ${nth} ends the same when it is asked again, with no duplicate`, async () => {
      const application = `killed-at-${method.toLowerCase()}-${nth}`;
      if (method === 'PUT') await applyAll(pod, documentOf(application, PARTS('first @slack-a')));
      await killAtWrite(nth, method, documentOf(application, PARTS('second @slack-a')));
      const all = [
        ...ok(await request(pod, 'GET', `/get_monitors?application=${application}`)).monitors,
        ...ok(await request(pod, 'GET', `/get_dashboards?application=${application}`)).dashboards,
      ];
      assert.deepEqual(all.map(({ key }: { key: string }) => key).sort(), [
        'a',
        'b',
        'both',
        'c',
        'overview',
      ]);
    });
  }
});
