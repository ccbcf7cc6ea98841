import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import {
  actions,
  applyAll,
  DASHBOARD,
  datadog,
  documentOf,
  isQuiet,
  MONITOR,
  ok,
  refused,
  send,
} from './document-client.ts';
import { control, type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

describe('tag policies of the organisation', () => {
  it('are checked by the plan, with findings at the tag', async () => {
    const policy = await datadog(pod, 'POST', '/api/v2/monitor/policy', {
      data: {
        type: 'monitor-config-policy',
        attributes: {
          policy_type: 'tag',
          policy: { tag_key: 'tier', tag_key_required: false, valid_tag_values: ['gold', 'silver'] },
        },
      },
    });
    const document = documentOf('policies', { monitors: [{ ...MONITOR, tags: ['a:b', 'tier:tin'] }] });
    const { findings } = refused(await send(pod, '/plan', document));
    assert.deepEqual(
      findings.map((f: { code: string; pointer: string }) => `${f.code} ${f.pointer}`),
      ['policy /monitors/0/tags/1'],
    );
    const shared = documentOf('policies', {
      tags: ['a:b', 'tier:tin'],
      monitors: [{ ...MONITOR, tags: ['c:d'] }],
    });
    assert.deepEqual(
      refused(await send(pod, '/plan', shared)).findings.map((f: { pointer: string }) => f.pointer),
      ['/tags/1'],
    );
    const { data } = policy;
    await datadog(pod, 'DELETE', `/api/v2/monitor/policy/${isObject(data) ? String(data['id']) : ''}`);
  });
});

describe('an object that another tool manages', () => {
  it('causes a finding at its adopt field', async () => {
    const made = await Promise.all(
      [{ message: 'x\n-- Managed by kennel a:b in a.rb' }, { tags: ['managed_by:terraform'] }, {}].map(
        (marks, at) =>
          datadog(pod, 'POST', '/api/v1/monitor', {
            type: 'query alert',
            name: `managed ${at}`,
            query: 'avg(last_5m):avg:system.load.1{*} > 2',
            ...marks,
          }),
      ),
    );
    const monitors = made.map(({ id }, at) => ({ ...MONITOR, key: `m${at}`, adopt: String(id) }));
    const { findings } = ok(await send(pod, '/plan', documentOf('managed', { monitors })));
    assert.deepEqual(
      findings.map((f: { code: string; pointer: string }) => `${f.code} ${f.pointer}`),
      ['managed_elsewhere /monitors/0/adopt', 'managed_elsewhere /monitors/1/adopt'],
    );
    const gone = documentOf('managed', { monitors: [{ ...MONITOR, adopt: '1' }] });
    assert.deepEqual(
      refused(await send(pod, '/plan', gone)).findings.map((f: { code: string }) => f.code),
      ['adopt_missing'],
    );
  });
});

describe('docs/documents.md', () => {
  it('shows a valid document', async () => {
    const page = readFileSync(new URL('../../docs/documents.md', import.meta.url), 'utf8');
    const body = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const headers = { 'content-type': 'application/yaml' };
    const plan = ok(await request(pod, 'POST', '/plan', { body, headers }));
    assert.deepEqual(plan.findings, []);
    assert.deepEqual(actions(plan), [
      'monitor queue-depth create',
      'alert payments-fail create',
      'dashboard overview create',
    ]);
  });
});

describe('a document', () => {
  it('is planned and applied, and its next plan has no changes', async () => {
    const document = documentOf('plain', {
      tags: ['env:prod'],
      notify: ['@slack-payments'],
      monitors: [MONITOR],
      alerts: [
        {
          title: 'Queue deep',
          signal: { metric: 'payments.queue.depth' },
          condition: { over: '5m', above: 10 },
        },
      ],
      dashboards: [DASHBOARD],
    });
    const plan = ok(await send(pod, '/plan', document));
    assert.deepEqual(actions(plan), [
      'monitor load create',
      'alert queue-deep create',
      'dashboard overview create',
    ]);
    const applied = ok(await send(pod, `/apply?basis=${plan.basis}`, document));
    assert.equal(applied.done.length, 3);
    assert.deepEqual(applied.remaining, []);
    await isQuiet(pod, document);
    const [held] = ok(await request(pod, 'GET', '/get_monitors?application=plain&key=queue-deep')).monitors;
    assert.deepEqual(held.monitor.tags, ['env:prod', 'team:payments']);
    assert.match(held.monitor.message, /@slack-payments/);
  });

  it('of a listed application is served the same way, and its objects get the service tag', async () => {
    const document = documentOf('checkout', { monitors: [MONITOR] });
    const plan = ok(await send(pod, '/plan', document));
    assert.equal(plan.route, 'listed');
    const { done } = await applyAll(pod, document);
    await isQuiet(pod, document);
    const { tags } = await datadog(pod, 'GET', `/api/v1/monitor/${done[0].id}`);
    assert.deepEqual(tags, [
      'service:checkout',
      'team:payments',
      'birddog_application:checkout',
      'birddog_key:checkout/load',
    ]);
    assert.equal((await send(pod, '/drift', document)).status, 200);
  });

  it('changes only the fields that differ, and keeps mutes', async () => {
    const document = documentOf('one-field', { monitors: [MONITOR] });
    const { done } = await applyAll(pod, document);
    const id = done[0].id;
    await datadog(pod, 'POST', `/api/v1/monitor/${id}/mute`, {});
    const changed = documentOf('one-field', { monitors: [{ ...MONITOR, message: 'Higher @slack-a' }] });
    const plan = ok(await send(pod, '/plan', changed));
    assert.deepEqual(plan.objects[0].changes, [
      { path: '/message', from: 'High @slack-a', to: 'Higher @slack-a' },
    ]);
    await applyAll(pod, changed);
    const live = await datadog(pod, 'GET', `/api/v1/monitor/${id}`);
    assert.equal(live['message'], 'Higher @slack-a');
    assert.ok(isObject(live['options']) && JSON.stringify(live['options']['silenced']) === '{"*":null}');
  });

  it("resets omitted fields to Datadog's defaults, except unmanaged fields", async () => {
    const document = documentOf('defaults', {
      monitors: [{ ...MONITOR, unmanaged: ['/options/renotify_interval'] }],
    });
    const { done } = await applyAll(pod, document);
    const id = done[0].id;
    await datadog(pod, 'PUT', `/api/v1/monitor/${id}`, {
      priority: 2,
      options: { thresholds: { critical: 2 }, renotify_interval: 60, notify_audit: true },
    });
    const plan = ok(await send(pod, '/plan', document));
    assert.deepEqual(plan.objects[0].changes.map((c: { path: string }) => c.path).sort(), [
      '/options/notify_audit',
      '/priority',
    ]);
    await applyAll(pod, document);
    const live = await datadog(pod, 'GET', `/api/v1/monitor/${id}`);
    assert.equal(live['priority'], null);
    assert.ok(isObject(live['options']));
    assert.equal(live['options']['renotify_interval'], 60);
    await isQuiet(pod, document);
  });
});

describe('a reference', () => {
  const COMPOSITE: JsonObject = {
    key: 'both',
    type: 'composite',
    name: 'Both',
    query: '${monitor:load} && ${monitor:disk}',
  };
  const DISK = { ...MONITOR, key: 'disk', name: 'Disk' };
  const SHOWN: JsonObject = {
    key: 'overview',
    title: 'Overview',
    layout_type: 'ordered',
    widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:both}' } }],
  };

  it('is replaced by the id of its target, which is created first', async () => {
    const document = documentOf('refs', { monitors: [COMPOSITE, MONITOR, DISK], dashboards: [SHOWN] });
    const applied = await applyAll(pod, document);
    const ids = new Map(applied.done.map((one: { key: string; id: string }) => [one.key, one.id]));
    const live = await datadog(pod, 'GET', `/api/v1/monitor/${ids.get('both')}`);
    assert.equal(live['query'], `${ids.get('load')} && ${ids.get('disk')}`);
    await isQuiet(pod, document);
    const other = documentOf('refs-other', {
      dashboards: [
        { ...SHOWN, widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:refs/load}' } }] },
      ],
    });
    await applyAll(pod, other);
    await isQuiet(pod, other);
  });

  it('to an unknown key, or in a cycle, causes a finding at its position', async () => {
    const circle = documentOf('circle', {
      monitors: [
        { ...COMPOSITE, key: 'a', query: '1 && ${monitor:b}' },
        { ...COMPOSITE, key: 'b', query: '1 && ${monitor:a}' },
        { ...COMPOSITE, key: 'c', query: '1 && ${monitor:nowhere}' },
      ],
    });
    const { findings } = refused(await send(pod, '/plan', circle));
    const places = findings
      .filter((f: { code: string }) => /reference/.test(f.code))
      .map((f: { code: string; pointer: string }) => `${f.code} ${f.pointer}`);
    assert.deepEqual(places.sort(), [
      'dangling_reference /monitors/2/query',
      'reference_cycle /monitors/0/query',
      'reference_cycle /monitors/1/query',
    ]);
    assert.equal((await send(pod, '/apply', circle)).status, 422);
  });

  it('prevents the deletion of its target until it is deleted itself', async () => {
    const document = documentOf('delete-order', {
      monitors: [COMPOSITE, MONITOR, DISK],
      dashboards: [SHOWN],
    });
    await applyAll(pod, document);
    const nothing = documentOf('delete-order', {});
    assert.deepEqual(
      actions(ok(await send(pod, '/plan', nothing))).map((line) => line.split(' ').at(-1)),
      ['extra', 'extra', 'extra', 'extra'],
    );
    assert.equal((await send(pod, '/apply?prune=true', nothing)).status, 409);
    const { done } = await applyAll(pod, nothing, '?prune=true&force=true');
    assert.equal(done.length, 4);
    await isQuiet(pod, nothing);
  });
});

