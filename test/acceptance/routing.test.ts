import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { control, type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ env: { serve: { CATALOG_TTL_MS: '0', CATALOG_TIMEOUT_MS: '1000' } } });
});
after(() => pod.stop());

const get = (application: string) => request(pod, 'GET', `/get_monitors?application=${application}`);
const fault = (url: string, list: unknown) => control(url, 'POST', 'faults', list);
const restore = (url: string) => control(url, 'DELETE', 'faults');
const down = [{ kind: 'status', status: 503, times: 1000 }];

describe('an application', () => {
  it('in all three catalogs is served by Birddog; in none or only one, by the sidecar', async () => {
    assert.equal((await get('checkout')).body.route, 'listed');
    const none = await get('payments-batch');
    const all = ['datadog', 'leanix', 'servicenow'];
    for (const { body } of [none, await get('payments-batch')])
      assert.deepEqual([body.route, body.missing_from, body.not_checked], ['unlisted', all, undefined]);
    const one = await get('legacy-crm');
    assert.deepEqual([one.body.route, one.body.missing_from], ['unlisted', ['datadog', 'servicenow']]);
  });

  it('keeps its last known route while a catalog is down', async () => {
    assert.equal((await get('checkout')).body.route, 'listed');
    await fault(pod.servicenowUrl, down);
    const answer = await get('checkout');
    await restore(pod.servicenowUrl);
    assert.deepEqual([answer.status, answer.body.route], [200, 'listed'], answer.text);
  });

  it('that is not cached is 503 while a catalog is down on which the answer depends', async () => {
    await fault(pod.leanixUrl, down);
    const answer = await request(pod, 'POST', '/create_monitor', {
      body: JSON.stringify({
        application: 'checkout-two',
        team: 't',
        catalogs: { datadog: 'checkout', leanix: 'checkout', servicenow: 'checkout' },
        monitor: { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' },
      }),
      headers: { 'content-type': 'application/json' },
    });
    await restore(pod.leanixUrl);
    assert.deepEqual([answer.status, answer.body.code], [503, 'catalog_unavailable'], answer.text);
    assert.match(answer.body.detail, /leanix/i);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  });

  it('that one catalog does not list is unlisted, even if the others are down', async () => {
    await fault(pod.leanixUrl, down);
    const answer = await get('nobody-knows-me');
    await restore(pod.leanixUrl);
    assert.equal(answer.body.route, 'unlisted', answer.text);
    assert.deepEqual(
      [answer.body.missing_from, answer.body.not_checked],
      [['datadog', 'servicenow'], ['leanix']],
    );
  });

  it('is looked up by the catalog names in its document', async () => {
    const answer = await request(pod, 'POST', '/create_monitor', {
      body: JSON.stringify({
        application: 'shop-checkout',
        team: 't',
        catalogs: { datadog: 'checkout', leanix: 'checkout', servicenow: 'checkout' },
        monitor: { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' },
      }),
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual(
      [answer.status, answer.body.route, answer.body.application],
      [201, 'listed', 'shop-checkout'],
      answer.text,
    );
    assert.ok(answer.body.monitor.tags.includes('service:checkout'));
    const catalogs = { datadog: 'checkout', leanix: 'checkout', servicenow: 'checkout' };
    const named = `&catalogs=${encodeURIComponent(JSON.stringify(catalogs))}`;
    const history = (more: string) => request(pod, 'GET', `/history?application=shop-checkout${more}`);
    const [with_, without] = [await history(named), await history('')];
    assert.deepEqual(
      [with_, without].map(({ body }) => [body.route, body.revisions.length]),
      [
        ['listed', 1],
        ['unlisted', 0],
      ],
    );
    for (const wrong of ['checkout', '{"other": "x"}', '[]', '{"leanix": 1}'])
      assert.equal((await history(`&catalogs=${encodeURIComponent(wrong)}`)).status, 400, wrong);
    const body = { application: 'shop-checkout', catalogs, kind: 'monitor', key: 'x', revision: 1 };
    const plan = await request(pod, 'POST', '/restore', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    assert.deepEqual([plan.status, plan.body.objects?.[0]?.action], [200, 'none'], plan.text);
  });
});
