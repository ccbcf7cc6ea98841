import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mintCertificates } from '../../src/init/certificates.ts';
import { isObject, parseTrustedJson } from '../../src/domain/json.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import { datadog, isQuiet, applyAll } from './document-client.ts';
import { type MetricFamily, metricFamilies } from './metric-families.ts';
import { control, type Pod, request, startPod } from './pod.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const DAY = 86_400_000;
const KEYS = { api: 'sandbox-api-key', app: 'sandbox-app-key' };
const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' };

let pod: Pod;
let receiver: WebhookReceiver;
let folder: string;
before(async () => {
  receiver = await startWebhookReceiver();
  folder = await certificatesNearTheirEnd();
  const each = (process: string) => ({
    BIRDDOG_RECEIVERS: receiversFile(receiver.url),
    BIRDDOG_INCIDENT_AFTER_MS: '200',
    BIRDDOG_CERTIFICATES: join(folder, process),
  });
  pod = await startPod({
    env: { serve: { ...each('client'), CATALOG_TTL_MS: '0' }, sidecar: each('server') },
  });
});
after(async () => {
  await pod.stop();
  receiver.close();
  rmSync(folder, { recursive: true });
});

/** Writes a receivers file with both types and a heartbeat. Returns its path. */
function receiversFile(url: string): string {
  const path = join(folder, 'receivers.yaml');
  writeFileSync(join(folder, 'webhook-url'), `${url}\n`);
  const receivers = 'receivers:\n  - type: datadog_event\n  - type: webhook\n    url_file: webhook-url\n';
  writeFileSync(path, `${receivers}heartbeat:\n  url_file: webhook-url\n  every: 10s\n`);
  return path;
}

/** Writes certificates with five of their 360 days left. */
async function certificatesNearTheirEnd(): Promise<string> {
  const { ca, client, server } = await mintCertificates({ now: new Date(Date.now() - 355 * DAY), days: 360 });
  const path = mkdtempSync(join(tmpdir(), 'birddog-certificates-'));
  for (const [name, { cert, key }] of Object.entries({ client, server })) {
    mkdirSync(join(path, name));
    for (const [file, text] of Object.entries({ 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key }))
      writeFileSync(join(path, name, file), text);
  }
  return path;
}

const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();
const create = (application: string, headers: Record<string, string> = {}) =>
  request(pod, 'POST', '/create_monitor', {
    body: JSON.stringify({ application, team: 't', key: 'k', monitor: { ...MONITOR, name: application } }),
    headers: { 'content-type': 'application/json', ...headers },
  });
/** Returns the notifications of an incident as `process event`. */
const notificationsOf = (incident: string, about = '') =>
  receiver.posted
    .filter((notification) => notification.incident === incident && notification.about === about)
    .map(({ process, event }) => `${process} ${event}`);
const isNotified = (line: string, incident: string, about = '') =>
  pod.until(async () => notificationsOf(incident, about).includes(line));
const hasIncident = async (url: string, incident: string) =>
  new RegExp(`birddog_incident\\{incident="${incident}",[^}]*\\} 1`).test(await metricsOf(url));

it('each process sends a heartbeat', async () => {
  const beats = () =>
    receiver.posted.filter((posted) => !Object.hasOwn(posted, 'event')).map(({ process }) => process);
  await pod.until(async () => ['serve', 'sidecar'].every((process) => beats().includes(process)));
  const { parts } = (await request(pod, 'GET', '/check')).body;
  for (const name of ['receivers', 'sidecar_receivers']) {
    const part = parts.find((one: { name: string }) => one.name === name);
    assert.deepEqual(
      [part?.state, part?.detail],
      ['ok', 'Receivers of incidents: 2, and a heartbeat.'],
      name,
    );
  }
});

describe('a certificate that expires soon', () => {
  it('is reported once by each container, to the webhook and as an event', async () => {
    for (const line of ['serve begun', 'sidecar begun'])
      await isNotified(line, 'certificate_ending', 'upstream');
    assert.deepEqual(notificationsOf('certificate_ending', 'upstream').toSorted(), [
      'serve begun',
      'sidecar begun',
    ]);
    await pod.until(async () => {
      const now = Math.floor(Date.now() / 1000);
      const query = `start=${now - 600}&end=${now + 600}&tags=incident:certificate_ending`;
      const { events } = await datadog(pod, 'GET', `/api/v1/events?${query}`);
      return Array.isArray(events) && events.length === 2;
    });
  });

  it('appears in the metrics and as a warning in the check', async () => {
    for (const url of [pod.opsUrl, pod.sidecarOpsUrl]) {
      const seconds = /birddog_certificate_seconds_left\{certificate="upstream",[^}]*\} (\S+)/.exec(
        await metricsOf(url),
      );
      assert.ok(Number(seconds?.[1]) < 5 * 86_400 && Number(seconds?.[1]) > 4 * 86_400);
      assert.ok(await hasIncident(url, 'certificate_ending'));
    }
    const { body } = await request(pod, 'GET', '/check');
    const warned = body.parts.filter((part: { state: string }) => part.state !== 'ok');
    assert.deepEqual(
      warned.map((part: { name: string; state: string }) => `${part.name} ${part.state}`),
      ['certificate warning', 'sidecar_certificate warning'],
    );
    assert.equal(body.ok, true);
  });
});