describe('a change that someone made in Datadog', () => {
  it('between plan and apply is not overwritten, and the problem names the fields and the person', async () => {
    const document = documentOf('between', { monitors: [MONITOR] });
    const { done } = await applyAll(pod, document);
    const changed = documentOf('between', { monitors: [{ ...MONITOR, message: 'mine @slack-a' }] });
    const { basis } = ok(await send(pod, '/plan', changed));
    await datadog(pod, 'PUT', `/api/v1/monitor/${done[0].id}`, { message: 'theirs @slack-a' });
    const answer = await send(pod, `/apply?basis=${basis}`, changed);
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.code, 'plan_stale');
    assert.deepEqual(answer.body.moved[0].fields, ['/message']);
    assert.match(answer.body.moved[0].by, /@/);
    const live = await datadog(pod, 'GET', `/api/v1/monitor/${done[0].id}`);
    assert.equal(live['message'], 'theirs @slack-a');
  });

  it('is reported as drift, with each field and its author', async () => {
    const document = documentOf('drifts', { monitors: [MONITOR], dashboards: [DASHBOARD] });
    const { done } = await applyAll(pod, document);
    assert.deepEqual(ok(await send(pod, '/drift', document)).objects, []);
    await datadog(pod, 'PUT', `/api/v1/monitor/${done[0].id}`, { message: 'theirs @slack-a' });
    const { objects } = ok(await send(pod, '/drift', document));
    assert.equal(objects.length, 1);
    const [{ by, at, ...change }, ...others] = objects[0].changes;
    assert.deepEqual(
      [change, others],
      [{ path: '/message', from: 'High @slack-a', to: 'theirs @slack-a' }, []],
    );
    assert.match(by, /@/);
    assert.ok(Date.parse(at) > 0);
    assert.deepEqual([objects[0].by, objects[0].at], [by, at]);
  });

  it('by cloning a marked object is planned as a clone that is never changed', async () => {
    const document = documentOf('clones', { monitors: [MONITOR] });
    const { done } = await applyAll(pod, document);
    const live = await datadog(pod, 'GET', `/api/v1/monitor/${done[0].id}`);
    await datadog(pod, 'POST', '/api/v1/monitor', {
      type: live['type'] ?? null,
      query: live['query'] ?? null,
      name: 'Clone of Load',
      tags: live['tags'] ?? null,
    });
    assert.deepEqual(actions(ok(await send(pod, '/plan', document))), [
      'monitor load none',
      'monitor load clone',
    ]);
    const { done: nothing } = await applyAll(pod, documentOf('clones', {}), '?prune=true');
    assert.equal(nothing.length, 1);
  });
});

