import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { ENDPOINTS, isWrite } from '../../src/contract/operations.ts';
import { CONTRACT_VERSION, HEADERS } from '../../src/domain/headers.ts';
import { AUTH_METHODS } from '../../src/domain/caller.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { mintCertificates } from '../../src/init/certificates.ts';
import { control, type Pod, startPod } from './pod.ts';

/** Python of the distribution, which has the distribution's Flask. */
const PYTHON = '/usr/bin/python3';
const FOLDER = join(import.meta.dirname, '../../integrations/flask');
const there = spawnSync(PYTHON, ['-c', 'import flask, requests']).status === 0;
const skip = there || process.env['CI'] === 'true' ? false : 'Flask and requests are not installed';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const MONITOR = { type: 'query alert', name: 'flask', query: 'avg(last_5m):avg:a{*} > 1' };

let pod: Pod;
let app: ChildProcess;
let url: string;
/** A folder whose link `current` points to the certificates for the sidecar. */
let certificates: string;
let written = '';

before(async () => {
  if (skip) return;
  pod = await startPod();
  certificates = mkdtempSync(join(tmpdir(), 'flask-'));
  cpSync(pod.secretsMain, join(certificates, 'good'), { recursive: true, dereference: true });
  switchTo('good');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  app = spawn(PYTHON, ['-m', 'flask', '--app', 'example_app', 'run', '--port', String(port)], {
    cwd: FOLDER,
    env: {
      PATH: process.env['PATH'],
      PYTHONDONTWRITEBYTECODE: '1',
      SIDECAR_URL: pod.sidecarUrl,
      BIRDDOG_CERTIFICATES: join(certificates, 'current'),
      // No proxy listens here: every test fails if a connection to the sidecar uses the proxy.
      HTTPS_PROXY: 'http://127.0.0.1:9',
    },
  });
  app.stdout?.on('data', (chunk) => (written += chunk));
  app.stderr?.on('data', (chunk) => (written += chunk));
  await pod
    .until(() =>
      fetch(`${url}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      ),
    )
    .catch((error: unknown) => {
      throw new Error(written, { cause: error });
    });
});
after(async () => {
  app?.kill();
  await pod?.stop();
  if (certificates) rmSync(certificates, { recursive: true });
});

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
async function ask(method: string, path: string, { headers = {}, body }: Sent = {}) {
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
}
const create = (application: string, name: string, headers: Record<string, string> = {}) =>
  ask('POST', '/create_monitor', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ application, team: 't', key: name, monitor: { ...MONITOR, name } }),
  });
const faults = (list: unknown) => control(pod.datadogUrl, 'POST', 'faults', list);

/** Runs Python code that uses the module as `b`. Returns the value of `said`. */
function inPython(code: string): ReturnType<typeof JSON.parse> {
  const program = `import json, birddog_sidecar as b\n${code}\nprint(json.dumps(said))`;
  return JSON.parse(spawnSync(PYTHON, ['-Bc', program], { cwd: FOLDER, encoding: 'utf8' }).stdout);
}
/** Returns the headers that are sent to the sidecar for a request with trace headers, by lower-case name. */
const SENT = `
from flask import Flask
said = {}
def send(self, method, url, headers, **rest):
    said["sent"] = {name.lower(): value for name, value in headers.items()}
    raise b.requests.exceptions.ReadTimeout()
b.requests.Session.request = send
trace = {"traceparent": "00-${TRACE}-00f067aa0ba902b7-01", "tracestate": "a=b"}
with Flask("here").test_request_context("/lint", headers=trace):
    b.Sidecar().forward("ci", ["leanix"], auth="tokens", not_checked=["servicenow"])
    try:
        b.Sidecar().forward("ci", auth="sso")
    except ValueError as error:
        said["refused"] = str(error)
`;
/** Returns the routes of the example, and the paths of the module that write nothing although their method is POST. */
const ROUTES = `
import example_app
rules = [rule for rule in example_app.app.url_map.iter_rules() if rule.endpoint != "static"]
routes = [f"{method} {rule.rule}".replace("<name>", "{name}") for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}]
said = {"routes": sorted(routes), "reads": b.READ_PATHS}
`;

/** Replaces the link atomically, as `birddog init` does. */
function switchTo(set: string): void {
  symlinkSync(set, join(certificates, 'next'));
  renameSync(join(certificates, 'next'), join(certificates, 'current'));
}

describe('a Flask application with the sidecar beside it', { skip }, () => {
  it('serves listed applications itself, and forwards others with caller, request id and missing catalogs', async () => {
    const listed = await create('checkout', 'flask');
    assert.deepEqual(listed.body, { application: 'checkout', served_by: 'the existing application' });
    const { status, body, headers } = await create('payments-batch', 'handed-over', {
      'x-forwarded-user': 'Zoë / payments',
      'x-request-id': 'flask-1',
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    });
    assert.deepEqual(
      [status, body.route, body.missing_from, body.key, headers.get('x-request-id')],
      [201, 'unlisted', ['leanix'], 'handed-over', 'flask-1'],
    );
    await create('payments-batch', 'nobody', { 'x-request-id': 'flask-2' });
    assert.deepEqual(
      ['flask-1', 'flask-2'].map((id) => {
        const line = pod
          .output()
          .split('\n')
          .find((one) => one.includes('"audit"') && one.includes(id));
        const { caller, auth, trace_id } = JSON.parse(line ?? '{}');
        return [caller, auth, trace_id === TRACE];
      }),
      [
        ['Zoë / payments', 'oidc', true],
        ['anonymous', 'none', false],
      ],
    );
  });

  it("returns the sidecar's answer unchanged, with lines and columns of the user's text", async () => {
    const { status, body } = await ask('POST', '/create_monitor?application=payments-batch', {
      headers: { 'content-type': 'application/yaml' },
      body: 'application: payments-batch\nteam: t\nmonitor:\n  type: query alert\n  name: a\n  message: "@slack-a"\n  query: "avg(last_5m):avg:a{*} >"\n',
    });
    const [finding] = body.findings;
    assert.deepEqual([status, body.code, finding.code, finding.line], [422, 'invalid', 'query_syntax', 7]);
    const linted = await ask('POST', '/lint', {
      headers: { 'content-type': 'application/yaml' },
      body: 'application: a\nteam: t\nmonitor: {type: query alert, name: n, message: "@slack-a", query: "avg(last_5m):avg:a{*} > 1"}\n',
    });
    assert.deepEqual([linted.status, linted.body.findings], [200, []]);
  });

  it('respects the deadline of the client, and rejects an invalid one', async () => {
    const none = await ask('GET', '/get_monitors?application=a', {
      headers: { 'birddog-deadline-ms': 'soon' },
    });
    assert.deepEqual([none.status, none.body.code], [400, 'bad_request']);
    const passed = await ask('GET', '/get_monitors?application=a', {
      headers: { 'birddog-deadline-ms': '100' },
    });
    assert.deepEqual([passed.status, passed.body.code], [504, 'deadline_exceeded']);
    await faults([{ method: 'GET', path: '^/api/v1/monitor', kind: 'latency', ms: 3000 }]);
    const slow = await ask('GET', '/get_monitors?application=a', {
      headers: { 'birddog-deadline-ms': '600' },
    });
    assert.deepEqual([slow.status, slow.body.code], [504, 'deadline_exceeded']);
  });

  it('limits the requests that wait for the sidecar, and serves listed applications meanwhile', async () => {
    await faults([{ method: 'GET', path: '^/api/v1/monitor', kind: 'latency', ms: 1500, times: 8 }]);
    const waiting = Array.from({ length: 9 }, () => ask('GET', '/get_monitors?application=a'));
    assert.equal((await create('checkout', 'flask')).status, 200);
    const answers = await Promise.all(waiting);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(8).fill(200), 503]);
    assert.match(answers.find(({ status }) => status === 503)?.text ?? '', /Too many requests are waiting/);
  });

  it('has every route of the contract, and knows which of them write', () => {
    const { routes, reads } = inPython(ROUTES);
    const operations = ENDPOINTS.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(routes, [...operations, 'GET /healthz'].sort());
    const readPosts = ENDPOINTS.filter((one) => one.method === 'POST' && !isWrite(one));
    assert.deepEqual([...reads].sort(), readPosts.map(({ path }) => path).sort());
  });

  it('serves alerts, dashboards, documents and the history', async () => {
    const headers = { 'content-type': 'application/json' };
    const named = { application: 'all-routes', team: 't' };
    const condition = { over: '5m', above: 1 };
    const alert = { title: 'Deep', signal: { metric: 'queue.depth' }, condition, notify: ['@slack-a'] };
    const dashboard = { title: 'Queue', layout_type: 'ordered', widgets: [] };
    const post = (path: string, body: unknown) =>
      ask('POST', path, { headers, body: JSON.stringify(body) }).then(({ status }) => status);
    const statuses = [
      await post('/create_alert', { ...named, key: 'deep', alert }),
      await post('/create_dashboard', { ...named, key: 'queue', dashboard }),
      await post('/expand', { ...named, alerts: [{ key: 'deep', ...alert }] }),
      await post('/drift', { ...named, alerts: [{ key: 'deep', ...alert }] }),
      await post('/apply', { ...named, alerts: [{ key: 'deep', ...alert, title: 'Deeper' }] }),
      await post('/restore', { application: named.application, last_apply: true }),
    ];
    for (const path of ['/get_alerts', '/get_dashboards', '/history'])
      statuses.push((await ask('GET', `${path}?application=all-routes`)).status);
    statuses.push((await ask('POST', '/import?application=all-routes')).status);
    statuses.push((await ask('GET', '/check')).status);
    statuses.push((await ask('DELETE', '/delete_alert?application=all-routes&key=deep')).status);
    assert.deepEqual(statuses, [201, 201, ...Array(10).fill(200)]);
  });

  it('sends exactly the headers of the protocol, and rejects an unknown authentication method', () => {
    const { sent, refused } = inPython(SENT);
    const { accept, 'accept-encoding': encoding, ...rest } = sent;
    assert.deepEqual([accept, encoding], ['application/json', 'identity']);
    assert.deepEqual(Object.keys(rest).sort(), Object.values(HEADERS).sort());
    assert.equal(rest[HEADERS.contract], CONTRACT_VERSION);
    const { [HEADERS.callerAuth]: auth, [HEADERS.tracestate]: state } = rest;
    assert.deepEqual([auth, state], ['tokens', 'a=b']);
    assert.equal(refused, `auth must be one of ${AUTH_METHODS.join(', ')}, not 'sso'`);
  });

  it("returns its own problems with the sidecar's texts, and docs/main-container-changes.md lists each", () => {
    const own: Record<string, [number, string, string]> = inPython('said = b.PROBLEMS');
    const page = readFileSync(join(FOLDER, '../../docs/main-container-changes.md'), 'utf8');
    for (const [code, kind] of Object.entries(PROBLEMS)) {
      const given = own[code];
      if (given) assert.deepEqual(given, [kind.status, kind.title, kind.hint]);
      assert.equal(page.includes(`| ${kind.status} \`${code}\` |`), given !== undefined, code);
    }
    assert.deepEqual(
      Object.keys(own).filter((code) => !Object.hasOwn(PROBLEMS, code)),
      [],
    );
  });

  it('reloads renewed certificates, and reports rejected ones', async () => {
    const foreign = await mintCertificates({ now: new Date(), days: 1 });
    cpSync(join(certificates, 'good'), join(certificates, 'foreign'), { recursive: true, dereference: true });
    for (const [name, text] of [
      ['tls.crt', foreign.client.cert],
      ['tls.key', foreign.client.key],
    ] as const) {
      rmSync(join(certificates, 'foreign', name));
      writeFileSync(join(certificates, 'foreign', name), text);
    }
    switchTo('foreign');
    assert.equal((await ask('GET', '/get_monitors?application=a')).body.code, 'sidecar_unavailable');
    switchTo('good');
    const again = await ask('GET', '/get_monitors?application=a');
    assert.equal(again.status, 200, written);
  });

  it('distinguishes a write with unknown outcome from an unreachable sidecar, and finds the object again', async () => {
    await faults([{ method: 'POST', path: '^/api/v1/monitor$', kind: 'latency_after', ms: 2000 }]);
    // Clears the earlier writes.
    await control(pod.datadogUrl, 'DELETE', 'requests');
    const write = create('payments-batch', 'cut-off');
    await pod.until(async () => {
      const seen = await control(pod.datadogUrl, 'GET', 'requests').then((answer) => answer.text());
      return /"POST"[^}]*api\/v1\/monitor"/.test(seen);
    });
    await pod.pause('sidecar');
    assert.deepEqual((await write).body.code, 'outcome_unknown');
    for (let n = 0; n < 6; n += 1) {
      const unavailable = await create('payments-batch', 'unavailable');
      assert.deepEqual(
        [
          unavailable.status,
          unavailable.body.code,
          unavailable.headers.get('retry-after'),
          unavailable.headers.get('content-type'),
        ],
        [503, 'sidecar_unavailable', '1', 'application/problem+json'],
      );
      if (n === 5) assert.match(unavailable.body.detail, /circuit breaker is open/);
    }
    assert.equal((await create('checkout', 'flask')).status, 200);
    await pod.resume('sidecar');
    await pod.until(async () => (await create('payments-batch', 'cut-off')).status < 300);
    const { body } = await ask('GET', '/get_monitors?application=payments-batch&key=cut-off');
    assert.equal(body.monitors.length, 1, 'there is no duplicate');
  });
});
