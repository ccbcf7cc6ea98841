import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type CallersPod, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';
import { type Answer, request } from '../acceptance/pod.ts';

const robot = (name: string, groups: readonly string[]) => ({
  name,
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups,
  days: 30,
});
const A = robot('a', ['teams']);
const B = robot('b', ['teams']);
const STRANGER = robot('stranger', ['nobody']);
const READER = robot('reader', ['readers']);
const ACCESS = `rules:
  - {groups: [teams], applications: [checkout, payments-batch], may: [write]}
  - {groups: [readers], applications: [payments-batch], may: [read]}
`;

let at: CallersPod;
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile([A, B, STRANGER, READER]));
});
after(() => at.stop());

type Robot = typeof A;
const send = (
  who: Robot,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  request(at.pod, path.startsWith('/update') ? 'PUT' : 'POST', path, {
    body,
    headers: { 'content-type': 'application/yaml', authorization: `Bearer ${who.token}`, ...headers },
  });
const healthy = async () => assert.equal((await fetch(`${at.pod.opsUrl}/healthz`)).status, 200);

/** Returns the child processes that inspect bodies, of all servers of the pod. */
async function inspecting(): Promise<string[]> {
  const parents = [await at.pod.pidOf('serve'), await at.pod.pidOf('sidecar')].map(String);
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [pid = '', parent = ''] = line.trim().split(/\s+/);
    return parents.includes(parent) && / inspect-body\b/.test(line) ? [pid] : [];
  });
}

const HEAD = 'apiVersion: birddog/v1\nteam: t\nmonitors:\n';
const entries = (from: number, count: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      `  - {key: k${from + n}, name: n${from + n}, type: query alert, query: "avg(last_5m):avg:a{*} > 1"}\n`,
  ).join('');
/** A document whose inspection takes seconds: 400,000 values in YAML. */
const slow = (application: string) =>
  `application: ${application}\n${HEAD}${`  - [${'[],'.repeat(2000)}]\n`.repeat(200)}`;