describe('adoption', () => {
  it('only adds markers, and the next plan has no changes', async () => {
    const made = await datadog(pod, 'POST', '/api/v1/monitor', {
      type: 'query alert',
      name: 'Old friend',
      query: 'avg(last_5m):avg:system.load.5{*} > 2',
      message: '@slack-payments',
      tags: ['service:old', 'team:payments'],
      options: { thresholds: { critical: 2 }, notify_audit: true },
    });
    const imported = ok(await request(pod, 'POST', '/import?application=old-friends&tag=service:old'));
    const { document } = imported;
    assert.equal(document.alerts.length, 1);
    assert.equal(document.alerts[0].adopt, String(made['id']));
    const plan = ok(await send(pod, '/plan', document));
    assert.deepEqual(
      plan.objects[0].changes.map((c: { path: string; to: string }) => [c.path, c.to]),
      [
        ['/tags/2', 'birddog_application:old-friends'],
        ['/tags/3', 'birddog_key:old-friends/old-friend'],
      ],
    );
    await applyAll(pod, document);
    await isQuiet(pod, document);
    const taken = refused(await send(pod, '/plan', { ...document, application: 'thieves' }));
    assert.deepEqual(
      taken.findings.map((f: { code: string }) => f.code),
      ['adopt_owned'],
    );
  });
});

