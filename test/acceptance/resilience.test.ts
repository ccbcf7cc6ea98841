import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, type Pod, request, startPod } from './pod.ts';

const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' };
const JSON_BODY = { 'content-type': 'application/json' };
const MIB = 1024 * 1024;

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const create = (application: string, key: string) =>
  request(pod, 'POST', '/create_monitor', {
    body: JSON.stringify({ application, team: 't', key, monitor: { ...MONITOR, name: key } }),
    headers: JSON_BODY,
  });

/** An answer with its latency in milliseconds. */
type Timed = Answer & { readonly ms: number };

/** Sends reads and writes for a listed application in sequence until `disturbance` has ended. */
async function listedDuring(disturbance: () => Promise<unknown>): Promise<Timed[]> {
  const answers: Timed[] = [];
  const timed = async (call: Promise<Answer>) => {
    const begun = performance.now();
    const answer = await call;
    answers.push({ ...answer, ms: performance.now() - begun });
  };
  const state = { ended: false };
  const calls = async (caller: number) => {
    do {
      await timed(create('checkout', `calm-${caller}-${answers.length}`));
      await timed(request(pod, 'GET', `/get_monitors?application=checkout&key=calm-${caller}-0`));
    } while (!state.ended);
  };
  const working = disturbance().finally(() => (state.ended = true));
  await Promise.all([calls(0), calls(1), working]);
  return answers;
}

/** Sends `count` requests with limited concurrency. Returns the number of answers by status. */
async function flood(count: number, atOnce: number, send: (n: number) => Promise<Answer>) {
  const statuses = new Map<number, number>();
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const { status } = await send(next++);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return statuses;
}

function allWell(answers: readonly Answer[]): void {
  assert.ok(answers.length >= 4, `${answers.length} listed calls were made`);
  const failed = answers.filter(({ status }) => status !== 200 && status !== 201);
  assert.deepEqual(
    failed.map(({ status, text }) => `${status} ${text}`),
    [],
  );
}

describe('no listed call fails', () => {
  it('while the sidecar is flooded', async () => {
    let statuses = new Map<number, number>();
    const answers = await listedDuring(async () => {
      statuses = await flood(800, 400, (n) => create('flooding', `k-${n % 40}`));
    });
    allWell(answers);
    for (const status of statuses.keys()) assert.ok([200, 201, 429, 503].includes(status), String(status));
    assert.ok((statuses.get(503) ?? 0) > 0, 'requests beyond the queue get 503 at once');
    assert.ok((statuses.get(200) ?? 0) > 0, 'the rest is served');
  });

  it('while the sidecar is killed repeatedly', async () => {
    const answers = await listedDuring(async () => {
      for (let n = 0; n < 5; n += 1) {
        await pod.kill('sidecar', 'SIGKILL');
        await create('killed', 'k');
      }
    });
    allWell(answers);
    await pod.until(async () => [200, 201].includes((await create('killed', 'k')).status));
  });

  it('while the sidecar receives documents of the maximum size', async (t) => {
    const head = 'apiVersion: birddog/v1\napplication: heavy\nteam: t\nmonitors:\n';
    const entry = (n: number) =>
      `  - {key: k${n}, type: query alert, name: n${n}, query: "avg(last_5m):avg:a{b:${n}} > 1"}\n`;
    const entries: string[] = [];
    for (let n = 0, size = head.length; size < 16 * MIB - 200; n += 1) {
      entries.push(entry(n));
      size += entry(n).length;
    }
    const large = head + entries.join('');
    const deep = `${head}  - {key: k, type: query alert, query: q, x: ${'['.repeat(90)}${']'.repeat(90)}}\n`;
    const broken = `${large.slice(0, 15 * MIB)}\n\t]`;
    let heavy: Answer[] = [];
    const send = (path: string, body: string, deadlineMs: number) =>
      request(pod, 'POST', path, {
        body,
        headers: { 'content-type': 'application/yaml', 'birddog-deadline-ms': String(deadlineMs) },
      });
    const answers = await listedDuring(async () => {
      heavy = await Promise.all([
        send('/lint', broken, 120_000),
        send('/plan', large, 15_000),
        send('/plan', deep, 120_000),
      ]);
    });
    allWell(answers);
    const [malformed, planned, refused] = heavy;
    assert.deepEqual([malformed?.status, malformed?.body.code], [400, 'malformed_body']);
    // 503: the other two documents were inspected first, until the deadline.
    assert.ok([200, 503, 504].includes(planned?.status ?? 0), planned?.text.slice(0, 300));
    assert.ok((refused?.status ?? 500) < 500, refused?.text.slice(0, 300));
    const longest = Math.max(...answers.map(({ ms }) => ms));
    t.diagnostic(`${answers.length} listed calls, the longest ${Math.round(longest)} ms`);
  });
});
