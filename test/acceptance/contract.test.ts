import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Pod, request, startPod } from './pod.ts';

const WAYS = [
  { application: 'payments-batch', route: 'unlisted', service: undefined },
  { application: 'checkout', route: 'listed', service: 'service:checkout' },
] as const;

const MONITOR = {
  type: 'query alert',
  name: 'Queue depth',
  query: 'avg(last_5m):avg:payments.queue.depth{*} > 1000',
  message: 'Deep @slack-payments',
  tags: ['env:prod'],
  options: { thresholds: { critical: 1000 } },
};
const DASHBOARD = {
  title: 'Overview',
  layout_type: 'ordered',
  description: 'What it shows',
  widgets: [{ definition: { type: 'note', content: 'hello', a_new_member: { kept: [1, null] } } }],
};
const ALERT = {
  title: 'Queue is deep',
  severity: 'high',
  signal: { metric: 'payments.queue.depth', filter: 'env:prod', by: ['host'] },
  condition: { over: '5m', above: 1000, warn: 800, recover: 700 },
  message: 'Look at the consumers.',
  notify: ['@slack-payments', { to: '@pagerduty', when: 'alert' }],
};

let pod: Pod;
before(async () => {
  pod = await startPod();
});
after(() => pod.stop());

const json = (value: unknown, headers: Record<string, string> = {}) => ({
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json', ...headers },
});

