import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { request, startPod } from './pod.ts';

const MONITOR = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };

it('no process writes a secret, even when requests fail', async () => {
  const pod = await startPod();
  const answers: string[] = [];
  try {
    const create = async (application: string, monitor: object) => {
      const answer = await request(pod, 'POST', '/create_monitor', {
        body: JSON.stringify({ application, team: 't', monitor }),
        headers: { 'content-type': 'application/json', 'birddog-deadline-ms': '1500' },
      });
      answers.push(answer.text);
      return answer;
    };
    for (const application of ['checkout', 'payments-batch']) {
      await create(application, MONITOR);
      await create(application, { ...MONITOR, query: 'BAD', name: 'y' });
    }
    for (const url of [pod.datadogUrl, pod.leanixUrl, pod.servicenowUrl]) {
      await fetch(`${url}/__control/faults`, {
        method: 'POST',
        body: JSON.stringify([
          { kind: 'reset_before', times: 2 },
          { kind: 'status', status: 500, times: 2 },
          { kind: 'status', status: 401, times: 4, body: 'who are you' },
        ]),
      });
    }
    for (const application of ['checkout', 'payments-batch', 'another'])
      await create(application, { ...MONITOR, name: 'z' });
    await fetch(`${pod.datadogUrl}/__control/faults`, { method: 'DELETE' });
    await fetch(`${pod.datadogUrl}/__control/keys`, {
      method: 'PUT',
      body: JSON.stringify({ api: 'rotated', app: 'rotated' }),
    });
    const refused = await create('payments-batch', { ...MONITOR, name: 'refused' });
    assert.deepEqual([refused.status, refused.body.code], [503, 'datadog_keys_refused'], refused.text);
    for (const url of [pod.opsUrl, pod.sidecarOpsUrl])
      answers.push(await (await fetch(`${url}/metrics`)).text());
  } finally {
    await pod.stop();
  }
  const written = [pod.output(), ...answers].join('\n');
  assert.ok(written.length > 1000, 'there is something to search');
  for (const secret of [
    'sandbox-api-key',
    'sandbox-app-key',
    'sandbox-leanix-token',
    'sandbox-password',
    'sandbox-jwt',
    'PRIVATE KEY',
  ]) {
    assert.ok(!written.includes(secret), `${secret} was written: ${around(written, secret)}`);
  }
  const basic = Buffer.from('sandbox-user:sandbox-password').toString('base64');
  assert.ok(
    !written.includes(basic) &&
      !written.includes(Buffer.from('apitoken:sandbox-leanix-token').toString('base64')),
  );
  for (const folder of [pod.secretsMain, pod.secretsSidecar].filter((f) => readable(f))) {
    for (const name of readdirSync(folder))
      assert.ok(!written.includes(readFileSync(join(folder, name), 'utf8').trim()), name);
  }
});

function readable(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return text.slice(Math.max(0, at - 200), at + 20);
}
