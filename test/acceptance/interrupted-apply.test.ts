import assert from 'node:assert/strict';
import http from 'node:http';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import { ended, folderWith, startBirddog } from './birddog-command.ts';
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
    const [{ done, remaining, error }] = JSON.parse(out).documents;
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
