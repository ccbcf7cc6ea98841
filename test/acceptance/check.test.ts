import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkReportSchema } from '../../src/contract/check-report.ts';
import { type Pod, request, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  const always = { BIRDDOG_CHECK_TTL_MS: '0' };
  pod = await startPod({ env: { serve: { ...always, CATALOG_TTL_MS: '0' }, sidecar: always } });
});
after(() => pod.stop());

const PARTS = [
  'certificate',
  'secrets',
  'datadog_api_key',
  'datadog_app_key',
  'journal',
  'catalog_datadog',
  'catalog_leanix',
  'catalog_servicenow',
  'sidecar',
  'sidecar_certificate',
  'sidecar_secrets',
  'sidecar_datadog_api_key',
  'sidecar_datadog_app_key',
  'sidecar_journal',
];
const control = (url: string, method: string, path: string, value: unknown) =>
  fetch(`${url}/__control/${path}`, { method, body: JSON.stringify(value) });

/** Asks `/check`; gives the report, and what is not well in it. */
async function check() {
  const answer = await request(pod, 'GET', '/check');
  assert.equal(answer.status, 200, answer.text);
  const report = checkReportSchema.parse(answer.body);
  return { report, unwell: report.parts.filter(({ state }) => state !== 'ok') };
}
const shown = ({ unwell }: Awaited<ReturnType<typeof check>>) =>
  unwell.map(({ name, state }) => `${name} ${state}`);

describe('GET /check', () => {
  it('looks at every part of both containers, and all is well', async () => {
    const { report, unwell } = await check();
    assert.deepEqual(
      report.parts.map(({ name }) => name),
      PARTS,
    );
    assert.deepEqual([report.ok, unwell], [true, []]);
    const certificate = report.parts.find(({ name }) => name === 'sidecar_certificate');
    assert.match(certificate?.detail ?? '', /^Valid until .*, for 36[45] days more\.$/);
  });

  it('knows no query, and answers in YAML where that is asked for', async () => {
    assert.equal((await request(pod, 'GET', '/check?application=a')).body.code, 'bad_request');
    const yaml = await request(pod, 'GET', '/check', { headers: { accept: 'application/yaml' } });
    assert.match(yaml.text, /^ok: true$/m);
  });

  it('tells an application key that Datadog refuses from an API key, in both containers', async () => {
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'sandbox-api-key', app: 'another' });
    const app = await check();
    assert.equal(app.report.ok, false);
    assert.deepEqual(shown(app), [
      'datadog_app_key failed',
      // Datadog's catalog is read with the same keys.
      'catalog_datadog failed',
      'sidecar_datadog_app_key failed',
    ]);
    assert.match(app.unwell[0]?.hint ?? '', /datadog-app-key/);
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'another', app: 'sandbox-app-key' });
    assert.deepEqual(shown(await check()), [
      'datadog_api_key failed',
      'datadog_app_key skipped',
      'catalog_datadog failed',
      'sidecar_datadog_api_key failed',
      'sidecar_datadog_app_key skipped',
    ]);
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'sandbox-api-key', app: 'sandbox-app-key' });
    assert.deepEqual(shown(await check()), []);
  });

  it('names a catalog that refuses its credentials, and one that fails, beside all others', async () => {
    await control(pod.leanixUrl, 'DELETE', 'tokens', null);
    const refused = { kind: 'status', status: 401, body: '{}', times: 4 };
    await control(pod.leanixUrl, 'POST', 'faults', [refused]);
    await control(pod.servicenowUrl, 'POST', 'faults', [{ kind: 'reset_before', times: 2 }]);
    const { unwell } = await check();
    assert.deepEqual(
      unwell.map(({ name, state, detail }) => [name, state, detail]),
      [
        ['catalog_leanix', 'failed', "LeanIX refuses Birddog's credentials (HTTP 401)."],
        ['catalog_servicenow', 'failed', 'ServiceNow cannot be reached.'],
      ],
    );
    assert.match(unwell[0]?.hint ?? '', /leanix-api-token/);
    await control(pod.leanixUrl, 'DELETE', 'faults', null);
  });

  it('has a line for a sidecar that is away, and all others', async () => {
    await pod.pause('sidecar');
    const { report, unwell } = await check();
    assert.deepEqual(
      unwell.map(({ name, state }) => [name, state]),
      [['sidecar', 'failed']],
    );
    assert.match(unwell[0]?.hint ?? '', /sidecar's log/);
    assert.equal(report.parts.length, PARTS.length - 5);
    await pod.resume('sidecar');
    await pod.until(async () => (await check()).report.ok);
  });
});
