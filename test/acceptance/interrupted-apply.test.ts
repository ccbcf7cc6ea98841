import assert from 'node:assert/strict';
import http from 'node:http';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import { ended, folderWith, lastLine, startBirddog } from './birddog-command.ts';
import { ok } from './document-client.ts';
import { control, type Pod, request, startPod } from './pod.ts';
import { creates, delayWrites, monitorsByName } from './replicas.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());
afterEach(async () => {
  await control(pod.datadogUrl, 'DELETE', 'faults');
  await control(pod.datadogUrl, 'DELETE', 'requests');
});

/** A listed application, and one that the sidecar serves. */
const ROUTES = { listed: 'checkout', unlisted: 'unlisted-shop' };
const COUNT = 550;
/** The monitors that Datadog refuses, among which some are written first and some last. */
const REFUSED = new Set([3, 300, 540]);

/** Returns a document, one monitor on each line from line 5. */
function documentText(application: string, count: number, refused: ReadonlySet<number> = new Set()): string {
  const monitors = Array.from({ length: count }, (_, at) => {
    const roles = refused.has(at) ? ', restricted_roles: [00000000-0000-0000-0000-000000000000]' : '';
    const query = `avg(last_5m):avg:system.load.${at}{*} > 2`;
    return `  - {key: m${at}, type: query alert, name: ${application} ${at}, query: "${query}"${roles}}\n`;
  });
  return `apiVersion: birddog/v1\napplication: ${application}\nteam: t\nmonitors:\n${monitors.join('')}`;
}

/** Starts `birddog apply`, and waits until Datadog has received this number of creates. */
async function startApply(t: TestContext, text: string, number: number) {
  const folder = folderWith(t, { 'all.yaml': text });
  const env = { BIRDDOG_URL: pod.birddogUrl };
  const child = startBirddog(folder, ['apply', '--yes', '--offline', '--json', 'all.yaml'], { env });
  const result = ended(child);
  await pod.until(async () => (await creates(pod)) >= number);
  return { child, result, folder, env };
}

/** Returns the keys of the objects that `--json` reported while the command ran. */
function doneLines(out: string): string[] {
  const lines = out.trimEnd().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).done.key).sort();
}

const YAML = { 'content-type': 'application/yaml' };
const post = (path: string, text: string) => request(pod, 'POST', path, { body: text, headers: YAML });

/** Returns the names of the monitors of an application that Datadog has; each must exist once. */
async function monitorsOf(application: string): Promise<string[]> {
  const found = [...(await monitorsByName(pod))].filter(([name]) => name.startsWith(`${application} `));
  for (const [name, times] of found) assert.equal(times, 1, name);
  return found.map(([name]) => name).sort();
}

/** Waits until no apply is in progress, and returns how many monitors the plan then finds unchanged. */
async function unchanged(text: string): Promise<number> {
  const { objects } = ok(await post('/plan?wait=true&validate=false', text));
  return objects.filter(({ action }: { action: string }) => action === 'none').length;
}

describe('an apply of 550 monitors', () => {
  it('is stopped by Ctrl-C after 100 with exact counts; the next one makes all but three refused ones', async (t) => {
    const text = documentText(ROUTES.listed, COUNT, REFUSED);
    await delayWrites(pod, 50);
    const { child, result, folder, env } = await startApply(t, text, 100);
    child.kill('SIGINT');
    const { status, out } = await result;
    assert.equal(status, 1);
    const [{ done, remaining, error }] = lastLine(out).documents;
    assert.deepEqual(doneLines(out), done.map(({ key }: { key: string }) => key).sort());
    assert.equal(error.code, 'interrupt');
    assert.ok(done.length >= 80 && done.length < COUNT / 2, `${done.length}`);
    assert.equal(done.length + remaining.length, COUNT);
    const reported = done.map(({ key }: { key: string }) => `${ROUTES.listed} ${key.slice(1)}`);
    assert.deepEqual(await monitorsOf(ROUTES.listed), reported.sort());

    await control(pod.datadogUrl, 'DELETE', 'faults');
    const rest = await ended(startBirddog(folder, ['apply', '--yes', '--offline', 'all.yaml'], { env }));
    assert.equal(rest.status, 1, rest.err);
    const lines = [...rest.err.matchAll(/^all\.yaml:(\d+):\d+: error: .*\[datadog_refused\]$/gm)];
    assert.deepEqual(
      lines.map(([, line]) => Number(line)),
      [...REFUSED].map((at) => at + 5),
    );
    const counts = `  ${COUNT - REFUSED.size - done.length} done, 3 refused. Fix the errors`;
    assert.ok(rest.out.includes(counts), rest.out.slice(-300));
    assert.equal((await monitorsOf(ROUTES.listed)).length, COUNT - REFUSED.size);
  });

  it('is stopped when its client is killed, and by a second Ctrl-C (sidecar)', async (t) => {
    const text = documentText(ROUTES.unlisted, 300);
    await delayWrites(pod, 50);
    const killed = await startApply(t, text, 30);
    killed.child.kill('SIGKILL');
    await killed.result;
    const first = await unchanged(text);
    assert.ok(first >= 14 && first < 200, `${first}`);
    assert.equal((await monitorsOf(ROUTES.unlisted)).length, first);

    const twice = await startApply(t, text, (await creates(pod)) + 20);
    twice.child.kill('SIGINT');
    await new Promise<void>((resolve) => {
      twice.child.stderr.on('data', (said) => /^Stopping after/m.test(String(said)) && resolve());
    });
    twice.child.kill('SIGINT');
    assert.equal((await twice.result).status, 1);
    const second = await unchanged(text);
    assert.ok(second > first && second < 300, `${second}`);
    assert.equal((await monitorsOf(ROUTES.unlisted)).length, second);
  });
});

