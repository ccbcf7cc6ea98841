import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkReportSchema } from '../../src/contract/check-report.ts';
import { control, type Pod, request, startPod } from './pod.ts';
import { birddog, ended, startBirddog } from './birddog-command.ts';

let pod: Pod;
before(async () => {
  const uncached = { BIRDDOG_CHECK_TTL_MS: '0' };
  pod = await startPod({ env: { serve: { ...uncached, CATALOG_TTL_MS: '0' }, sidecar: uncached } });
});
after(() => pod.stop());

const PARTS = [
  'certificate',
  'secrets',
  'datadog_api_key',
  'datadog_app_key',
  'scopes',
  'preview',
  'markers',
  'ledger',
  'catalog_datadog',
  'catalog_leanix',
  'catalog_servicenow',
  'sidecar',
  'sidecar_certificate',
  'sidecar_secrets',
  'sidecar_datadog_api_key',
  'sidecar_datadog_app_key',
  'sidecar_scopes',
  'sidecar_preview',
  'sidecar_ledger',
];

/** Requests `/check`. Returns the report and the parts that are not healthy. */
async function check() {
  const answer = await request(pod, 'GET', '/check');
  assert.equal(answer.status, 200, answer.text);
  const report = checkReportSchema.parse(answer.body);
  return { report, unhealthy: report.parts.filter(({ state }) => state !== 'ok') };
}
const shown = ({ unhealthy }: Awaited<ReturnType<typeof check>>) =>
  unhealthy.map(({ name, state }) => `${name} ${state}`);

describe('GET /check', () => {
  it('reports every part of both containers as healthy', async () => {
    const { report, unhealthy } = await check();
    assert.deepEqual(
      report.parts.map(({ name }) => name),
      PARTS,
    );
    assert.deepEqual([report.ok, unhealthy], [true, []]);
    const certificate = report.parts.find(({ name }) => name === 'sidecar_certificate');
    assert.match(certificate?.detail ?? '', /^Valid until .*, 36[45] days left\.$/);
  });

  it('rejects query parameters, and answers in YAML on request', async () => {
    assert.equal((await request(pod, 'GET', '/check?application=a')).body.code, 'bad_request');
    const yaml = await request(pod, 'GET', '/check', { headers: { accept: 'application/yaml' } });
    assert.match(yaml.text, /^ok: true$/m);
  });

  it('distinguishes a rejected application key from a rejected API key, in both containers', async () => {
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'sandbox-api-key', app: 'another' });
    const app = await check();
    assert.equal(app.report.ok, false);
    assert.deepEqual(shown(app), [
      'datadog_app_key failed',
      'scopes skipped',
      'preview skipped',
      'markers skipped',
      // Datadog's catalog is read with the same keys.
      'catalog_datadog failed',
      'sidecar_datadog_app_key failed',
      'sidecar_scopes skipped',
      'sidecar_preview skipped',
    ]);
    assert.match(app.unhealthy[0]?.hint ?? '', /datadog-app-key/);
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'another', app: 'sandbox-app-key' });
    assert.deepEqual(shown(await check()), [
      'datadog_api_key failed',
      'datadog_app_key skipped',
      'scopes skipped',
      'preview skipped',
      'markers skipped',
      'catalog_datadog failed',
      'sidecar_datadog_api_key failed',
      'sidecar_datadog_app_key skipped',
      'sidecar_scopes skipped',
      'sidecar_preview skipped',
    ]);
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'sandbox-api-key', app: 'sandbox-app-key' });
    assert.deepEqual(shown(await check()), []);
  });

  it('names a catalog that rejects its credentials and one that fails, without hiding other parts', async () => {
    await control(pod.leanixUrl, 'DELETE', 'tokens', null);
    const refused = { kind: 'status', status: 401, body: '{}', times: 4 };
    await control(pod.leanixUrl, 'POST', 'faults', [refused]);
    await control(pod.servicenowUrl, 'POST', 'faults', [{ kind: 'reset_before', times: 2 }]);
    const { unhealthy } = await check();
    assert.deepEqual(
      unhealthy.map(({ name, state, detail }) => [name, state, detail]),
      [
        ['catalog_leanix', 'failed', "LeanIX rejects Birddog's credentials (HTTP 401)."],
        ['catalog_servicenow', 'failed', 'ServiceNow is unreachable.'],
      ],
    );
    assert.match(unhealthy[0]?.hint ?? '', /leanix-api-token/);
    await control(pod.leanixUrl, 'DELETE', 'faults', null);
  });

  it('reports an unavailable sidecar, and all other parts', async () => {
    await pod.pause('sidecar');
    const { report, unhealthy } = await check();
    assert.deepEqual(
      unhealthy.map(({ name, state }) => [name, state]),
      [['sidecar', 'failed']],
    );
    assert.match(unhealthy[0]?.hint ?? '', /sidecar's log/);
    assert.equal(report.parts.length, PARTS.length - 7);
    await pod.resume('sidecar');
    await pod.until(async () => (await check()).report.ok);
  });
});