for (const { application, route, service } of WAYS) {
  describe(`${application}, ${route}`, () => {
    it('can create a monitor once, read, update and delete it', async () => {
      const envelope = { application, team: 'payments', key: 'depth', monitor: MONITOR };
      const created = await request(pod, 'POST', '/create_monitor', json(envelope));
      assert.equal(created.status, 201, created.text);
      assert.equal(created.body.route, route);
      assert.deepEqual([created.body.application, created.body.key], [application, 'depth']);
      assert.ok(created.body.url.endsWith(`/monitors/${created.body.id}`));
      assert.deepEqual(created.body.monitor.tags, [
        'env:prod',
        ...(service ? [service] : []),
        'team:payments',
      ]);
      if (route === 'unlisted') assert.ok(created.body.missing_from.length > 0);

      const again = await request(pod, 'POST', '/create_monitor', json(envelope));
      assert.deepEqual([again.status, again.body.id], [200, created.body.id], again.text);

      const other = { ...envelope, monitor: { ...MONITOR, priority: 2 } };
      const differs = await request(pod, 'POST', '/create_monitor', json(other));
      assert.deepEqual([differs.status, differs.body.code], [409, 'key_conflict']);
      assert.deepEqual(
        differs.body.plan.objects[0].changes.map((c: { path: string }) => c.path),
        ['/priority'],
      );

      const dry = await request(pod, 'PUT', '/update_monitor?dry_run=true', json(other));
      assert.deepEqual(
        [dry.status, dry.body.action, dry.body.monitor.priority],
        [200, 'update', null],
        dry.text,
      );
      const updated = await request(pod, 'PUT', '/update_monitor', json(other));
      assert.deepEqual(
        [updated.status, updated.body.id, updated.body.monitor.priority],
        [200, created.body.id, 2],
      );
      assert.deepEqual(updated.body.monitor.tags, created.body.monitor.tags);

      const merged = { application, monitor: { message: 'New words' } };
      const byId = await request(pod, 'PUT', `/update_monitor?id=${created.body.id}`, json(merged));
      assert.equal(byId.status, 200, byId.text);
      const got = await request(pod, 'GET', `/get_monitors?application=${application}&key=depth`);
      assert.equal(got.body.monitors.length, 1, got.text);
      const [{ monitor }] = got.body.monitors;
      assert.deepEqual(
        [monitor.message, monitor.priority, monitor.query, monitor.tags],
        ['New words', 2, MONITOR.query, created.body.monitor.tags],
      );

      const gone = await request(pod, 'DELETE', `/delete_monitor?application=${application}&key=depth`);
      assert.deepEqual([gone.status, gone.body.id], [200, created.body.id], gone.text);
      const missing = await request(pod, 'GET', `/get_monitors?application=${application}&key=depth`);
      assert.deepEqual([missing.status, missing.body.code], [404, 'not_found']);
    });

    it('can create a dashboard once, read, update and delete it, keeping unknown fields', async () => {
      const envelope = { application, team: 'payments', dashboard: DASHBOARD };
      const created = await request(pod, 'POST', '/create_dashboard', json(envelope));
      assert.equal(created.status, 201, created.text);
      assert.deepEqual([created.body.key, created.body.dashboard.description], ['overview', 'What it shows']);
      assert.deepEqual(created.body.dashboard.widgets[0].definition, DASHBOARD.widgets[0]?.definition);
      assert.deepEqual(created.body.dashboard.tags, ['team:payments']);
      assert.equal((await request(pod, 'POST', '/create_dashboard', json(envelope))).status, 200);

      const retitled = { ...envelope, key: 'overview', dashboard: { ...DASHBOARD, title: 'All of it' } };
      const updated = await request(pod, 'PUT', '/update_dashboard', json(retitled));
      assert.deepEqual([updated.status, updated.body.dashboard.title], [200, 'All of it'], updated.text);
      assert.equal(
        updated.body.dashboard.widgets[0].id,
        created.body.dashboard.widgets[0].id,
        'widget ids survive',
      );

      const deleted = await request(
        pod,
        'DELETE',
        `/delete_dashboard?application=${application}&id=${created.body.id}`,
      );
      assert.equal(deleted.status, 200, deleted.text);
      assert.equal(
        (await request(pod, 'GET', `/get_dashboards?application=${application}`)).body.dashboards.length,
        0,
      );
    });

    it('stores an alert as a monitor and reads it back as the alert', async () => {
      const envelope = { application, team: 'payments', alert: ALERT };
      const created = await request(pod, 'POST', '/create_alert', json(envelope));
      assert.equal(created.status, 201, created.text);
      const monitor = {
        ...MONITOR,
        name: 'not an alert: anomalies of alerts have alert_window',
        query: "avg(last_1h):anomalies(avg:a{*}, 'basic', 2) >= 1",
        options: { thresholds: { critical: 1 } },
      };
      const more = await request(
        pod,
        'POST',
        '/create_monitor',
        json({ application, team: 'payments', key: 'more', monitor }),
      );
      assert.equal(more.status, 201, more.text);
      const alerts = await request(pod, 'GET', `/get_alerts?application=${application}`);
      assert.deepEqual(
        alerts.body.alerts.map((a: { key: string; alert: unknown }) => [a.key, a.alert]),
        [['queue-is-deep', ALERT]],
      );
      const monitors = await request(pod, 'GET', `/get_monitors?application=${application}&page_size=1`);
      assert.equal(monitors.body.monitors.length, 1);
      const rest = await request(
        pod,
        'GET',
        `/get_monitors?application=${application}&cursor=${monitors.body.next_cursor}`,
      );
      assert.deepEqual(
        rest.body.monitors.map((m: { key: string }) => m.key),
        ['more'],
      );
    });
  });
}

