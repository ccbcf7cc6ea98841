import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyAll, documentOf, MONITOR } from './document-client.ts';
import { type Answer, control, type Pod, request, startPod } from './pod.ts';

// Neither is listed, so that one process uses the limit: with SQLite each container has its own budget.
const LARGE = 'large-application';
const OTHER = 'small-application';
const OBJECTS = 120;
const LIMIT = { limit: 50, period: 1 };
/** What an apply leaves to people, in calls per period. */
const LEFT = 5;

describe('a rate limit of Datadog', () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod({ env: { sidecar: { BIRDDOG_BUDGET_SHARE: '100' } } });
  });
  after(() => pod.stop());

  const create = (key: string, deadlineMs: number): Promise<Answer> =>
    request(pod, 'POST', '/create_monitor', {
      body: JSON.stringify({
        application: OTHER,
        team: 't',
        key,
        monitor: { type: 'query alert', name: key, query: 'avg(last_5m):avg:a{*} > 1' },
      }),
      headers: { 'content-type': 'application/json', 'birddog-deadline-ms': String(deadlineMs) },
    });

  /** Returns how many requests Datadog answered with 429. */
  async function refusedByDatadog(): Promise<number> {
    const texts = await Promise.all(
      [pod.opsUrl, pod.sidecarOpsUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    const lines = texts.join('\n').split('\n');
    assert.ok(
      lines.some((line) => /^birddog_upstream_requests_total\{.*endpoint="\/api\/v1\/monitor"/.test(line)),
    );
    return lines
      .filter((line) => /^birddog_upstream_requests_total\{.*status="429"/.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Returns Datadog's log of the writes of an application; times are in ms. */
  async function writesOf(application: string): Promise<{ readonly at: number }[]> {
    const log: { at: number; object: { tags: string[] } }[] = JSON.parse(
      await (await control(pod.datadogUrl, 'GET', 'writes')).text(),
    );
    const writes = log.filter(({ object }) => object.tags.includes(`birddog_application:${application}`));
    assert.equal(writes.length, OBJECTS);
    return writes;
  }

  it('lets the creates of another team through beside a large apply, without one 429', async () => {
    await control(pod.datadogUrl, 'PUT', 'limits', { post_monitors: LIMIT });
    await create('learn', 20_000);
    const monitors = Array.from({ length: OBJECTS }, (_, n) => ({
      ...MONITOR,
      key: `k${n}`,
      name: `Load ${n}`,
      query: `avg(last_5m):avg:system.load.1{shard:${n}} > 2`,
    }));
    const state = { isApplied: false };
    const applying = applyAll(pod, documentOf(LARGE, { monitors })).finally(() => (state.isApplied = true));
    const answers: Answer[] = [];
    while (!state.isApplied) answers.push(await create(`single-${answers.length}`, 10_000));
    await applying;
    assert.deepEqual(
      answers.filter(({ status }) => status !== 201).map(({ text }) => text),
      [],
    );
    assert.ok(answers.length > 0);
    assert.equal(await refusedByDatadog(), 0);
    // The emulator may log a call one period after the one in which it counts.
    for (const [period, writes] of Map.groupBy(await writesOf(LARGE), ({ at }) => Math.floor(at / 1000)))
      assert.ok(writes.length <= LIMIT.limit - LEFT + 1, `${writes.length} writes in the period ${period}`);
  });
});