const WRITES = ['create', 'read', 'delete', 'create_dashboard', 'delete_dashboard'];

/** Runs `birddog check` against the pod. */
function run(...args: string[]) {
  const child = startBirddog('.', ['check', '--url', pod.birddogUrl, ...args]);
  return { child, ended: ended(child) };
}
const states = (out: string): string[] =>
  JSON.parse(out).parts.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`);
/** Returns the monitors and dashboards that checks left in Datadog. */
async function leftovers(): Promise<unknown[]> {
  const headers = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };
  const read = async (path: string) =>
    JSON.parse(await (await fetch(`${pod.datadogUrl}${path}`, { headers })).text());
  const { dashboards } = await read('/api/v1/dashboard');
  return [...(await read('/api/v1/monitor?monitor_tags=birddog_application:birddog-check')), ...dashboards];
}

describe('birddog check', () => {
  it('prints a table, exits with 0, and leaves nothing in Datadog', async () => {
    const { status, out, err } = await run('--write').ended;
    assert.deepEqual([status, err], [0, ''], out);
    const names = ['birddog', ...PARTS, 'dry_run', ...WRITES];
    const rows = out.split('\n').filter((line) => / ms {2}/.test(line));
    assert.deepEqual(
      rows.map((row) => /^(\w+) +(\w+) +\d+ ms {2}\S/.exec(row)?.slice(1)),
      names.map((name) => ['ok', name]),
      out,
    );
    assert.match(out, /^Everything is healthy \(http/m);
    assert.deepEqual(await leftovers(), []);
  });

  it('writes nothing without --write', async () => {
    await control(pod.datadogUrl, 'DELETE', 'requests', null);
    const { status, out } = await run('--json').ended;
    assert.deepEqual([status, JSON.parse(out).ok, states(out).at(-1)], [0, true, 'dry_run ok']);
    const seen = await (await control(pod.datadogUrl, 'GET', 'requests')).text();
    // Datadog's queries and searches are sent with POST.
    const isRead = ({ method, path }: { method: string; path: string }) =>
      method === 'GET' || /\/(query\/timeseries|events\/search)$/.test(path);
    assert.ok(JSON.parse(seen).every(isRead), seen);
  });

  it('deletes its monitor after a failed read, and exits with 1', async () => {
    const LIST = '/api/v1/monitor';
    await control(pod.datadogUrl, 'DELETE', 'requests', null);
    assert.equal((await run('--write', '--json').ended).status, 0);
    const seen: { method: string; path: string }[] = JSON.parse(
      await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
    );
    const calls = seen.filter(({ path }) => path === LIST).map(({ method }) => method);
    // The list calls before the create: it looks up the marker.
    const earlier = calls.slice(0, calls.indexOf('POST')).filter((method) => method === 'GET').length;
    const lists = { method: 'GET', path: `^${LIST}$` };
    await control(pod.datadogUrl, 'POST', 'faults', [
      { kind: 'latency', ms: 0, times: earlier, ...lists },
      { kind: 'status', status: 400, body: '{"errors":["no"]}', ...lists },
    ]);
    const { status, out } = await run('--write', '--json').ended;
    await control(pod.datadogUrl, 'DELETE', 'faults', null);
    const written = ['create ok', 'read failed', 'delete ok', 'create_dashboard ok', 'delete_dashboard ok'];
    assert.deepEqual([status, states(out).slice(-5)], [1, written], out);
    assert.deepEqual(await leftovers(), []);
  });

  it('names the scope without which Datadog rejects a new object', async () => {
    const denied = {
      kind: 'status',
      method: 'POST',
      status: 403,
      body: '{"errors":["Forbidden"]}',
      times: 20,
    };
    await control(pod.datadogUrl, 'POST', 'faults', [
      { ...denied, path: '^/api/v1/monitor$' },
      { ...denied, path: '^/api/v1/dashboard$' },
    ]);
    const { status, out } = await run('--write').ended;
    await control(pod.datadogUrl, 'DELETE', 'faults', null);
    assert.equal(status, 1);
    for (const scope of ['monitors_write', 'dashboards_write'])
      assert.match(out, new RegExp(`hint: Give the application key the scope, and .*\`${scope}\``));
    assert.deepEqual(await leftovers(), []);
  });

  it('names the monitor that it could not delete', async () => {
    const denied = { kind: 'status', status: 403, body: '{"errors":["no"]}', times: 20 };
    const kept = { ...denied, method: 'DELETE', path: '^/api/v1/monitor/' };
    await control(pod.datadogUrl, 'POST', 'faults', [kept]);
    const { status, out } = await run('--write').ended;
    assert.equal(status, 1);
    assert.notDeepEqual(await leftovers(), []);
    const url = /hint: Delete it: curl -X DELETE '([^']+)'/.exec(out)?.[1] ?? '';
    assert.match(out, /The monitor check-[0-9a-f]{12} of birddog-check may be left in Datadog\./);
    await control(pod.datadogUrl, 'DELETE', 'faults', null);
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 200, url);
    assert.deepEqual(await leftovers(), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`cleans up after ${signal}`, async () => {
      await control(pod.datadogUrl, 'POST', 'faults', [
        { kind: 'latency_after', method: 'POST', path: '^/api/v1/monitor$', ms: 300 },
      ]);
      const { child, ended: end } = run('--write', '--json');
      const seen = async () => (await control(pod.datadogUrl, 'GET', 'requests')).text();
      await control(pod.datadogUrl, 'DELETE', 'requests', null);
      await pod.until(async () => /"POST"/.test(await seen()));
      child.kill(signal);
      const { status, out } = await end;
      assert.equal(status, 1);
      assert.deepEqual(states(out).slice(-3), [
        'delete ok',
        'create_dashboard skipped',
        'delete_dashboard skipped',
      ]);
      assert.deepEqual(await leftovers(), [], out);
    });
  }

  it('skips the steps that need an unavailable sidecar, and exits with 1', async () => {
    await pod.pause('sidecar');
    const { status, out } = await run('--json', '--write').ended;
    await pod.resume('sidecar');
    assert.equal(status, 1);
    assert.deepEqual(
      states(out).filter((line) => !line.endsWith(' ok')),
      [
        'sidecar failed',
        'dry_run failed',
        'create failed',
        'read skipped',
        'delete skipped',
        'create_dashboard failed',
        'delete_dashboard skipped',
      ],
    );
    await pod.until(async () => (await check()).report.ok);
  });

  it('exits with 69 if Birddog does not answer, with 64 for wrong arguments and with 78 for a wrong setting', async () => {
    const call = (...args: string[]) => birddog('.', ['check', ...args]);
    const unavailable = await call('--url', 'http://127.0.0.1:9', '--json');
    assert.deepEqual(
      [unavailable.status, states(unavailable.out)],
      [69, ['birddog failed', 'dry_run skipped']],
    );
    const wrong = await call('--nonsense');
    assert.deepEqual([wrong.status, wrong.out], [64, '']);
    assert.match(wrong.err, /--nonsense[\s\S]+usage: birddog check/);
    assert.equal(
      (await call('--url', 'http://elsewhere.example.test')).status,
      64,
      'plain HTTP to another machine',
    );
    const env = { BIRDDOG_URL: 'http://elsewhere.example.test' };
    const setting = await birddog('.', ['check'], { env });
    assert.deepEqual([setting.status, setting.out], [78, '']);
    assert.match(setting.err, /^birddog check: invalid settings:\n {2}BIRDDOG_URL: .*plain HTTP/);
  });
});