describe('a request', () => {
  it('means the same in JSON, YAML and TOML, and is answered in YAML on request', async () => {
    const bodies = {
      'application/json': JSON.stringify({ application: 'formats', team: 't', key: 'k', monitor: MONITOR }),
      'application/yaml': `application: formats
team: t
key: k
monitor:
  type: query alert
  name: Queue depth
  query: avg(last_5m):avg:payments.queue.depth{*} > 1000
  message: Deep @slack-payments
  tags: ["env:prod"]
  options: {thresholds: {critical: 1000}}
`,
      'application/toml': `application = "formats"
team = "t"
key = "k"
[monitor]
type = "query alert"
name = "Queue depth"
query = "avg(last_5m):avg:payments.queue.depth{*} > 1000"
message = "Deep @slack-payments"
tags = ["env:prod"]
options.thresholds.critical = 1000
`,
    };
    const statuses = [];
    for (const [type, body] of Object.entries(bodies)) {
      const answer = await request(pod, 'POST', '/create_monitor', {
        body,
        headers: { 'content-type': type, accept: 'application/yaml' },
      });
      assert.equal(answer.headers['content-type'], 'application/yaml', answer.text);
      assert.match(answer.text, /^application: formats\nkey: k\n/);
      statuses.push(answer.status);
    }
    assert.deepEqual(statuses, [201, 200, 200]);
  });

  it('may contain only the object, with the rest in the query; its id is ignored on create', async () => {
    const answer = await request(
      pod,
      'POST',
      '/create_monitor?application=bare&team=t',
      json({ ...MONITOR, id: 5 }),
    );
    assert.deepEqual([answer.status, answer.body.key], [201, 'queue-depth'], answer.text);
    assert.notEqual(answer.body.id, '5');
  });

  it('gets a finding with a position for each field that is not sent', async () => {
    const body = `application: warned\nteam: t\nmonitor:\n  id: 5\n  type: query alert\n  name: x\n  query: avg(last_5m):avg:w{*} > 1\n  message: "@slack-a"\n  options:\n    silenced: {"*": null}\n`;
    const answer = await request(pod, 'POST', '/create_monitor', {
      body,
      headers: { 'content-type': 'application/yaml' },
    });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(
      answer.body.findings.map((f: { code: string; severity: string; pointer: string; line: number }) => [
        f.code,
        f.severity,
        f.pointer,
        f.line,
      ]),
      [
        ['never_managed', 'warning', '/monitor/id', 4],
        ['never_managed', 'warning', '/monitor/options/silenced', 10],
      ],
    );
    assert.deepEqual(answer.body.monitor.options.silenced, {});
  });

  it('gets a warning at the exact character, and is carried out', async () => {
    const body = `application: warned\nteam: t\nmonitor:\n  type: query alert\n  name: y\n  query: avg(last_5m):avg:w{*} > 1\n  message: |\n    Look:\n      {{#is_warning}}soon{{/is_warning}} @slack-a\n`;
    const answer = await request(pod, 'POST', '/create_monitor', {
      body,
      headers: { 'content-type': 'application/yaml' },
    });
    assert.equal(answer.status, 201, answer.text);
    const [{ code, severity, pointer, line, column }] = answer.body.findings;
    assert.deepEqual(
      [code, severity, pointer, line, column],
      ['block_never_fires', 'warning', '/monitor/message', 9, 7],
    );
  });

  it('is rejected if it changes the type of a monitor, because the id would be lost', async () => {
    const of = (type: string, query: string) =>
      json({ application: 'retyped', team: 't', key: 'k', monitor: { type, name: 'x', query } });
    assert.equal(
      (await request(pod, 'POST', '/create_monitor', of('query alert', 'avg(last_5m):avg:w{*} > 1'))).status,
      201,
    );
    const answer = await request(pod, 'PUT', '/update_monitor', of('composite', '1 && 2'));
    assert.deepEqual(
      [answer.status, answer.body.findings[0].code, answer.body.findings[0].pointer],
      [422, 'replace_needed', '/monitor/type'],
      answer.text,
    );
  });

  it('carries its id through both processes, and its caller into the audit line', async () => {
    const headers = {
      'x-request-id': 'trace-me-42',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    };
    const answer = await request(
      pod,
      'POST',
      '/create_monitor',
      json({ application: 'ids', team: 't', monitor: MONITOR }, headers),
    );
    assert.equal(answer.headers['x-request-id'], 'trace-me-42');
    assert.equal(answer.body.request_id, 'trace-me-42');
    const lines = pod
      .output()
      .split('\n')
      .filter((l) => l.includes('trace-me-42'));
    assert.ok(
      lines.some(
        (l) => l.includes('"process":"sidecar"') && l.includes('"event":"audit"') && l.includes('anonymous'),
      ),
    );
    assert.ok(lines.some((l) => l.includes('"process":"serve"')));
  });

  it('does not change objects of other applications, or unmanaged ones', async () => {
    const theirs = await request(
      pod,
      'POST',
      '/create_monitor',
      json({ application: 'theirs', team: 't', monitor: MONITOR }),
    );
    const steal = await request(
      pod,
      'PUT',
      `/update_monitor?id=${theirs.body.id}`,
      json({ application: 'ours', monitor: { name: 'x' } }),
    );
    assert.deepEqual([steal.status, steal.body.code, steal.body.owner], [403, 'owned_by_another', 'theirs']);
    const remove = await request(pod, 'DELETE', `/delete_monitor?application=ours&id=${theirs.body.id}`);
    assert.deepEqual([remove.status, remove.body.code], [403, 'owned_by_another']);
    const keys = {
      'dd-api-key': 'sandbox-api-key',
      'dd-application-key': 'sandbox-app-key',
      'content-type': 'application/json',
    };
    const made = await fetch(`${pod.datadogUrl}/api/v1/monitor`, {
      method: 'POST',
      headers: keys,
      body: JSON.stringify({ ...MONITOR, name: 'by hand' }),
    });
    const { id } = JSON.parse(await made.text());
    const unmanaged = await request(pod, 'DELETE', `/delete_monitor?application=ours&id=${id}`);
    assert.deepEqual([unmanaged.status, unmanaged.body.code], [403, 'not_managed']);
  });
});