describe('an apply that is killed', () => {
  const PARTS = (message: string): JsonObject => ({
    monitors: [
      { ...MONITOR, key: 'a', name: 'A', message },
      { ...MONITOR, key: 'b', name: 'B', message },
      { ...MONITOR, key: 'c', name: 'C', message },
      { key: 'both', type: 'composite', name: 'Both', query: '${monitor:a} && ${monitor:b}', message },
    ],
    dashboards: [{ ...DASHBOARD, description: message }],
  });
  async function written(method: string): Promise<number> {
    const seen: { method: string; path: string }[] = JSON.parse(
      await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
    );
    return seen.filter((r) => r.method === method && /^\/api\/v1\/(monitor|dashboard)(\/|$)/.test(r.path))
      .length;
  }

  /** Kills the sidecar while it waits for the answer to its nth write, which Datadog has executed. */
  async function killAtWrite(nth: number, method: string, document: JsonObject): Promise<void> {
    await control(pod.datadogUrl, 'DELETE', 'requests');
    const path = '^/api/v1/(monitor|dashboard)(/|$)';
    await control(pod.datadogUrl, 'POST', 'faults', [
      ...(nth > 1 ? [{ method, path, times: nth - 1, kind: 'latency', ms: 0 }] : []),
      { method, path, times: 1, kind: 'latency_after', ms: 60_000 },
    ]);
    const cut = send(pod, '/apply', document);
    await pod.until(async () => (await written(method)) >= nth);
    await pod.kill('sidecar', 'SIGKILL');
    assert.notEqual((await cut).status, 200);
    await control(pod.datadogUrl, 'DELETE', 'faults');
    await pod.until(async () => (await send(pod, '/apply', document)).status === 200);
    await isQuiet(pod, document);
  }

  // src/pipeline/document/killed-apply.test.ts covers interruptions after every write.
  it('reaches the same result in the next run, without duplicates', async () => {
    await killAtWrite(3, 'POST', documentOf('killed', PARTS('first @slack-a')));
    await killAtWrite(2, 'PUT', documentOf('killed', PARTS('second @slack-a')));
    const all = [
      ...ok(await request(pod, 'GET', '/get_monitors?application=killed')).monitors,
      ...ok(await request(pod, 'GET', '/get_dashboards?application=killed')).dashboards,
    ];
    assert.deepEqual(all.map(({ key }: { key: string }) => key).sort(), ['a', 'b', 'both', 'c', 'overview']);
  });
});
