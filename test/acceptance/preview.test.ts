import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { previewCommand } from '../../src/cli/commands/preview.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { folderWith } from './birddog-command.ts';
import { startCallersPod, tokensFile } from './callers-pod.ts';
import { documentOf, ok, send } from './document-client.ts';
import { type Answer, control, type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

const TIMESERIES = '/api/v2/query/timeseries';
/** More groups than a preview evaluates. */
const HUGE = 1100;

/** A gauge that is 900 for 12 minutes every 8 hours, and otherwise 1. */
const generator = (metric: string, groups: readonly string[]): JsonObject => ({
  metric,
  type: 'gauge',
  every: 60,
  tags: ['env:prod'],
  groups: [...groups],
  shapes: [
    { shape: 'steady', value: 1 },
    { shape: 'spike', height: 900, every: '8h', at: '30m', lasts: '12m' },
  ],
});
const alert = (metric: string, above = 500): JsonObject => ({
  title: `${metric} is high`,
  signal: { metric, filter: 'env:prod', by: ['host'] },
  condition: { over: '5m', above },
  notify: ['@slack-payments'],
});
const figures = (body: Answer['body'], side = 'after') =>
  body.alerts.map((one: Record<string, Answer['body']>) => [
    one['key'],
    one[side]?.refused?.code ?? one[side]?.transitions,
  ]);

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
  const many = Array.from({ length: HUGE }, (_, at) => `host:h${at}`);
  await control(pod.datadogUrl, 'PUT', 'generators', [
    generator('queue.depth', ['host:a', 'host:b']),
    generator('other.depth', ['host:a']),
    generator('late.depth', ['host:a']),
    generator('many.depth', many),
  ]);
});
after(() => pod.stop());
afterEach(() => control(pod.datadogUrl, 'DELETE', 'faults'));

/** Returns how many requests for series Datadog received since the last call. */
async function fetches(of: Pod = pod): Promise<number> {
  const received: { path: string }[] = JSON.parse(
    await (await control(of.datadogUrl, 'GET', 'requests')).text(),
  );
  await control(of.datadogUrl, 'DELETE', 'requests');
  return received.filter(({ path }) => path.startsWith(TIMESERIES)).length;
}

