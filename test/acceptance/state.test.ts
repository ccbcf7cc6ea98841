import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { birddog, startBirddog } from './birddog-command.ts';
import { datadog, documentOf, MONITOR, ok, send } from './document-client.ts';
import { control, type Pod, request, startPod } from './pod.ts';

/** A listed application, and one that the sidecar serves. */
const APPLICATIONS = ['checkout', 'state-unlisted'] as const;
const MESSAGE =
  '{{#is_alert}}@pagerduty{{/is_alert}}{{#is_exact_match "queue.name" "mail"}}@mail{{/is_exact_match}}';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
  for (const application of APPLICATIONS) {
    const query = `avg(last_5m):avg:queue.depth{app:${application}} by {queue} > 2`;
    const monitors = [{ ...MONITOR, query, message: MESSAGE }];
    ok(await send(pod, '/apply', documentOf(application, { monitors })));
    const id = await idOf(application);
    const since = { last_triggered_ts: 1_767_225_600 };
    await control(pod.datadogUrl, 'PUT', 'states', {
      [id]: {
        groups: {
          'queue:orders': { status: 'Alert', ...since },
          'queue:mail': { status: 'Alert', ...since },
          'queue:fine': { status: 'OK' },
        },
      },
    });
    const downtime = { scope: ['queue:orders'], monitor_id: Number(id) };
    await datadog(pod, 'POST', '/api/v1/downtime', downtime);
  }
});
after(() => pod.stop());

async function idOf(application: string): Promise<string> {
  return ok(await request(pod, 'GET', `/get_monitors?application=${application}`)).monitors[0].id;
}

const EXPECTED = [
  { group: 'queue:mail', state: 'alert', muted: false, notified: ['@pagerduty', '@mail'] },
  { group: 'queue:orders', state: 'alert', muted: true, notified: [] },
].map((group) => ({ since: '2026-01-01T00:00:00.000Z', ...group }));
const byName = (a: { group: string }, b: { group: string }) => (a.group < b.group ? -1 : 1);

describe('the state of monitors in Datadog', () => {
  for (const application of APPLICATIONS)
    it(`is in the list of an application, on both routes: ${application}`, async () => {
      const { monitors, route } = ok(await request(pod, 'GET', `/get_monitors?application=${application}`));
      assert.equal(route, application === 'checkout' ? 'listed' : 'unlisted');
      const [{ state, muted, groups }] = monitors;
      assert.deepEqual([state, muted], ['alert', false]);
      assert.deepEqual(groups.toSorted(byName), EXPECTED);
      const none = await request(pod, 'GET', `/get_monitors?application=${application}&q=nothing`);
      assert.deepEqual(ok(none).monitors, []);
    });

  it('is in the list of all applications, which the sidecar is not asked for', async () => {
    const metric = async () => {
      const text = await (await fetch(`${pod.opsUrl}/metrics`)).text();
      return text.match(
        /^birddog_upstream_requests_total\{upstream="sidecar",endpoint="\/get_monitors".*$/gm,
      );
    };
    const earlier = await metric();
    assert.ok(earlier);
    const { monitors, next_cursor, not_readable } = ok(
      await request(pod, 'GET', '/get_monitors?state=alert'),
    );
    assert.deepEqual([next_cursor, not_readable], [undefined, 0]);
    const found: { application: string; groups: { group: string }[] }[] = monitors;
    assert.deepEqual(found.map((one) => one.application).toSorted(), [...APPLICATIONS]);
    for (const { groups } of found) assert.deepEqual(groups.toSorted(byName), EXPECTED);
    assert.deepEqual(await metric(), earlier);
  });

  it('is paged with cursors that are 400 anywhere else', async () => {
    const first = ok(await request(pod, 'GET', '/get_monitors?page_size=1&state=alert'));
    const cursor = `cursor=${first.next_cursor}`;
    const second = ok(await request(pod, 'GET', `/get_monitors?state=alert&${cursor}`));
    assert.equal(first.monitors.length + second.monitors.length, 2);
    for (const path of [
      `/get_monitors?${cursor}`,
      `/get_alerts?state=alert&${cursor}`,
      `/get_dashboards?${cursor}`,
      `/get_monitors?application=checkout&state=alert&${cursor}`,
      '/get_monitors?cursor=1',
      `/get_monitors?cursor=all.1.${'0'.repeat(5000)}`,
    ]) {
      const { status, body } = await request(pod, 'GET', path);
      assert.deepEqual([status, body.code], [400, 'bad_request'], path);
    }
  });
});

describe('birddog alerts', () => {
  const env = () => ({ env: { BIRDDOG_URL: pod.birddogUrl } });

  it('prints what is alerting, without colors', async () => {
    const { status, out, err } = await birddog('/', ['alerts'], env());
    assert.deepEqual([status, err], [0, '']);
    assert.match(out, /^alert +\d+d +checkout\/load +queue:mail +@pagerduty @mail$/m);
    assert.match(out, /^alert +\d+d +state-unlisted\/load +queue:orders +muted$/m);
    assert.match(out, /^4 groups of 2 monitors: 4 alert; 2 muted\.$/m);
    const json = await birddog('/', ['alerts', '--json', '--application', 'checkout'], env());
    assert.equal(JSON.parse(json.out).alerts.length, 2);
  });

  it('watches until Ctrl-C', async () => {
    const child = startBirddog('/', ['alerts', '--watch'], env());
    let shown = '';
    child.stdout.on('data', (data: Buffer) => void (shown += data.toString()));
    while (!shown.includes('2 muted')) await once(child.stdout, 'data');
    const exit = once(child, 'close');
    child.kill('SIGINT');
    assert.deepEqual(await exit, [0, null]);
  });
});