describe('a large body', () => {
  it('is inspected in a child process while the server answers others', async () => {
    const pid = await at.pod.pidOf('serve');
    const linted = send(A, '/lint', slow('payments-batch'));
    await at.pod.until(async () => (await inspecting()).length === 1);
    await healthy();
    const small = await send(B, '/lint', 'application: x\n');
    assert.equal(small.status, 200);
    const { status, body } = await linted;
    assert.equal(status, 200);
    assert.ok(body.findings.length > 0 && body.findings.every((one: { line: number }) => one.line > 0));
    assert.equal(await at.pod.pidOf('serve'), pid);
    await at.pod.until(async () => (await inspecting()).length === 0);
  });

  it('is aborted at its deadline: the child process is killed, and the next body is inspected', async () => {
    const late = await send(A, '/lint', slow('payments-batch'), { 'birddog-deadline-ms': '900' });
    assert.deepEqual([late.status, late.body.code], [504, 'deadline_exceeded'], late.text);
    await at.pod.until(async () => (await inspecting()).length === 0);
    assert.equal((await send(A, '/lint', `application: x\n#${'x'.repeat(70_000)}\n`)).status, 200);
  });

  it('is aborted when its client disconnects', async () => {
    const outgoing = http.request(new URL('/lint', at.pod.birddogUrl), {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/yaml', authorization: `Bearer ${A.token}` },
    });
    outgoing.on('error', () => {});
    outgoing.end(slow('payments-batch'));
    await at.pod.until(async () => (await inspecting()).length === 1);
    outgoing.destroy();
    await at.pod.until(async () => (await inspecting()).length === 0);
  });

  it('uses only the child process of its caller; a request that waits too long gets 503 busy', async () => {
    const first = send(A, '/lint', slow('payments-batch'));
    await at.pod.until(async () => (await inspecting()).length === 1);
    const more = Array.from({ length: 6 }, () =>
      send(A, '/lint', slow('payments-batch'), { 'birddog-deadline-ms': '1000' }),
    );
    const other = await send(B, '/lint', `application: x\n#${'x'.repeat(70_000)}\n`);
    assert.equal(other.status, 200, 'another caller is not held up');
    for (const { status, body, headers } of await Promise.all(more)) {
      if (status === 504) continue;
      assert.deepEqual([status, body.code], [503, 'busy']);
      assert.ok(Number(headers['retry-after']) >= 1);
    }
    assert.equal((await first).status, 200);
  });

  it('gets 503 if its child process exits without an answer; nothing else is affected', async () => {
    const linted = send(A, '/lint', slow('payments-batch'));
    await at.pod.until(async () => (await inspecting()).length === 1);
    for (const pid of await inspecting()) process.kill(Number(pid), 'SIGKILL');
    const { status, body, headers } = await linted;
    assert.deepEqual([status, body.code, headers['retry-after']], [503, 'busy', '1']);
    await healthy();
  });

  it('is planned and applied like a small one, on every route', async () => {
    for (const application of ['checkout', 'payments-batch']) {
      const objects = `application: ${application}\n${HEAD}${entries(0, 3)}`;
      const large = `${objects}${entries(3, 1)}    # ${'x'.repeat(70_000)}\n`;
      const applied = await send(A, '/apply', objects);
      assert.equal(applied.status, 200, applied.text);
      const planned = await send(A, '/plan', large);
      assert.deepEqual(
        planned.body.objects.map(({ action }: { action: string }) => action),
        ['none', 'none', 'none', 'create'],
        planned.text.slice(0, 1000),
      );
      const again = await send(A, '/plan', `${objects}${entries(3, 1)}`);
      assert.equal(again.body.basis, planned.body.basis);
      const drift = await send(A, '/drift', large);
      assert.equal(drift.status, 200, drift.text);
    }
    const message = 'x'.repeat(100_000);
    const monitor = `application: payments-batch\nteam: t\nkey: single\nmonitor: {type: query alert, name: s, query: "avg(last_5m):avg:a{*} > 1", message: ${message}}\n`;
    const made = await send(A, '/create_monitor', monitor);
    assert.deepEqual([made.status, made.body.monitor?.message], [201, message], made.text.slice(0, 500));
  });
});

/** Starts a request with a Content-Length of `size` and sends only the beginning of its body. */
function begun(who: Robot, path: string, size: number, beginning: string) {
  const outgoing = http.request(new URL(path, at.pod.birddogUrl), {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/yaml',
      'content-length': size,
      authorization: `Bearer ${who.token}`,
    },
  });
  outgoing.on('error', () => {});
  outgoing.write(beginning);
  const status = new Promise<number | undefined>((resolve) => {
    outgoing.on('response', (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    });
  });
  return { outgoing, status };
}

describe('a body that does not arrive', () => {
  it('occupies no process: thirty slow requests of one caller block neither other callers nor this one', async () => {
    const senders = Array.from({ length: 30 }, () => begun(A, '/lint', 8 * 1024 * 1024, 'a'));
    try {
      for (const who of [B, A]) {
        const { status } = await send(
          who,
          '/plan',
          `application: payments-batch\n${HEAD}  []\n#${'x'.repeat(2_000_000)}\n`,
        );
        assert.equal(status, 200);
      }
    } finally {
      for (const { outgoing } of senders) outgoing.destroy();
    }
  });

  it('is rejected at once if its caller has the permission for no application', async () => {
    for (const [who, path] of [
      [STRANGER, '/plan'],
      [STRANGER, '/create_monitor'],
      [READER, '/apply'],
      [READER, '/create_dashboard'],
      [A, '/create_monitor?application=legacy-crm'],
    ] as const) {
      const { outgoing, status } = begun(who, path, 1_000_000, 'application: payments-batch\n');
      assert.equal(await status, 403, `${who.name} ${path}`);
      outgoing.destroy();
    }
    const linted = begun(STRANGER, '/lint', 15, 'application: x');
    linted.outgoing.end('\n');
    assert.equal(await linted.status, 200, 'anybody may lint');
  });
});