describe('keys that Datadog rejects', () => {
  it('are reported once although Datadog accepts no event, and once when they are valid again', async () => {
    await control(pod.datadogUrl, 'PUT', 'keys', { api: 'another', app: 'another' });
    for (let n = 0; n < 5; n += 1) await create('checkout');
    await isNotified('serve begun', 'datadog_keys_refused');
    assert.ok(await hasIncident(pod.opsUrl, 'datadog_keys_refused'));
    assert.match(await metricsOf(pod.opsUrl), /birddog_datadog_keys_refused\{[^}]*\} 1/);
    await pod.until(async () =>
      /"event":"notification failed","receiver":"datadog_event"/.test(pod.output()),
    );
    await control(pod.datadogUrl, 'PUT', 'keys', KEYS);
    await isNotified('serve ended', 'datadog_keys_refused');
    assert.deepEqual(notificationsOf('datadog_keys_refused'), ['serve begun', 'serve ended']);
    assert.equal(await hasIncident(pod.opsUrl, 'datadog_keys_refused'), false);
  });
});

describe('an unavailable catalog', () => {
  it('is reported once by name, and once when it answers again', async () => {
    await control(pod.servicenowUrl, 'POST', 'faults', [{ kind: 'status', status: 500, times: 100_000 }]);
    await create('checkout');
    await isNotified('serve begun', 'catalog_unavailable', 'servicenow');
    assert.match(await metricsOf(pod.opsUrl), /birddog_catalog_unavailable\{catalog="servicenow",[^}]*\} 1/);
    await control(pod.servicenowUrl, 'DELETE', 'faults', null);
    await isNotified('serve ended', 'catalog_unavailable', 'servicenow');
    assert.deepEqual(notificationsOf('catalog_unavailable', 'servicenow'), ['serve begun', 'serve ended']);
    assert.deepEqual(notificationsOf('catalog_unavailable', 'leanix'), []);
  });
});

describe('an unavailable sidecar', () => {
  it('is reported once, and once when it recovers without requests', async () => {
    await pod.pause('sidecar');
    for (let n = 0; n < 6; n += 1) await create('in-no-catalog');
    await isNotified('serve begun', 'sidecar_unavailable');
    const text = await metricsOf(pod.opsUrl);
    assert.match(text, /birddog_sidecar_breaker_openings_total\{[^}]*\} [1-9]/);
    assert.match(
      text,
      /birddog_requests_total\{path="\/create_monitor",method="POST",status="503",route="unlisted",/,
    );
    await pod.resume('sidecar');
    await isNotified('serve ended', 'sidecar_unavailable');
    assert.deepEqual(notificationsOf('sidecar_unavailable'), ['serve begun', 'serve ended']);
  });
});

describe('a trace', () => {
  const TRACE = 'a'.repeat(32);
  const linesOf = (id: string): Record<string, unknown>[] =>
    pod
      .output()
      .split('\n')
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line.slice(line.indexOf('{'))));

  it('passes through both containers, each with its own span', async () => {
    await pod.until(async () => (await create('traced')).status < 300);
    const trace = { traceparent: `00-${TRACE}-${'b'.repeat(16)}-01`, tracestate: 'vendor=1' };
    const answer = await create('traced', { 'x-request-id': 'traced-1', ...trace });
    assert.equal(answer.status, 200, answer.text);
    const lines = linesOf('traced-1');
    for (const process of ['serve', 'sidecar']) {
      const answered = lines.find((line) => line['process'] === process && line['event'] === 'answered');
      assert.equal(answered?.['trace_id'], TRACE, process);
      assert.match(String(answered?.['span_id']), /^[0-9a-f]{16}$/);
    }
    const spans = new Set(lines.map((line) => line['span_id']).filter((span) => span !== undefined));
    assert.equal(spans.size, 2, 'each container has its own span');
  });

  it('starts when the header is invalid, and a failure is logged with its code and level', async () => {
    await create('a b', {
      'x-request-id': 'traced-2',
      traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    const line = linesOf('traced-2').find(({ event }) => event === 'answered');
    assert.match(String(line?.['trace_id']), /^(?!0+$)[0-9a-f]{32}$/);
    assert.deepEqual([line?.['level'], line?.['code'], line?.['route']], ['info', 'invalid', 'none']);
  });
});

describe('the log of a process', () => {
  it('contains no key, no token and no webhook address', () => {
    assert.doesNotMatch(pod.output(), /sandbox-api-key|sandbox-app-key|hush-hush/);
  });
});

