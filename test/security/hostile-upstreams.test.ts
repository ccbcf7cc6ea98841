import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type Answer, type Pod, request, startPod } from '../acceptance/pod.ts';

type Respond = (response: http.ServerResponse, url: URL) => void;

const json = (body: string, status = 200, headers: http.OutgoingHttpHeaders = {}): Respond => {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};
const raw = (text: string): Respond => {
  return ({ socket }) => void socket?.end(text);
};
let served = 0;
/** A page that is full of objects which no page had before. */
const endless: Respond = (response, url) => {
  const size = Number(url.searchParams.get('page_size') ?? url.searchParams.get('count') ?? 100);
  const page = Array.from({ length: size }, () => ({ id: String((served += 1)) }));
  response
    .writeHead(200)
    .end(JSON.stringify(url.pathname.endsWith('dashboard') ? { dashboards: page } : page));
};
/** A byte now and then, for ever. */
const slow: Respond = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('[');
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer));
};
const flood: Respond = (response) => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

const ANSWERS: Readonly<Record<string, Respond>> = {
  html: json('<html><script>alert(1)</script></html>', 200, { 'content-type': 'text/html' }),
  'an empty body': json(''),
  null: json('null'),
  'a list of null': json('[null]'),
  'deep nesting': json('['.repeat(2_000_000)),
  'two million objects': json(`[${'{},'.repeat(2_000_000)}{}]`),
  'a number of a million digits': json(`[{"id":1e${'9'.repeat(1_000_000)}}]`),
  'an id that climbs': json('[{"id":"../../v2/users"}]'),
  'a 204 with a body': json('[]', 204),
  'a 206': json('[]', 206),
  'a redirect': json('', 307, { location: 'http://127.0.0.1:1/' }),
  'a 418': json('{"errors":["\\u001b[2J\\r\\nSet-Cookie: a=b"]}', 418),
  'a 520': json('<html>', 520),
  'a 599': json('', 599),
  'a 429 without end': json('', 429, { 'x-ratelimit-reset': '0' }),
  'huge headers': json('[]', 200, { 'x-large': 'x'.repeat(60_000) }),
  'a broken status line': raw('HTTP/1.1 abc\r\n\r\n'),
  'an upgrade': raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  'an early end': raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"id"'),
  'gzip that was not asked for': json('\u001f\u008b', 200, { 'content-encoding': 'gzip' }),
  'a byte now and then': slow,
  'a body without end': flood,
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

/** A listed application, which Birddog itself serves, and one that the sidecar serves. */
const APPLICATIONS = ['checkout', 'not-listed-anywhere'];
const ask = (path: string, application: string, deadlineMs: number): Promise<Answer> =>
  request(pod, 'GET', `${path}?application=${application}`, {
    headers: { 'birddog-deadline-ms': String(deadlineMs) },
  });
async function memoryMiB(name: string): Promise<number> {
  const status = readFileSync(`/proc/${await pod.pidOf(name)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

describe('Datadog that answers with', () => {
  for (const [what, answer] of Object.entries(ANSWERS))
    it(`${what} is a problem other than 500, and both processes go on`, async () => {
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
    it(`a list without end is a 502 long before the deadline, for ${application}`, async () => {
      respond = endless;
      for (const path of ['/get_monitors', '/get_dashboards']) {
        const { status, body } = await ask(path, application, 25_000);
        assert.deepEqual([status, body.code], [502, 'datadog_failed'], JSON.stringify(body));
      }
    });

  it('a rate limit that ends in ten years is asked again within seconds', async () => {
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

  it('all of that leaves the memory of both processes bounded', {
    skip: process.platform !== 'linux',
  }, async () => {
    for (const name of ['serve', 'sidecar']) {
      const used = await memoryMiB(name);
      assert.ok(used < 768, `${name}: ${used} MiB`);
    }
  });
});
