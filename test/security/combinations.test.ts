import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type CallersPod, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';
import { type Answer, request } from '../acceptance/pod.ts';
import { pollHealth } from './health-poller.ts';
import { rawConnection, statuses } from './raw-client.ts';

const ROBOTS = Array.from({ length: 200 }, (_, at) => ({
  name: `robot-${at}`,
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['teams'],
  days: 30,
}));
const [A, B, C, D] = ROBOTS.map(({ token }) => token);
const LISTED = 'checkout';
const UNLISTED = 'payments-batch';
const ACCESS = `rules:\n  - {groups: [teams], applications: [${LISTED}, ${UNLISTED}], may: [write]}\n`;

let at: CallersPod;
let pids: number[];
const serverPids = () => Promise.all([at.pod.pidOf('serve'), at.pod.pidOf('sidecar')]);
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile(ROBOTS));
  pids = await serverPids();
});
after(() => at.stop());

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}
const send = (token = '', path: string, body: string | Uint8Array, { method = 'POST', headers }: Sent = {}) =>
  request(at.pod, method, path, {
    body,
    headers: { 'content-type': 'application/yaml', authorization: `Bearer ${token}`, ...headers },
  });
const within = (ms: number) => ({ headers: { 'birddog-deadline-ms': String(ms) } });
const statusOf = async (answer: Promise<Answer>) => (await answer).status;

/** Runs the work while both containers are polled. Asserts that they answered every poll and are the same processes. */
async function survives<T>(work: () => Promise<T>): Promise<T> {
  const polled = pollHealth([at.pod.opsUrl, at.pod.sidecarOpsUrl]);
  let failed = 0;
  const result = await work().finally(async () => {
    ({ failed } = await polled());
  });
  assert.equal(failed, 0);
  assert.deepEqual(await serverPids(), pids);
  return result;
}

/** Returns the processes that inspect bodies for either container. */
function inspecting(): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid = '', parent = ''] = line.trim().split(/\s+/);
    return pids.includes(Number(parent)) && / inspect-body\b/.test(line) ? [Number(pid)] : [];
  });
}
const running = (count: number) => at.pod.until(async () => inspecting().length === count);

const HEAD = 'team: t\nmonitors:\n';
const ENTRY = '  - {key: k, name: n, type: query alert, query: "avg(last_5m):avg:a{*} > 1"}\n';
/** A document whose inspection takes seconds. */
const slow = (application: string) =>
  `application: ${application}\n${HEAD}${`  - [${'[],'.repeat(2000)}]\n`.repeat(200)}`;
/** A valid document beyond the size that the server itself inspects. */
const valid = (application: string) => `application: ${application}\n${HEAD}${ENTRY}#${'x'.repeat(65_536)}\n`;

/** Starts a request that can be given up. */
function begin(token = '', path: string, body: string): http.ClientRequest {
  const headers = { 'content-type': 'application/yaml', authorization: `Bearer ${token}` };
  const outgoing = http.request(new URL(path, at.pod.birddogUrl), { method: 'POST', agent: false, headers });
  outgoing.on('error', () => {});
  outgoing.end(body);
  return outgoing;
}

