import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { type Answer, type Pod, request, startPod } from './pod.ts';

const CORPUS = process.env['CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const send = (path: string, document: JsonObject) =>
  request(pod, 'POST', path, { body: JSON.stringify(document), headers: JSON_TYPE });

/** Straight to Datadog, as a person in its web pages does. */
async function datadog(method: string, path: string, body?: Json): Promise<JsonObject> {
  const answer = await fetch(`${pod.datadogUrl}${path}`, {
    method,
    headers: { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key', ...JSON_TYPE },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value = parseTrustedJson((await answer.text()) || 'null');
  assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(value)}`);
  return isObject(value) ? value : {};
}

const MONITOR: JsonObject = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  message: 'High @slack-a',
  options: { thresholds: { critical: 2 } },
};
const DASHBOARD: JsonObject = {
  key: 'overview',
  title: 'Overview',
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'note', content: 'All is well' } }],
};
const documentOf = (application: string, parts: JsonObject): JsonObject => ({
  apiVersion: 'birddog/v1',
  application,
  team: 'payments',
  ...parts,
});

function ok(answer: Answer): Answer['body'] {
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** `kind key action` of each object of a plan. */
const actions = (body: Answer['body']): string[] =>
  body.objects.map((o: { kind: string; key: string; action: string }) => `${o.kind} ${o.key} ${o.action}`);

/** Applies again until nothing remains. */
async function applyAll(document: JsonObject, query = ''): Promise<Answer['body']> {
  for (;;) {
    const body = ok(await send(`/apply${query}`, document));
    if (body.remaining.length === 0) return body;
  }
}

async function isQuiet(document: JsonObject): Promise<void> {
  const body = ok(await send('/plan', document));
  const loud = body.objects.filter((o: { action: string }) => o.action !== 'none');
  assert.deepEqual(loud, []);
}

describe('policies of the organisation', () => {
  it('are told at the tag, before Datadog refuses', async () => {
    const policy = await datadog('POST', '/api/v2/monitor/policy', {
      data: {
        type: 'monitor-config-policy',
        attributes: {
          policy_type: 'tag',
          policy: { tag_key: 'tier', tag_key_required: false, valid_tag_values: ['gold', 'silver'] },
        },
      },
    });
    const document = documentOf('policies', { monitors: [{ ...MONITOR, tags: ['a:b', 'tier:tin'] }] });
    const { findings } = ok(await send('/plan', document));
    assert.deepEqual(
      findings.map((f: { code: string; pointer: string }) => `${f.code} ${f.pointer}`),
      ['policy /monitors/0/tags/1'],
    );
    const { data } = policy;
    await datadog('DELETE', `/api/v2/monitor/policy/${isObject(data) ? String(data['id']) : ''}`);
  });
});

describe('a document', () => {
  it('is planned, applied, and then there is nothing to do', async () => {
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
    const plan = ok(await send('/plan', document));
    assert.deepEqual(actions(plan), [
      'monitor load create',
      'alert queue-deep create',
      'dashboard overview create',
    ]);
    const applied = ok(await send(`/apply?basis=${plan.basis}`, document));
    assert.equal(applied.done.length, 3);
    assert.deepEqual(applied.remaining, []);
    await isQuiet(document);
    const [held] = ok(await request(pod, 'GET', '/get_monitors?application=plain&key=queue-deep')).monitors;
    assert.deepEqual(held.monitor.tags, ['env:prod', 'team:payments']);
    assert.match(held.monitor.message, /@slack-payments/);
  });

  it('changes the fields that differ and no other, and keeps what people mute', async () => {
    const document = documentOf('one-field', { monitors: [MONITOR] });
    const { done } = await applyAll(document);
    const id = done[0].id;
    await datadog('POST', `/api/v1/monitor/${id}/mute`, {});
    const changed = documentOf('one-field', { monitors: [{ ...MONITOR, message: 'Higher @slack-a' }] });
    const plan = ok(await send('/plan', changed));
    assert.deepEqual(plan.objects[0].changes, [
      { path: '/message', from: 'High @slack-a', to: 'Higher @slack-a' },
    ]);
    await applyAll(changed);
    const live = await datadog('GET', `/api/v1/monitor/${id}`);
    assert.equal(live['message'], 'Higher @slack-a');
    assert.ok(isObject(live['options']) && JSON.stringify(live['options']['silenced']) === '{"*":null}');
  });

  it("puts back Datadog's default where it says nothing, but for what is left to people", async () => {
    const document = documentOf('defaults', {
      monitors: [{ ...MONITOR, unmanaged: ['/options/renotify_interval'] }],
    });
    const { done } = await applyAll(document);
    const id = done[0].id;
    await datadog('PUT', `/api/v1/monitor/${id}`, {
      priority: 2,
      options: { thresholds: { critical: 2 }, renotify_interval: 60, notify_audit: true },
    });
    const plan = ok(await send('/plan', document));
    assert.deepEqual(plan.objects[0].changes.map((c: { path: string }) => c.path).sort(), [
      '/options/notify_audit',
      '/priority',
    ]);
    await applyAll(document);
    const live = await datadog('GET', `/api/v1/monitor/${id}`);
    assert.equal(live['priority'], null);
    assert.ok(isObject(live['options']));
    assert.equal(live['options']['renotify_interval'], 60);
    await isQuiet(document);
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

  it('is made first, and its id stands where it is named', async () => {
    const document = documentOf('refs', { monitors: [COMPOSITE, MONITOR, DISK], dashboards: [SHOWN] });
    const applied = await applyAll(document);
    const ids = new Map(applied.done.map((one: { key: string; id: string }) => [one.key, one.id]));
    const live = await datadog('GET', `/api/v1/monitor/${ids.get('both')}`);
    assert.equal(live['query'], `${ids.get('load')} && ${ids.get('disk')}`);
    await isQuiet(document);
    const other = documentOf('refs-other', {
      dashboards: [
        { ...SHOWN, widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:refs/load}' } }] },
      ],
    });
    await applyAll(other);
    await isQuiet(other);
  });

  it('to nothing, or in a circle, is told where it stands', async () => {
    const circle = documentOf('circle', {
      monitors: [
        { ...COMPOSITE, key: 'a', query: '1 && ${monitor:b}' },
        { ...COMPOSITE, key: 'b', query: '1 && ${monitor:a}' },
        { ...COMPOSITE, key: 'c', query: '1 && ${monitor:nowhere}' },
      ],
    });
    const { findings } = ok(await send('/plan', circle));
    const places = findings
      .filter((f: { code: string }) => /reference/.test(f.code))
      .map((f: { code: string; pointer: string }) => `${f.code} ${f.pointer}`);
    assert.deepEqual(places.sort(), [
      'dangling_reference /monitors/2/query',
      'reference_cycle /monitors/0/query',
      'reference_cycle /monitors/1/query',
    ]);
    assert.equal((await send('/apply', circle)).status, 422);
  });

  it('keeps what it names until it is gone itself', async () => {
    const document = documentOf('delete-order', {
      monitors: [COMPOSITE, MONITOR, DISK],
      dashboards: [SHOWN],
    });
    await applyAll(document);
    const nothing = documentOf('delete-order', {});
    assert.deepEqual(
      actions(ok(await send('/plan', nothing))).map((line) => line.split(' ').at(-1)),
      ['left_over', 'left_over', 'left_over', 'left_over'],
    );
    assert.equal((await send('/apply?prune=true', nothing)).status, 409);
    const { done } = await applyAll(nothing, '?prune=true&force=true');
    assert.equal(done.length, 4);
    await isQuiet(nothing);
  });
});

describe('what somebody did in Datadog', () => {
  it('between plan and apply is never overwritten: the fields and the person are named', async () => {
    const document = documentOf('between', { monitors: [MONITOR] });
    const { done } = await applyAll(document);
    const changed = documentOf('between', { monitors: [{ ...MONITOR, message: 'mine @slack-a' }] });
    const { basis } = ok(await send('/plan', changed));
    await datadog('PUT', `/api/v1/monitor/${done[0].id}`, { message: 'theirs @slack-a' });
    const answer = await send(`/apply?basis=${basis}`, changed);
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.code, 'basis_moved');
    assert.deepEqual(answer.body.moved[0].fields, ['/message']);
    assert.match(answer.body.moved[0].by, /@/);
    const live = await datadog('GET', `/api/v1/monitor/${done[0].id}`);
    assert.equal(live['message'], 'theirs @slack-a');
  });

  it('is drift, field by field, with who did it', async () => {
    const document = documentOf('drifts', { monitors: [MONITOR], dashboards: [DASHBOARD] });
    const { done } = await applyAll(document);
    assert.deepEqual(ok(await send('/drift', document)).objects, []);
    await datadog('PUT', `/api/v1/monitor/${done[0].id}`, { message: 'theirs @slack-a' });
    const { objects } = ok(await send('/drift', document));
    assert.equal(objects.length, 1);
    assert.deepEqual(objects[0].changes, [
      { path: '/message', from: 'High @slack-a', to: 'theirs @slack-a' },
    ]);
    assert.match(objects[0].by, /@/);
  });

  it('under the marker by cloning is a copy, and never touched', async () => {
    const document = documentOf('clones', { monitors: [MONITOR] });
    const { done } = await applyAll(document);
    const live = await datadog('GET', `/api/v1/monitor/${done[0].id}`);
    await datadog('POST', '/api/v1/monitor', {
      type: live['type'] ?? null,
      query: live['query'] ?? null,
      name: 'Clone of Load',
      tags: live['tags'] ?? null,
    });
    assert.deepEqual(actions(ok(await send('/plan', document))), ['monitor load none', 'monitor load copy']);
    const { done: nothing } = await applyAll(documentOf('clones', {}), '?prune=true');
    assert.equal(nothing.length, 1);
  });
});

describe('adoption', () => {
  it('adds markers alone, and then there is nothing to do', async () => {
    const made = await datadog('POST', '/api/v1/monitor', {
      type: 'query alert',
      name: 'Old friend',
      query: 'avg(last_5m):avg:system.load.5{*} > 2',
      tags: ['service:old', 'team:payments'],
      options: { thresholds: { critical: 2 }, notify_audit: true },
    });
    const imported = ok(await request(pod, 'POST', '/import?application=old-friends&tag=service:old'));
    const { document } = imported;
    assert.equal(document.monitors.length, 1);
    assert.equal(document.monitors[0].adopt, String(made['id']));
    const plan = ok(await send('/plan', document));
    assert.deepEqual(
      plan.objects[0].changes.map((c: { path: string; to: string }) => [c.path, c.to]),
      [
        ['/tags/2', 'birddog_application:old-friends'],
        ['/tags/3', 'birddog_key:old-friends/old-friend'],
      ],
    );
    await applyAll(document);
    await isQuiet(document);
    const taken = ok(await send('/plan', { ...document, application: 'thieves' }));
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
  const WRITES = 5;
  const control = (path: string, method: string, body?: Json) =>
    fetch(`${pod.datadogUrl}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  async function written(method: string): Promise<number> {
    const seen: { method: string; path: string }[] = JSON.parse(
      await (await control('requests', 'GET')).text(),
    );
    return seen.filter((r) => r.method === method && /^\/api\/v1\/(monitor|dashboard)(\/|$)/.test(r.path))
      .length;
  }

  /** Kills the sidecar while it waits for the answer to its nth write, which Datadog has carried out. */
  async function killAtWrite(nth: number, method: string, document: JsonObject): Promise<void> {
    await control('requests', 'DELETE');
    const path = '^/api/v1/(monitor|dashboard)(/|$)';
    await control('faults', 'POST', [
      ...(nth > 1 ? [{ method, path, times: nth - 1, kind: 'latency', ms: 0 }] : []),
      { method, path, times: 1, kind: 'latency_after', ms: 60_000 },
    ]);
    const cut = send('/apply', document);
    await pod.until(async () => (await written(method)) >= nth);
    await pod.kill('sidecar', 'SIGKILL');
    assert.notEqual((await cut).status, 200);
    await control('faults', 'DELETE');
    await pod.until(async () => (await send('/apply', document)).status === 200);
    await isQuiet(document);
  }

  const inTurn = Array.from({ length: WRITES }, (_, at) => ({ method: 'POST', nth: at + 1 }));
  for (const { method, nth } of [...inTurn, { method: 'PUT', nth: 2 }]) {
    it(`at ${method} ${nth} ends the same when it is asked again, with no duplicate`, async () => {
      const application = `killed-at-${method.toLowerCase()}-${nth}`;
      if (method === 'PUT') await applyAll(documentOf(application, PARTS('first @slack-a')));
      await killAtWrite(nth, method, documentOf(application, PARTS('second @slack-a')));
      const all = [
        ...ok(await request(pod, 'GET', `/get_monitors?application=${application}`)).monitors,
        ...ok(await request(pod, 'GET', `/get_dashboards?application=${application}`)).dashboards,
      ];
      assert.deepEqual(all.map(({ key }: { key: string }) => key).sort(), [
        'a',
        'b',
        'both',
        'c',
        'overview',
      ]);
    });
  }
});

const skip = existsSync(CORPUS) ? false : 'the corpus of real definitions is not here (set CORPUS)';
describe('every real definition in one document', { skip }, () => {
  const definitions = (
    kind: 'monitor' | 'dashboard',
    wanted: (object: JsonObject) => boolean,
  ): JsonObject[] =>
    readFileSync(join(CORPUS, `${kind}s.ndjson`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(parseTrustedJson)
      .flatMap((line) => (isObject(line) && isObject(line[kind]) && wanted(line[kind]) ? [line[kind]] : []))
      .map((object, at) => ({ ...object, key: `${kind}-${at}` }));

  it('is quiet after an apply, and after export and import twice more', async (t) => {
    const document = documentOf('corpus', {
      monitors: definitions('monitor', () => true),
      dashboards: definitions('dashboard', () => true),
    });
    await applyAll(document);
    await isQuiet(document);
    let exported = ok(await request(pod, 'POST', '/import?application=corpus&team=payments')).document;
    t.diagnostic(`${exported.monitors.length} monitors, ${exported.dashboards.length} dashboards`);
    await isQuiet(exported);
    await applyAll(exported);
    exported = ok(await request(pod, 'POST', '/import?application=corpus&team=payments')).document;
    await isQuiet(exported);
  });
});
