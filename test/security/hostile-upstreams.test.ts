import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type Answer, type Pod, request, startPod } from '../acceptance/pod.ts';
import { ANSWERS, json, type Respond } from './hostile-answers.ts';

let served = 0;
/** Returns a full page of new objects. */
const endless: Respond = (response, url) => {
  const size = Number(url.searchParams.get('page_size') ?? url.searchParams.get('count') ?? 100);
  const page = Array.from({ length: size }, () => ({ id: String((served += 1)) }));
  response
    .writeHead(200)
    .end(JSON.stringify(url.pathname.endsWith('dashboard') ? { dashboards: page } : page));
};
let respond: Respond = json('[]');
const server = http.createServer((incoming, response) => {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  if (url.pathname === '/api/v2/catalog/entity') {
    const data = [{ attributes: { name: url.searchParams.get('filter[name]'), kind: 'service' } }];
    return json(JSON.stringify({ data }))(response, url);
  }
  return respond(response, url);
});
let pod: Pod;
before(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const env = { DATADOG_URL: `http://127.0.0.1:${address.port}` };
  pod = await startPod({ env: { serve: env, sidecar: env } });
});
after(async () => {
  await pod?.stop();
  server.closeAllConnections();
  server.close();
});

/** A listed application, which Birddog serves, and an unlisted one, which the sidecar serves. */
const APPLICATIONS = ['checkout', 'not-listed-anywhere'];
const ask = (path: string, application: string, deadlineMs: number): Promise<Answer> =>
  request(pod, 'GET', `${path}?application=${application}`, {
    headers: { 'birddog-deadline-ms': String(deadlineMs) },
  });
async function memoryMiB(name: string): Promise<number> {
  const status = readFileSync(`/proc/${await pod.pidOf(name)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

describe('a Datadog that sends', () => {
  for (const [what, answer] of Object.entries(ANSWERS))
    it(`${what} causes a problem other than 500, and both processes keep running`, async () => {
      respond = answer;
      const pids = [await pod.pidOf('serve'), await pod.pidOf('sidecar')];
      const asked = APPLICATIONS.flatMap((application) =>
        ['/get_monitors', '/get_dashboards'].map((path) => ask(path, application, 4000)),
      );
      for (const { status, body, headers } of await Promise.all(asked)) {
        assert.ok(status >= 400 && status !== 500, `${status} ${JSON.stringify(body)}`);
        assert.equal(typeof body.code, 'string');
        assert.ok(body.detail.length < 3000);
        assert.equal(headers['set-cookie'], undefined);
      }
      respond = json('[]');
      assert.deepEqual([await pod.pidOf('serve'), await pod.pidOf('sidecar')], pids);
      assert.equal((await request(pod, 'GET', '/healthz')).status, 200);
    });

  for (const application of APPLICATIONS)
    it(`an endless list causes 502 long before the deadline, for ${application}`, async () => {
      respond = endless;
      for (const path of ['/get_monitors', '/get_dashboards']) {
        const { status, body } = await ask(path, application, 25_000);
        assert.deepEqual([status, body.code], [502, 'datadog_failed'], JSON.stringify(body));
      }
    });

  it('a rate limit that resets in ten years is queried again within seconds', async () => {
    const headers = {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '315360000',
    };
    respond = json('[]', 200, headers);
    assert.equal((await ask('/get_monitors', 'checkout', 20_000)).status, 200);
    respond = json('[]');
    assert.equal((await ask('/get_monitors', 'checkout', 20_000)).status, 200);
  });

  it('all of these does not grow the memory of both processes beyond a limit', {
    skip: process.platform !== 'linux',
  }, async () => {
    for (const name of ['serve', 'sidecar']) {
      const used = await memoryMiB(name);
      assert.ok(used < 768, `${name}: ${used} MiB`);
    }
  });
});