describe('callers that wait for a process at the same time', () => {
  it('lose nothing when one of them disconnects in the queue', async () => {
    const first = [begin(A, '/lint', slow(UNLISTED)), begin(B, '/lint', slow(UNLISTED))];
    await running(2);
    const leaving = begin(C, '/lint', slow(UNLISTED));
    const staying = statusOf(send(D, '/lint', valid(UNLISTED)));
    const again = statusOf(send(C, '/lint', valid(UNLISTED)));
    leaving.destroy();
    first[0]?.destroy();
    assert.deepEqual([await staying, await again], [200, 200]);
    first[1]?.destroy();
    await running(0);
    for (const token of [A, B, C, D]) assert.equal(await statusOf(send(token, '/lint', valid(LISTED))), 200);
  });

  it('get findings or busy, two hundred at once with 64 KiB and 1 byte each', {
    timeout: 240_000,
  }, async () => {
    const body = `application: ${UNLISTED}\n#`.padEnd(64 * 1024 + 1, 'x');
    const answers = await survives(() =>
      Promise.all(ROBOTS.map(({ token }) => statusOf(send(token, '/lint', body, within(120_000))))),
    );
    assert.ok(answers.filter((status) => status === 200).length >= 32, answers.join());
    assert.deepEqual([...new Set(answers)].sort(), [200, 503]);
    await running(0);
  });

  it('get 504 when their processes are stopped, and the next ones are inspected', async () => {
    const stopped = [A, B].map((token) => send(token, '/plan', slow(UNLISTED), within(3000)));
    await running(2);
    for (const pid of inspecting()) process.kill(pid, 'SIGSTOP');
    const codes = (await Promise.all(stopped)).map(({ body }) => body.code);
    assert.deepEqual(codes, ['deadline_exceeded', 'deadline_exceeded']);
    await running(0);
    assert.equal(await statusOf(send(A, '/plan', valid(UNLISTED))), 200);
  });

  it('get 503 when their process is killed at any moment of its answer, and nothing half-read', async () => {
    // 2 MiB of findings and entries, so that the answer takes several reads.
    const entries = Array.from({ length: 8000 }, (_, n) =>
      ENTRY.replace(/[kn],/g, (name) => `${name[0]}${n},`),
    );
    const document = `application: ${UNLISTED}\n${HEAD}${entries.join('')}`;
    const seen = await survives(async () => {
      const came: number[] = [];
      for (let round = 0; round < 12; round += 1) {
        const answer = send(A, '/plan', document, within(60_000));
        await at.pod.until(async () => inspecting().length > 0);
        // Kills the processes of one container at a moment that no test controls; the answer is complete or a problem.
        for (let polls = 0; polls < round; polls += 1) await fetch(`${at.pod.opsUrl}/healthz`);
        for (const pid of inspecting()) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It has ended since.
          }
        }
        const { status, body } = await answer;
        if (status === 200) assert.equal(body.objects.length, 8000);
        else assert.deepEqual([status, body.code], [503, 'busy']);
        came.push(status);
      }
      return came;
    });
    assert.ok(seen.includes(503), seen.join());
    await running(0);
  });
});