it('serves a cached check to many callers without querying Datadog again', async () => {
  await request(pod, 'GET', '/check');
  await control(pod.datadogUrl, 'DELETE', 'requests', null);
  await Promise.all(Array.from({ length: 30 }, () => request(pod, 'GET', '/check')));
  const seen: { path: string }[] = JSON.parse(
    await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
  );
  assert.deepEqual(
    seen.filter(({ path }) => path === '/api/v1/validate'),
    [],
  );
});

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** Returns every metric, with the processes that have it. */
async function families(): Promise<Map<string, MetricFamily & { readonly processes: readonly string[] }>> {
  const all = new Map<string, MetricFamily & { readonly processes: readonly string[] }>();
  for (const [process, url] of Object.entries({ serve: pod.opsUrl, sidecar: pod.sidecarOpsUrl }))
    for (const family of metricFamilies(await metricsOf(url)).values()) {
      const seen = all.get(family.name) ?? { labels: [], processes: [] };
      const labels = [...new Set([...seen.labels, ...family.labels])].sort();
      all.set(family.name, { ...family, labels, processes: [...seen.processes, process] });
    }
  return all;
}

describe('docs/metrics.md', () => {
  it('lists exactly the metrics of both processes, with type, labels and help', async () => {
    const told = [
      ...file('docs/metrics.md').matchAll(/^\| `(\w+)` \| (\w+) \|(.*?)\| (\w+) \| (.+) \|$/gm),
    ].map(([, name = '', type, labels = '', where, help]) => ({
      name,
      type,
      labels: labels.trim(),
      where,
      help,
    }));
    const real = [...(await families()).values()].map(({ name, type, labels, processes, help }) => {
      const shown = labels.map((label) => `\`${label}\``).join(' ');
      // A metric without samples shows no labels.
      const written = told.find((row) => row.name === name)?.labels;
      const where = processes.length === 2 ? 'both' : processes[0];
      return { name, type, labels: shown === '' && written !== undefined ? written : shown, where, help };
    });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    assert.deepEqual(told.toSorted(byName), real.toSorted(byName));
  });

  it('states correctly that labels contain no application, caller or id', async () => {
    const text = (await metricsOf(pod.opsUrl)) + (await metricsOf(pod.sidecarOpsUrl));
    assert.doesNotMatch(text, /checkout|in-no-catalog|traced|anonymous|\/\d{3,}/);
  });
});

describe('deploy/birddog-on-birddog.yaml', () => {
  const text = file('deploy/birddog-on-birddog.yaml');
  const parsed = async () => {
    const { value } = await decode(Buffer.from(text), 'yaml', DOCUMENT_LIMITS);
    const document = parseTrustedJson(JSON.stringify(value));
    assert.ok(isObject(document));
    return document;
  };

  it('uses only existing metrics and labels, with the names that the Agent gives them', async () => {
    const there = new Map<string, readonly string[]>();
    for (const { name, type, labels } of (await families()).values()) {
      const bare = `birddog.${name.replace(/^birddog_/, '').replace(/_total$/, '')}`;
      const ends = { counter: ['.count'], histogram: ['.count', '.sum', '.bucket'] }[type] ?? [''];
      for (const end of ends) there.set(`${bare}${end}`, [...labels, 'process']);
    }
    // `birddog init --watch` does not run in this pod; another test checks the metrics in docs/vault.md.
    for (const [, name = '', labels = ''] of file('docs/vault.md').matchAll(
      /^\| `birddog_(init_\w+)(?:\{(\w+)\})?` \|/gm,
    ))
      there.set(`birddog.${name}`, [labels, 'process']);
    const used = [
      ...text.matchAll(
        /\b(?:metric: |(?:sum|avg|min|max):)(birddog\.[\w.]+)(?:\{([^}]*)\}(?: by \{([^}]*)\})?)?/g,
      ),
    ];
    assert.ok(used.length > 20);
    for (const [all, metric = '', filter = '', by = ''] of used) {
      const labels = there.get(metric);
      assert.ok(labels, `${metric} is not a metric`);
      const asked = [...filter.matchAll(/(\w+):/g)].map(([, label = '']) => label);
      for (const label of [...asked, ...by.split(',').filter((one) => one !== '')])
        assert.ok(labels.length === 1 || labels.includes(label), `${all}: unknown label ${label}`);
    }
    const grouped = [...text.matchAll(/metric: (birddog\.[\w.]+),.*by: \[([^\]]+)\]/g)];
    assert.ok(grouped.length > 3);
    for (const [all, metric = '', by = ''] of grouped)
      for (const label of by.split(', ')) assert.ok(there.get(metric)?.includes(label), all);
  });

  it('has no findings, and is applied completely', async () => {
    const document = await parsed();
    const linted = await request(pod, 'POST', '/lint', {
      body: text,
      headers: { 'content-type': 'application/yaml' },
    });
    assert.deepEqual(linted.body.findings, []);
    const { objects } = await applyAll(pod, document);
    assert.equal(objects.length, 15);
    assert.ok(objects.every(({ action }: { action: string }) => action === 'create'));
    await isQuiet(pod, document);
  });
});
