import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { control, type Pod, request, startPod } from '../acceptance/pod.ts';
import { rawConnection, rawExchange, statuses } from './raw-client.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const HOST = 'Host: localhost\r\n';
const CREATE = JSON.stringify({
  application: 'raw-http',
  team: 'payments',
  monitor: { type: 'query alert', name: 'Raw', query: 'avg(last_5m):avg:a.b{*} > 1' },
});
const create = (key: string, headers = '') =>
  `POST /create_monitor?key=${key} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}` +
  `Content-Length: ${CREATE.length}\r\n\r\n${CREATE}`;
const HEALTH = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;

/** Delays Datadog's answers to creates, so that the bytes after a write arrive while it is in progress. */
async function withSlowCreates(work: () => Promise<void>): Promise<void> {
  const late = { method: 'POST', path: '^/api/v1/monitor', kind: 'latency_after', ms: 400, times: 100 };
  await control(pod.datadogUrl, 'POST', 'faults', [late]);
  try {
    await work();
  } finally {
    await control(pod.datadogUrl, 'DELETE', 'faults');
  }
}

describe('bytes after a write that is in progress', () => {
  const GARBAGE: Readonly<Record<string, string>> = {
    'no HTTP': 'garbage\r\n\r\n',
    'a NUL in a header': `GET / HTTP/1.1\r\n${HOST}a: b\0c\r\n\r\n`,
    'a header without a name': `GET / HTTP/1.1\r\n${HOST}: b\r\n\r\n`,
    'headers beyond the limit': `GET / HTTP/1.1\r\n${HOST}a: ${'x'.repeat(20_000)}\r\n\r\n`,
    'a length twice': `POST /lint HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    'a length and chunks': `POST /lint HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  };

  it('never replace its response: the client receives the result of the write, then the connection closes', () =>
    withSlowCreates(async () => {
      const all = Object.entries(GARBAGE).map(async ([what, garbage], at) => {
        const came = await rawExchange(pod.birddogUrl, create(`garbage-${at}`) + garbage);
        assert.deepEqual(statuses(came), [201], `${what}: ${came}`);
        assert.match(came, /^connection: close\r$/im, what);
        assert.match(came, new RegExp(`"key":"garbage-${at}"`), what);
      });
      await Promise.all(all);
    }));

  it('are served after it if they are a request', async () => {
    const came = await rawConnection(pod.birddogUrl, create('pipelined') + HEALTH + HEALTH).until(
      /(.*"status":"ok"){2}/s,
    );
    assert.deepEqual(statuses(came), [201, 200, 200]);
  });

  it('wait for it: a pipelined read returns the written object', () =>
    withSlowCreates(async () => {
      const read = `GET /get_monitors?application=raw-http&key=seen HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
      const came = await rawExchange(pod.birddogUrl, create('seen') + read);
      assert.deepEqual(statuses(came), [201, 200], came);
    }));

  it('are not served beyond the maximum number of pipelined requests', () =>
    withSlowCreates(async () => {
      const came = await rawExchange(pod.birddogUrl, create('many') + HEALTH.repeat(1000));
      const [first, ...rest] = statuses(came);
      assert.equal(first, 201);
      assert.ok(rest.length < 1000 && rest.every((status) => status === 200), String(rest.length));
    }));
});

describe('a request that is not valid HTTP', () => {
  const CASES: Readonly<Record<string, readonly [text: string, status: number]>> = {
    'no HTTP at all': ['garbage\r\n\r\n', 400],
    'a version that is unknown': [`GET / HTTP/9.9\r\n${HOST}\r\n`, 400],
    'an unknown method': [`BREW /lint HTTP/1.1\r\n${HOST}\r\n`, 400],
    'a request line beyond 16 KiB': [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
    'no Host': ['GET /healthz HTTP/1.1\r\n\r\n', 400],
    'Host twice': [`GET /healthz HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
    'Authorization twice': [
      `GET /get_monitors?application=a HTTP/1.1\r\n${HOST}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
      400,
    ],
    'Content-Type twice': [
      `POST /lint HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Type: application/yaml\r\nContent-Length: 2\r\n\r\n{}`,
      400,
    ],
    'Content-Length and Transfer-Encoding': [
      `POST /lint HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    'Content-Length twice': [
      `POST /lint HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
      400,
    ],
    'a length that is no number': [`POST /lint HTTP/1.1\r\n${HOST}Content-Length: 0x2\r\n\r\n{}`, 400],
    'a transfer coding besides chunked': [
      `POST /lint HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      501,
    ],
    'chunked twice': [
      `POST /lint HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    'chunks in HTTP/1.0': [`POST /lint HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    'a size of a chunk that is no number': [
      `POST /lint HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
      400,
    ],
    'a chunk longer than its size': [
      `POST /lint HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`,
      400,
    ],
    'a NUL in a header': [`GET /healthz HTTP/1.1\r\n${HOST}a: b\0c\r\n\r\n`, 400],
    'a blank before the colon': [`GET /healthz HTTP/1.1\r\n${HOST}a : b\r\n\r\n`, 400],
    'a line break alone within the headers': [`GET /healthz HTTP/1.1\r\n${HOST}a: b\rc: d\r\n\r\n`, 400],
    'headers beyond 16 KiB': [`GET /healthz HTTP/1.1\r\n${HOST}a: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    'more header lines than are read': [
      `GET /healthz HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(100)}Connection: close\r\n\r\n`,
      431,
    ],
    'an expectation that is unknown': [
      `POST /lint HTTP/1.1\r\n${HOST}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`,
      417,
    ],
  };

  for (const [what, [text, status]] of Object.entries(CASES)) {
    it(`gets exactly one problem: ${what}`, async () => {
      const connection = rawConnection(pod.birddogUrl, text);
      const came = await connection.until(/\r\n\r\n\{.*\}/s);
      connection.socket.end();
      assert.deepEqual(statuses(came), [status], came);
      assert.match(came, /^content-type: application\/problem\+json\r$/im);
      assert.deepEqual(statuses(await connection.ended), [status]);
    });
  }

  it('never stops the server, for any bytes', { timeout: 120_000 }, async () => {
    const token = fc.constantFrom(
      'GET / HTTP/1.1\r\n',
      'POST /lint HTTP/1.1\r\n',
      HOST,
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Expect: 100-continue\r\n',
      '\r\n',
      '5\r\nhello\r\n',
      '0\r\n\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\n',
      'CONNECT a:1 HTTP/1.1\r\n',
    );
    const piece = fc.oneof(
      token,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (sent) => {
        const { socket, ended } = rawConnection(pod.birddogUrl, sent);
        socket.end();
        assert.doesNotMatch(await ended, /HTTP\/1\.1 5/);
      }),
      { numRuns: 1000 },
    );
    assert.equal((await request(pod, 'GET', '/healthz')).status, 200);
  });
});

describe('Expect: 100-continue', () => {
  const expecting = (path: string, length: number, headers = '') =>
    `POST ${path} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

  it('gets 413 at once, without 100, if the body exceeds the limit', async () => {
    const cases: readonly [path: string, length: number][] = [
      ['/lint', 16 * 1024 * 1024 + 1],
      ['/create_monitor', 1024 * 1024 + 1],
    ];
    for (const [path, length] of cases) {
      const came = await rawConnection(pod.birddogUrl, expecting(path, length)).ended;
      assert.deepEqual(statuses(came), [413], came);
    }
  });

  it('gets the problem of invalid headers, without 100', async () => {
    const came = await rawConnection(pod.birddogUrl, expecting('/lint', 2, 'Birddog-Deadline-Ms: soon\r\n'))
      .ended;
    assert.deepEqual(statuses(came), [400], came);
  });

  it('gets 100 when the body is read, then the answer', async () => {
    const connection = rawConnection(
      pod.birddogUrl,
      expecting('/create_monitor?key=expected', CREATE.length),
    );
    assert.deepEqual(statuses(await connection.until(/100 Continue\r\n\r\n/)), [100]);
    connection.socket.write(CREATE);
    assert.deepEqual(statuses(await connection.until(/"request_id"/)), [100, 201]);
    connection.socket.end();
  });
});
