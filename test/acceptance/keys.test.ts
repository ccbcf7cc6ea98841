import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { control, type Pod, request, startPod } from './pod.ts';

const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' };
const KEYS = { api: 'another-api-key', app: 'another-app-key' };

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const create = (application: string, name: string) =>
  request(pod, 'POST', '/create_monitor', {
    body: JSON.stringify({ application, team: 't', monitor: { ...MONITOR, name } }),
    headers: { 'content-type': 'application/json' },
  });

/** Replaces the content of a secret file, as a renewed mounted Secret does. */
function renew(folder: string, name: string, text: string): void {
  rmSync(join(folder, name));
  writeFileSync(join(folder, name), text);
}

for (const application of ['checkout', 'payments-batch']) {
  it(`answers 403 for an object of ${application} that is restricted in Datadog, and keeps the keys`, async () => {
    const { body } = await create(application, 'restricted');
    await control(pod.datadogUrl, 'PUT', 'restricted', [body.id]);
    await control(pod.datadogUrl, 'DELETE', 'requests');
    const answer = await request(pod, 'PUT', `/update_monitor?id=${body.id}`, {
      body: JSON.stringify({ application, monitor: { message: 'x' } }),
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([answer.status, answer.body.code], [403, 'datadog_forbidden'], answer.text);
    assert.match(answer.body.detail, /permission to edit/);
    const seen: { method: string }[] = JSON.parse(
      await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
    );
    assert.equal(seen.filter((r) => r.method === 'PUT').length, 1, 'no loop');
  });
}

describe('keys that Datadog rejects', () => {
  it('are answered with 503 and Retry-After; new keys are used without a restart', async () => {
    await control(pod.datadogUrl, 'PUT', 'keys', KEYS);
    for (const application of ['checkout', 'payments-batch']) {
      const refused = await create(application, 'refused');
      assert.deepEqual([refused.status, refused.body.code], [503, 'datadog_keys_refused'], refused.text);
      assert.ok(Number(refused.headers['retry-after']) >= 1);
    }
    for (const folder of [pod.secretsMain, pod.secretsSidecar]) {
      renew(folder, 'datadog-api-key', KEYS.api);
      renew(folder, 'datadog-app-key', KEYS.app);
    }
    for (const application of ['checkout', 'payments-batch']) {
      const taken = await create(application, 'taken');
      assert.equal(taken.status, 201, taken.text);
    }
  });
});