describe('the description of the API', () => {
  it('is served by Birddog: OpenAPI 3.1, readable docs, probes, metrics', async () => {
    const openapi = await request(pod, 'GET', '/openapi.json');
    assert.equal(openapi.body.openapi, '3.1.0');
    assert.ok(openapi.body.paths['/create_monitor'].post.requestBody.content['application/toml']);
    const schema = await request(pod, 'GET', '/schema.json');
    // From a table that is a file beside the bundle.
    assert.match(schema.body.$defs.MonitorOptions.properties.timeout_h.description, /number of hours/);
    const root = await fetch(pod.birddogUrl, { redirect: 'manual' });
    assert.deepEqual([root.status, root.headers.get('location')], [302, 'docs']);
    assert.match((await request(pod, 'GET', '/docs')).text, /<code>POST \/create_monitor<\/code>/);
    for (const base of [pod.birddogUrl, pod.opsUrl, pod.sidecarOpsUrl]) {
      assert.equal((await fetch(`${base}/healthz`)).status, 200);
      assert.equal((await fetch(`${base}/readyz`)).status, 200);
    }
    for (const base of [pod.opsUrl, pod.sidecarOpsUrl]) {
      assert.match(
        await (await fetch(`${base}/metrics`)).text(),
        /birddog_requests_total\{.*path="\/create_monitor"/,
      );
      assert.equal((await fetch(`${base}/create_monitor`, { method: 'POST' })).status, 404);
    }
  });

  it('lints a document and the body of a create, with positions, and queries no upstream', async () => {
    const body =
      'apiVersion: birddog/v1\napplication: a\nteam: t\nmonitors:\n  - key: x\n    type: query alert\n';
    const answer = await request(pod, 'POST', '/lint', {
      body,
      headers: { 'content-type': 'application/yaml' },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      answer.body.findings.map((f: { code: string; pointer: string; line: number }) => [
        f.code,
        f.pointer,
        f.line,
      ]),
      [['missing_member', '/monitors/0', 5]],
    );
    const clean = await request(
      pod,
      'POST',
      '/lint',
      json({ application: 'a', team: 't', monitor: MONITOR }),
    );
    assert.deepEqual(clean.body.findings, []);
  });
});
