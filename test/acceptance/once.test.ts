import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { control, type Pod, request, startPod } from './pod.ts';

const MONITOR = { type: 'query alert', name: 'once', query: 'avg(last_5m):avg:a{*} > 1' };
const DASHBOARD = { title: 'once', layout_type: 'ordered', widgets: [] };
const KINDS = [
  { kind: 'monitor', object: MONITOR },
  { kind: 'dashboard', object: DASHBOARD },
] as const;

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const faults = (list: unknown) => control(pod.datadogUrl, 'POST', 'faults', list);

/** Returns the objects with this application's marker, read directly from the Datadog emulator. */
async function held(application: string, kind: string): Promise<number> {
  const answer = await request(pod, 'GET', `/get_${kind}s?application=${application}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body[`${kind}s`].length;
}

/** Returns the number of creates of a kind that Datadog has received. */
async function posts(kind: string): Promise<number> {
  const seen: { method: string; path: string }[] = JSON.parse(
    await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
  );
  return seen.filter((r) => r.method === 'POST' && r.path === `/api/v1/${kind}`).length;
}

const create = (application: string, kind: string, object: object) =>
  request(pod, 'POST', `/create_${kind}`, {
    body: JSON.stringify({ application, team: 't', key: 'k', [kind]: object }),
    headers: { 'content-type': 'application/json' },
  });

for (const { kind, object } of KINDS) {
  describe(`a ${kind} is created exactly once`, () => {
    it('when the answer is lost after the write', async () => {
      await faults([{ method: 'POST', path: `^/api/v1/${kind}$`, times: 1, kind: 'reset_after' }]);
      const answer = await create(`reset-${kind}`, kind, object);
      assert.equal(answer.status, 201, answer.text);
      assert.equal((await create(`reset-${kind}`, kind, object)).status, 200);
      assert.equal(await held(`reset-${kind}`, kind), 1);
    });

    it('when the answer is lost and the write takes effect later', async () => {
      await faults([{ method: 'POST', path: `^/api/v1/${kind}$`, times: 1, kind: 'late', ms: 1500 }]);
      const answer = await create(`late-${kind}`, kind, object);
      assert.equal(answer.status, 201, answer.text);
      assert.equal((await create(`late-${kind}`, kind, object)).status, 200);
      assert.equal(await held(`late-${kind}`, kind), 1);
    });

    it('when twenty requests for one key arrive at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => create(`twenty-${kind}`, kind, object)),
      );
      assert.deepEqual(answers.map((a) => a.status).sort(), [...Array.from({ length: 19 }, () => 200), 201]);
      assert.equal(await held(`twenty-${kind}`, kind), 1);
    });
  });
}

describe('a monitor and a dashboard are created exactly once', () => {
  /** Sends both creates, kills the sidecar once Datadog has received them, and retries until both exist. */
  async function killedMeanwhile(application: string, fault: { kind: string; ms: number }): Promise<void> {
    await control(pod.datadogUrl, 'DELETE', 'requests');
    await faults(
      KINDS.map(({ kind }) => ({ method: 'POST', path: `^/api/v1/${kind}$`, times: 1, ...fault })),
    );
    const cut = KINDS.map(({ kind, object }) => create(application, kind, object));
    await pod.until(async () => (await posts('monitor')) === 1 && (await posts('dashboard')) === 1);
    await pod.kill('sidecar', 'SIGKILL');
    for (const { status, body } of await Promise.all(cut))
      assert.deepEqual([status, body.code], [504, 'outcome_unknown']);
    for (const { kind, object } of KINDS) {
      await pod.until(async () => [200, 201].includes((await create(application, kind, object)).status));
      assert.equal(await held(application, kind), 1);
    }
  }

  it('when the sidecar is killed between the write and the answer', () =>
    killedMeanwhile('killed', { kind: 'latency_after', ms: 60_000 }));

  it('when the sidecar is killed and the write takes effect after its restart', () =>
    killedMeanwhile('killed-late', { kind: 'late', ms: 3000 }));
});

describe('a write that Datadog fails', () => {
  it('is not repeated automatically', async () => {
    await control(pod.datadogUrl, 'DELETE', 'requests');
    await faults([{ method: 'POST', path: '^/api/v1/monitor$', times: 5, kind: 'status', status: 503 }]);
    const answer = await request(pod, 'POST', '/create_monitor', {
      body: JSON.stringify({ application: 'failing', team: 't', key: 'k', monitor: MONITOR }),
      headers: { 'content-type': 'application/json', 'birddog-deadline-ms': '2000' },
    });
    assert.deepEqual([answer.status, answer.body.code], [504, 'outcome_unknown'], answer.text);
    assert.equal(await posts('monitor'), 1);
    await control(pod.datadogUrl, 'DELETE', 'faults');
  });
});