for (const [route, application] of Object.entries({ listed: 'payments', unlisted: 'unlisted-closed' })) {
  it(`an apply whose connection is closed stops, and the one that waits for it goes on (${route})`, async () => {
    const text = documentText(application, 120);
    await delayWrites(pod, 50);
    const outgoing = http.request(new URL('/apply', pod.birddogUrl), { method: 'POST', headers: YAML });
    outgoing.on('error', () => {});
    outgoing.end(text);
    await pod.until(async () => (await creates(pod)) >= 20);
    const waiting = post('/apply', text);
    const abandoned = http.request(new URL('/apply', pod.birddogUrl), { method: 'POST', headers: YAML });
    abandoned.on('error', () => {});
    abandoned.end(text);
    await pod.until(async () => (await creates(pod)) >= 40);
    outgoing.destroy();
    abandoned.destroy();
    const { done } = ok(await waiting);
    assert.ok(done.length > 0 && done.length <= 100, `${done.length}`);
    assert.equal((await monitorsOf(application)).length, 120);
    assert.equal(await unchanged(text), 120);
  });
}

/** Sends an apply whose answer is streamed. `onFirst` is called when the first line has arrived. */
async function streamed(path: string, text: string, onFirst: () => void) {
  const response = await fetch(`${pod.birddogUrl}${path}`, {
    method: 'POST',
    body: text,
    headers: { ...YAML, accept: 'application/x-ndjson' },
  });
  const { status, headers, body } = response;
  let received = '';
  for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    if (received === '') onFirst();
    received += chunk;
  }
  const lines = received
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { status, type: headers.get('content-type'), lines, last: lines.at(-1) };
}

for (const [route, application] of Object.entries({ listed: 'fulfilment', unlisted: 'unlisted-lines' })) {
  it(`a streamed apply answers with a line for each object when it is written (${route})`, async () => {
    const text = documentText(application, 60, new Set([7]));
    await delayWrites(pod, 50);
    let atFirst: Promise<number> | undefined;
    const { status, type, lines, last } = await streamed('/apply', text, () => {
      atFirst ??= creates(pod);
    });
    assert.deepEqual([status, type], [200, 'application/x-ndjson']);
    assert.ok(((await atFirst) ?? 60) < 60, 'the first line came before the last object was written');
    assert.deepEqual([last.status, last.code, last.done.length], [422, 'datadog_refused', 59]);
    const keys = (list: { key: string }[]) => list.map(({ key }) => key).sort();
    assert.deepEqual(keys(lines.slice(0, -1).map(({ done }) => done)), keys(last.done));
    assert.deepEqual(last.remaining, [{ kind: 'monitor', key: 'm7', action: 'create', reason: 'refused' }]);

    await control(pod.datadogUrl, 'DELETE', 'faults');
    const stale = await streamed('/apply?basis=other', text, () => {});
    assert.deepEqual(
      [stale.status, stale.type, stale.last.code],
      [409, 'application/problem+json', 'plan_stale'],
    );
    const fixed = documentText(application, 60);
    const rest = await streamed('/apply', fixed, () => {});
    assert.deepEqual([rest.lines.length, rest.last.done.length, rest.last.remaining], [2, 1, []]);
    const nothing = await streamed('/apply', fixed, () => {});
    assert.deepEqual([nothing.type, nothing.last.done], ['application/json', []]);
  });
}