describe('/preview', () => {
  for (const [application, route] of [
    ['checkout', 'listed'],
    ['unlisted-preview', 'unlisted'],
  ] as const)
    it(`shows what one alert, a document and an existing monitor would have done: ${route}`, async () => {
      const one = { application, key: 'depth', alert: alert('queue.depth') };
      const span = '?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z';
      const first = ok(await send(pod, `/preview${span}`, one));
      assert.equal(first.route, route);
      assert.deepEqual([first.from, first.to], ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z']);
      assert.deepEqual(figures(first), [['depth', 12]]);
      const [{ before: old, after: shown, id }] = first.alerts;
      assert.deepEqual([old, id], [undefined, undefined]);
      assert.deepEqual(shown.recipients, [{ recipient: '@slack-payments', count: 12, per_week: 84 }]);

      const document = documentOf(application, {
        alerts: [{ key: 'depth', ...alert('queue.depth') }],
        monitors: [
          {
            key: 'both',
            type: 'composite',
            name: 'Both',
            query: '${alert:depth} && ${alert:depth}',
            message: '@a',
          },
        ],
      });
      ok(await send(pod, '/apply', document));
      const existing = ok(await send(pod, `/preview${span}`, { application, key: 'depth' }));
      assert.deepEqual(figures(existing), figures(first));
      assert.equal(typeof existing.alerts[0].id, 'string');
      assert.deepEqual(existing.alerts[0].agreement.real, 0);

      const changed = documentOf(application, {
        alerts: [
          { key: 'depth', ...alert('queue.depth', 950) },
          { key: 'other', ...alert('other.depth') },
        ],
        monitors: document['monitors'] ?? [],
      });
      const whole = ok(await send(pod, `/preview${span}`, changed));
      assert.deepEqual(
        new Map(figures(whole)),
        new Map([
          ['both', 0],
          ['depth', 0],
          ['other', 6],
        ]),
      );
      assert.deepEqual(new Map(figures(whole, 'before')).get('depth'), 12);
      const plan = ok(await send(pod, '/plan?preview=1d', changed));
      assert.deepEqual(plan.preview.alerts.map(({ key }: { key: string }) => key).sort(), ['depth', 'other']);
    });

  it('reports a query without any point as an error at its place, with the alerts of all entries', async () => {
    const document = documentOf('checkout', {
      alerts: [
        { key: 'depth', ...alert('queue.depth') },
        { key: 'none', ...alert('no.such.metric') },
      ],
    });
    const { status, body } = await send(pod, '/preview?span=6h', document);
    assert.deepEqual([status, body.code], [422, 'invalid']);
    assert.deepEqual(
      body.findings.flatMap((one: { code: string; severity: string; pointer: string }) =>
        one.severity === 'error' ? [[one.code, one.pointer]] : [],
      ),
      [['no_points', '/alerts/1/signal']],
    );
    assert.deepEqual(
      figures(body).map(([key]: [string]) => key),
      ['depth', 'none'],
    );
    assert.equal((await send(pod, '/plan?preview=6h', document)).status, 422);
  });

  it('fetches complete days once for several callers', async () => {
    const one = { application: 'checkout', key: 'late', alert: alert('late.depth') };
    const span = '?from=2026-11-10T07:00:00Z&to=2026-11-12T00:00:00Z';
    await fetches();
    const [first, second] = await Promise.all([1, 2].map(() => send(pod, `/preview${span}`, one)));
    const third = ok(await send(pod, `/preview${span}`, one));
    assert.deepEqual(first?.body.alerts, second?.body.alerts);
    assert.deepEqual(third.alerts, first?.body.alerts);
    assert.deepEqual([third.budget.requests, third.budget.missing], [0, 0]);
    assert.ok((await fetches()) <= 3);
  });

  it('says what is missing while Datadog denies access', async () => {
    const one = { application: 'checkout', key: 'depth', alert: alert('queue.depth') };
    const deny = { kind: 'status', path: TIMESERIES, status: 403, times: 100 };
    await control(pod.datadogUrl, 'POST', 'faults', [deny]);
    const denied = ok(await send(pod, '/preview?from=2026-11-01&to=2026-11-02', one));
    assert.deepEqual(figures(denied), [['depth', 'no_series']]);
    assert.match(denied.alerts[0].after.refused.message, /denies access/);
    assert.ok(denied.budget.missing > 0);
  });

  it('evaluates a part of very many groups, and serves other requests meanwhile', async () => {
    const state = { isOver: false };
    const one = { application: 'many-groups', key: 'many', alert: alert('many.depth') };
    const preview = request(pod, 'POST', '/preview?from=2026-11-15&to=2026-11-15T02:00:00Z', {
      body: JSON.stringify(one),
      headers: { 'content-type': 'application/json', 'birddog-deadline-ms': '120000' },
    }).finally(() => (state.isOver = true));
    let served = 0;
    while (!state.isOver) {
      ok(await request(pod, 'GET', '/get_monitors?application=many-groups'));
      served += 1;
    }
    const { alerts, findings } = ok(await preview);
    assert.ok(served > 5, `${served} requests were served meanwhile`);
    assert.equal(alerts[0].after.groups, 1000);
    assert.deepEqual(
      findings.flatMap(({ code }: { code: string }) => (code === 'groups_cut' ? [code] : [])),
      ['groups_cut'],
    );
  });

  it('rejects an invalid span, a missing monitor, and an object that is no alert', async () => {
    const one = { application: 'checkout', key: 'nope' };
    assert.equal((await send(pod, '/preview?span=40d', one)).status, 400);
    assert.equal((await send(pod, '/preview?span=1d&from=2026-11-01', one)).status, 400);
    assert.equal((await send(pod, '/preview', one)).status, 404);
    const dashboard = { title: 'x', layout_type: 'ordered', widgets: [] };
    assert.equal((await send(pod, '/preview', { application: 'checkout', dashboard })).status, 422);
    assert.equal((await send(pod, '/preview', { alert: alert('queue.depth') })).status, 422);
  });
});

describe('birddog preview', () => {
  const FILE = `application: checkout
team: payments
alerts:
  - key: new
    signal: {metric: other.depth, by: [host]}
    condition: {over: 5m, above: 500}
    notify: ["@slack-payments"]
  - key: none
    title: None
    signal: {metric: no.such.metric}
    condition: {over: 5m, above: 500}
    notify: ["@slack-payments"]
`;
  const SPAN = ['--from', '2026-11-20', '--to', '2026-11-21'];

  it('prints a report, draws each alert, and exits with 1 for a query without any point', async (t) => {
    const folder = folderWith(t, { 'a.yaml': FILE });
    const pictures = join(folder, 'pictures');
    const args = [...SPAN, '--svg', pictures, 'a.yaml'];
    const { status, out, err } = await runInProcess(previewCommand, pod.birddogUrl, folder, args);
    assert.equal(status, 1, err);
    assert.match(out, /a\.yaml:10:13: error: .*no\.such\.metric.*\[no_points\]/);
    assert.match(out, /alert new[\s\S]*42 notifications a week \(6 in 1 day\) to @slack-payments/);
    assert.deepEqual(readdirSync(pictures), ['new.svg', 'none.svg']);
    assert.match(readFileSync(join(pictures, 'new.svg'), 'utf8'), /^<svg /);
    assert.ok(statSync(join(pictures, 'new.svg')).size <= 40 * 1024);
  });

  it('prints JSON and Markdown, selects entries, and shows the preview of a plan', async (t) => {
    const folder = folderWith(t, { 'a.yaml': FILE });
    const run = (...args: string[]) => runInProcess(previewCommand, pod.birddogUrl, folder, args);
    const json = await run(...SPAN, '--only', 'new', '--json', 'a.yaml');
    assert.equal(json.status, 0, json.err);
    const [document] = JSON.parse(json.out).documents;
    assert.deepEqual(figures(document), [['new', 6]]);
    const markdown = await run(...SPAN, '--format', 'markdown', 'a.yaml');
    assert.equal(markdown.status, 1);
    assert.match(markdown.out, /\| <code>new<\/code> \|[\s\S]*\*\*error\*\*/);
    const plan = await runInProcess(planCommand, pod.birddogUrl, folder, [
      '--preview',
      '1d',
      '--only',
      'new',
      'a.yaml',
    ]);
    assert.equal(plan.status, 2, plan.err);
    assert.match(plan.out, /1 to create\.\n\nWhat the alerts would have done in 1 day/);
  });

  it('prints only ASCII characters in a locale without UTF-8', async (t) => {
    const folder = folderWith(t, { 'a.yaml': FILE });
    for (const [command, ...args] of [
      [previewCommand, ...SPAN],
      [planCommand, '--preview', '1d'],
    ] as const) {
      const given = [...args, '--only', 'new', 'a.yaml'];
      const { out } = await runInProcess(command, pod.birddogUrl, folder, given, { io: { isAscii: true } });
      const [, preview = ''] = out.split('What the alerts');
      assert.match(preview, /values 1 to 901/);
      assert.doesNotMatch(preview, /[^\n -~]/);
    }
  });

  it('needs either files or a key with its application', async (t) => {
    const folder = folderWith(t, { 'a.yaml': FILE });
    const run = (...args: string[]) => runInProcess(previewCommand, pod.birddogUrl, folder, args);
    for (const args of [
      [],
      ['--key', 'a'],
      ['--key', 'a', '--application', 'b', 'a.yaml'],
      ['--span', '0d', 'a.yaml'],
    ])
      assert.equal((await run(...args)).status, 64, args.join(' '));
    assert.equal((await run('--key', 'none-such', '--application', 'checkout')).status, 1);
  });
});

describe('a rate limit of Datadog that is used up', () => {
  it('leaves previews without series, and says so', async () => {
    const one = { application: 'checkout', key: 'depth', alert: alert('queue.depth') };
    const limited = {
      kind: 'status',
      path: TIMESERIES,
      status: 429,
      headers: {
        'x-ratelimit-name': 'query_timeseries',
        'x-ratelimit-limit': '10',
        'x-ratelimit-period': '3600',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '3000',
      },
      times: 100,
    };
    await control(pod.datadogUrl, 'POST', 'faults', [limited]);
    const exhausted = ok(await send(pod, '/preview?from=2026-11-03&to=2026-11-04', one));
    assert.deepEqual(figures(exhausted), [['depth', 'no_series']]);
    assert.match(exhausted.alerts[0].after.refused.message, /rate limit/);
  });
});

describe('previews of several callers at the same time', () => {
  const ROBOTS = ['one', 'two', 'three', 'stranger'].map((name) => ({
    name,
    token: `birddog_${randomBytes(32).toString('base64url')}`,
    groups: [name === 'stranger' ? 'strangers' : 'readers'],
    days: 30,
  }));
  const ACCESS = 'rules: [{groups: [readers], applications: [checkout], may: [read]}]';

  it('share the series, and need permission to read the application', async (t) => {
    const at = await startCallersPod(ACCESS, tokensFile(ROBOTS));
    t.after(() => at.stop());
    await control(at.pod.datadogUrl, 'PUT', 'generators', [generator('queue.depth', ['host:a'])]);
    const one = { application: 'checkout', key: 'depth', alert: alert('queue.depth') };
    const preview = ({ token }: { readonly token: string }) =>
      at.ask(token, 'POST', '/preview?from=2026-10-01&to=2026-10-03', one);
    const answers = await Promise.all(ROBOTS.map(preview));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 403],
    );
    const [first, ...others] = answers.slice(0, -1).map(({ body }) => body);
    for (const other of others) assert.deepEqual(other.alerts, first.alerts);
    assert.equal(await fetches(at.pod), Math.max(...[first, ...others].map(({ budget }) => budget.requests)));
  });
});