describe('bodies that do not arrive as announced', () => {
  const post = (token = '', headers: string, body: string, path = '/lint') =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/yaml\r\n${headers}\r\n${body}`;

  it('are 504 at a deadline of 100 ms, fifty at once, while others are served', async () => {
    const headers = 'Content-Length: 1000000\r\nBirddog-Deadline-Ms: 100\r\n';
    const slowly = Array.from({ length: 50 }, () =>
      rawConnection(at.pod.birddogUrl, post(A, headers, 'a: 1\n')),
    );
    const answers = survives(() => Promise.all(slowly.map(({ until }) => until(/"request_id"/))));
    assert.equal(await statusOf(send(B, '/lint', valid(UNLISTED))), 200);
    for (const came of await answers) assert.match(came, /^HTTP\/1\.1 504 .*"code":"deadline_exceeded"/s);
    for (const { socket } of slowly) socket.destroy();
  });

  it('are read up to their Content-Length; what follows is another request', async () => {
    const body = `application: ${UNLISTED}\n`;
    const short = rawConnection(
      at.pod.birddogUrl,
      post(A, `Content-Length: ${body.length}\r\n`, `${body}team: t\n`),
    );
    assert.deepEqual(statuses(await short.ended), [200]);
    const long = rawConnection(at.pod.birddogUrl, post(A, 'Content-Length: 1000\r\n', body));
    long.socket.end();
    await long.ended;
    assert.equal(await statusOf(send(A, '/lint', body)), 200);
  });

  it('may end with trailers, which set nothing and are limited like headers', async () => {
    const chunked = (trailers: string) => {
      const body = `5\r\na: 1\n\r\n0\r\n${trailers}\r\n`;
      return rawConnection(at.pod.birddogUrl, post(A, 'Transfer-Encoding: chunked\r\n', body));
    };
    const ignored = chunked(
      'Content-Type: text/plain\r\nBirddog-Deadline-Ms: soon\r\nAuthorization: none\r\n',
    );
    assert.deepEqual(statuses(await ignored.until(/"request_id"/)), [200]);
    ignored.socket.destroy();
    const refused = chunked(`a: ${'x'.repeat(1_000_000)}\r\n`);
    assert.deepEqual(statuses(await refused.ended), [400]);
  });

  it('in chunks of one byte is refused before it fills the memory', async () => {
    const rssMiB = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pids[0]}/status`, 'utf8'))?.[1]) / 1024;
    const atFirst = rssMiB();
    const tiny = '1\r\n \r\n'.repeat(2 * 1024 * 1024);
    const { until, socket } = rawConnection(
      at.pod.birddogUrl,
      post(A, 'Transfer-Encoding: chunked\r\n', tiny),
    );
    const came = await survives(() => until(/"request_id"/));
    assert.match(came, /^HTTP\/1\.1 400 .*"code":"bad_request"/s);
    socket.destroy();
    assert.ok(rssMiB() - atFirst < 200, `${atFirst} MiB, then ${rssMiB()} MiB`);
  });

  it('do not delay a large body: what is pipelined behind it is answered after it', async () => {
    const large = valid(UNLISTED);
    const token = A ?? '';
    const health = `GET /get_monitors?application=${UNLISTED} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const text = post(A, `Content-Length: ${large.length}\r\n`, large, '/plan') + health.repeat(3);
    const connection = rawConnection(at.pod.birddogUrl, text);
    const came = await connection.until(/("request_id".*){4}/s);
    assert.deepEqual(statuses(came), [200, 200, 200, 200]);
    connection.socket.destroy();
  });
});

describe('a compressed body that', () => {
  const COMPRESS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
  for (const [encoding, compress] of Object.entries(COMPRESS)) {
    const encoded = (name: string) => ({ headers: { 'content-encoding': name } });

    it(`expands beyond the limit is 413 or busy on every route, for eight callers at once (${encoding})`, async () => {
      const bomb = compress(Buffer.alloc(64 * 1024 * 1024, '#'));
      const sent = ROBOTS.slice(0, 8).flatMap(({ token }) =>
        [
          '/plan',
          '/apply',
          `/create_monitor?application=${UNLISTED}`,
          `/create_monitor?application=${LISTED}`,
        ].map((path) => send(token, path, bomb, encoded(encoding))),
      );
      const answers = await survives(() => Promise.all(sent));
      // A caller has one body decompressed at a time: others of it may be refused at once.
      for (const { status, body, text } of answers)
        assert.ok(['413 too_large', '503 busy'].includes(`${status} ${body.code}`), text);
      assert.ok(answers.some(({ body }) => body.code === 'too_large' && body.unit === 'bytes'));
    });

    it(`is truncated or compressed twice is rejected, and otherwise means the same (${encoding})`, async () => {
      for (const application of [LISTED, UNLISTED]) {
        const text = valid(application);
        const whole = compress(text);
        const half = await send(A, '/plan', whole.subarray(0, whole.length / 2), encoded(encoding));
        assert.deepEqual([half.status, half.body.code], [400, 'malformed_body']);
        const twice = compress(whole);
        assert.equal(await statusOf(send(A, '/plan', twice, encoded(encoding))), 400);
        assert.equal(await statusOf(send(A, '/plan', twice, encoded(`${encoding}, ${encoding}`))), 415);
        const plain = await send(A, '/plan', text);
        const planned = await send(A, '/plan', whole, encoded(encoding));
        assert.deepEqual([planned.status, planned.body.basis], [200, plain.body.basis]);
      }
    });
  }
});

describe('documents at a limit', () => {
  it('with a thousand aliases of a value that is 97 deep are linted; one more, or deeper, is malformed', async () => {
    const aliased = (count: number, depth: number) =>
      `a: &a ${'['.repeat(depth)}x${']'.repeat(depth)}\nb: [${Array.from({ length: count }, () => '*a').join()}]\n`;
    const codes = async (text: string) => {
      const { status, body } = await survives(() => send(A, '/lint', text));
      return [status, body.code];
    };
    assert.deepEqual(await codes(aliased(1000, 97)), [200, undefined]);
    assert.deepEqual(await codes(aliased(1001, 97)), [400, 'malformed_body']);
    assert.deepEqual(await codes(aliased(1000, 100)), [400, 'malformed_body']);
    // Each level lists the one before twice: 2 to the power of 60 values.
    const levels = Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('');
    assert.deepEqual(await codes(`a0: &a0 [x]\n${levels}`), [400, 'malformed_body']);
  });

  it('of two callers do not hold up a third that writes and deletes', { timeout: 240_000 }, async () => {
    const message = 'x'.repeat(1_000_000);
    const largest = (application: string) =>
      JSON.stringify({
        application,
        team: 't',
        monitors: Array.from({ length: 15 }, (_, n) => ({
          key: `large${n}`,
          name: `n${n}`,
          type: 'query alert',
          query: 'avg(last_5m):avg:a{*} > 1',
          message,
        })),
      });
    const json = { headers: { 'content-type': 'application/json', 'birddog-deadline-ms': '120000' } };
    await survives(async () => {
      const large = [LISTED, UNLISTED].map((application, n) =>
        statusOf(send([A, B][n], '/plan', largest(application), json)),
      );
      await at.pod.until(async () => inspecting().length > 0);
      for (const application of [LISTED, UNLISTED]) {
        const body = JSON.stringify({
          application,
          team: 't',
          key: 'small',
          monitor: { type: 'query alert', name: 's', query: 'avg(last_5m):avg:a{*} > 1' },
        });
        assert.equal(await statusOf(send(C, '/create_monitor', body, json)), 201);
        const gone = await at.ask(C, 'DELETE', `/delete_monitor?application=${application}&key=small`);
        assert.equal(gone.status, 200, gone.text);
      }
      for (const status of await Promise.all(large)) assert.ok([200, 422].includes(status), String(status));
    });
  });
});

it('rejects thousands of query parameters, headers and cookies', async () => {
  const token = A ?? '';
  const ask = (path: string, headers: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${headers}Connection: close\r\n\r\n`;
  const path = `/get_monitors?application=${LISTED}`;
  const cases: readonly [string, number][] = [
    [ask(`${path}&${'a=&'.repeat(4000)}`, ''), 400],
    [ask(`${path}${'&application=x'.repeat(1000)}`, ''), 400],
    [ask(`${path}&tags=${'a,'.repeat(6000)}a`, ''), 200],
    [ask(`${path}&id=${'1,'.repeat(6000)}1`, ''), 400],
    [ask(`${path}&${'%00'.repeat(4000)}=1`, ''), 400],
    [ask(path, `Cookie: ${'a=b; '.repeat(3000)}\r\n`), 200],
    [ask(path, 'Cookie: a=b\r\n'.repeat(99)), 431],
    [ask(path, `Cookie: ${'a'.repeat(20_000)}\r\n`), 431],
    [ask(path, `Accept: ${'application/json,'.repeat(900)}\r\n`), 200],
  ];
  await survives(async () => {
    for (const [text, status] of cases) {
      const connection = rawConnection(at.pod.birddogUrl, text);
      const came = await connection.ended;
      assert.deepEqual(statuses(came), [status], `${text.slice(0, 200)}\n${came.slice(0, 500)}`);
    }
  });
});
