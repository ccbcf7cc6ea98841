import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { birddog } from './birddog-command.ts';
import { datadog, documentOf, MONITOR, ok, send } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';

/** A listed application, and one that the sidecar serves. */
const APPLICATIONS = ['checkout', 'explain-unlisted'] as const;
/** The current minute (UNIX seconds). The points are from an hour before it on. */
const NOW = Math.floor(Date.now() / 60_000) * 60;
const RISE = NOW - 20 * 60;
const KEY = 'load';
const MESSAGE = 'Look at {{queue.name}}. {{#is_alert}}@pagerduty{{/is_alert}} @slack-shop';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
  const minutes = Array.from({ length: 60 }, (_, at) => NOW - (60 - at) * 60);
  const series = (queue: string, valueAt: (time: number) => number) => ({
    metric: 'queue.depth',
    type: 3,
    tags: [`queue:${queue}`],
    points: minutes.map((timestamp) => ({ timestamp, value: valueAt(timestamp) })),
  });
  await datadog(pod, 'POST', '/api/v2/series', {
    series: [series('orders', (time) => (time >= RISE ? 500 : 1)), series('mail', () => 1)],
  });
  for (const application of APPLICATIONS) {
    const query = 'max(last_5m):max:queue.depth{*} by {queue} > 100';
    const monitors = [
      { ...MONITOR, query, message: MESSAGE, options: { new_group_delay: 0 } },
      {
        key: 'slo',
        name: 'Budget',
        type: 'slo alert',
        query: 'error_budget("x").over("7d") > 75',
        message: '@a',
      },
    ];
    const applied = await send(pod, '/apply', documentOf(application, { monitors }));
    assert.ok(applied.status === 200, applied.text);
  }
});
after(() => pod.stop());

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

async function explain(application: string, at: string, more: object = {}) {
  const body = JSON.stringify({ application, key: KEY, at, ...more });
  return ok(
    await request(pod, 'POST', '/explain', { body, headers: { 'content-type': 'application/json' } }),
  );
}

describe('/explain', () => {
  for (const application of APPLICATIONS) {
    it(`explains the state of a group and who was notified, on both routes: ${application}`, async () => {
      const { route, title, explanation } = await explain(application, iso(NOW - 300));
      assert.equal(route, application === 'checkout' ? 'listed' : 'unlisted');
      assert.equal(title, MONITOR.name);
      assert.equal(explanation.group, 'queue:orders');
      assert.equal(explanation.state.after, 'alert');
      assert.equal(explanation.reasons[0].text, '500 > 100 holds (critical): the state is Alert.');
      assert.equal(explanation.notification.reason.code, 'no_transition');

      const first = await explain(application, explanation.state.since);
      assert.equal(first.explanation.at, `${iso(RISE + 60).slice(0, 19)}Z`);
      assert.deepEqual(first.explanation.notification, {
        sent: true,
        kind: 'transition',
        from: 'ok',
        to: 'alert',
      });
      assert.deepEqual(
        first.explanation.recipients.map(
          ({ recipient, notified }: { recipient: string; notified: boolean }) => [recipient, notified],
        ),
        [
          ['@pagerduty', true],
          ['@slack-shop', true],
        ],
      );
    });

    it(`names a monitor that cannot be evaluated: ${application}`, async () => {
      const { explanation, refused } = await explain(application, iso(NOW - 300), { key: 'slo' });
      assert.equal(explanation, undefined);
      assert.equal(refused.code, 'slo_alert');
    });
  }

  it('refuses a time in the future', async () => {
    const body = { application: 'checkout', key: KEY, at: '2090-01-01T00:00:00Z' };
    const answer = await send(pod, '/explain', body);
    assert.deepEqual([answer.status, answer.body.code], [400, 'bad_request']);
  });
});

it('birddog explain prints the explanation of a time ago', async () => {
  const run = (...args: string[]) =>
    birddog('.', ['explain', '--application', 'checkout', KEY, ...args], {
      env: { BIRDDOG_URL: pod.birddogUrl },
    });
  const { status, out, err } = await run('--at', '5m');
  assert.equal(status, 0, err);
  assert.match(out, /the state of queue:orders is Alert/);
  assert.match(out, /why +500 > 100 holds/);
  assert.match(
    out,
    /notification +not sent. The state did not change.*\n +not notified: @pagerduty, @slack-shop\n/,
  );
  const other = JSON.parse((await run('--at', '5m', '--group', 'queue:mail', '--json')).out);
  assert.equal(other.explanation.state.after, 'ok');
  const wrong = await run('--at', 'yesterday');
  assert.equal(wrong.status, 64);
  assert.match(wrong.err, /--at must be a time such as/);
});
