import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import { birddog, folderWith } from './birddog-command.ts';
import { type Answer, control, type Pod, startPod } from './pod.ts';
import {
  type Client,
  createClient,
  creates,
  delayWrites,
  monitorsByName,
  type Replica,
  startBalancer,
  startReplica,
} from './replicas.ts';

/** Requests are still served for 3 s after SIGTERM. */
const DRAIN = { BIRDDOG_DRAIN_MS: '24000' };
/** How long (ms) Datadog takes to write, so that requests are in progress while others are refused. */
const SLOW_MS = 6000;
/** The catalogs list `checkout`; the sidecar serves any other application. */
const APPLICATIONS = ['checkout', 'unlisted-shop'];

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());
afterEach(async () => {
  await control(pod.datadogUrl, 'DELETE', 'faults');
  await control(pod.datadogUrl, 'DELETE', 'requests');
});

const monitor = (name: string) => ({ type: 'query alert', name, query: 'avg(last_5m):avg:a{*} > 1' });
const create = (client: Client, to: Pick<Pod, 'birddogUrl'>, key: string, application = 'checkout') =>
  client.send(to, 'POST', '/create_monitor', { application, team: 't', key, monitor: monitor(key) });

const LINTED = { apiVersion: 'birddog/v1', application: 'x', team: 't', monitors: [] };

function clients(t: TestContext, count: number): Client[] {
  return Array.from({ length: count }, () => createClient(t));
}
const describeAnswer = ({ status, headers, body }: Answer) => [
  status,
  body.code,
  headers['retry-after'],
  headers.connection,
];
const SHUTTING_DOWN = [503, 'shutting_down', '1', 'close'];
const CREATED = [201, undefined, undefined, 'close'];

/** Sends SIGTERM and waits until the replica is not ready. */
async function terminate(replica: Replica): Promise<void> {
  replica.signal('SIGTERM');
  await pod.until(async () => !(await replica.isReady()));
}

/** Waits until the replica refuses requests; others are still in progress. */
async function untilRefused(client: Client, replica: Replica): Promise<Answer> {
  let last: Answer | undefined;
  await pod.until(async () => {
    last = await client.send(replica, 'POST', '/lint', LINTED);
    assert.equal(last.headers.connection, 'close');
    assert.ok([200, 503].includes(last.status), last.text);
    return last.status === 503;
  });
  assert.ok(last);
  return last;
}

describe('after SIGTERM', () => {
  it('48 requests in progress or on kept connections are answered, later ones get 503, none is reset', async (t) => {
    const replica = await startReplica(pod, 'drained', DRAIN);
    const names = (prefix: string) => Array.from({ length: 24 }, (_, at) => `${prefix}-${at}`);
    const kept = clients(t, 24);
    for (const client of kept) await client.send(replica, 'GET', '/healthz');
    await delayWrites(pod, SLOW_MS);
    const [first, ...others] = clients(t, 24);
    assert.ok(first);
    const inProgress = names('busy').map((key, at) =>
      create([first, ...others][at] ?? first, replica, key, APPLICATIONS[at % 2]),
    );
    await pod.until(async () => (await creates(pod)) === 24);
    await terminate(replica);
    const later = names('kept').map((key, at) =>
      create(kept[at] ?? first, replica, key, APPLICATIONS[at % 2]),
    );
    const fresh = createClient(t);
    assert.deepEqual(describeAnswer(await untilRefused(fresh, replica)), SHUTTING_DOWN);
    assert.deepEqual(describeAnswer(await create(fresh, replica, 'refused')), SHUTTING_DOWN);
    assert.equal((await fresh.send(replica, 'GET', '/healthz')).status, 200);
    assert.equal((await fresh.send(replica, 'GET', '/readyz')).status, 503);
    for (const answer of await Promise.all(inProgress))
      assert.deepEqual(describeAnswer(answer), CREATED, answer.text);
    const laterAnswers = await Promise.all(later);
    for (const answer of laterAnswers)
      assert.deepEqual(describeAnswer(answer), answer.status === 503 ? SHUTTING_DOWN : CREATED, answer.text);
    assert.match(await replica.ended, /ended with status 0/);
    const found = await monitorsByName(pod);
    for (const name of names('busy')) assert.equal(found.get(name), 1, name);
    for (const [at, name] of names('kept').entries())
      assert.equal(found.get(name), laterAnswers[at]?.status === 201 ? 1 : undefined, name);
    assert.equal(found.get('refused'), undefined);
  });

  it('a request that hangs is answered at the end of the drain time, and the process ends', async (t) => {
    const replica = await startReplica(pod, 'hanging', { BIRDDOG_DRAIN_MS: '1000' });
    await delayWrites(pod, 600_000, 2);
    // Other applications than in the other tests, which would wait until these writes are settled.
    const answers = ['payments', 'unlisted-hanging'].map((application, at) =>
      create(createClient(t), replica, `hanging-${at}`, application),
    );
    await pod.until(async () => (await creates(pod)) === 2);
    replica.signal('SIGTERM');
    for (const { status, body, text } of await Promise.all(answers)) {
      assert.ok([503, 504].includes(status), text);
      assert.ok(['shutting_down', 'outcome_unknown'].includes(body.code), text);
    }
    assert.match(await replica.ended, /ended with status 0/);
  });
});

/** A document with this number of monitors. */
function documentOf(application: string, count: number): string {
  const monitors = Array.from({ length: count }, (_, at) => ({
    key: `m${at}`,
    ...monitor(`${application} ${at}`),
  }));
  return JSON.stringify({ apiVersion: 'birddog/v1', application, team: 't', monitors });
}

describe('an apply of 200 objects', () => {
  for (const application of APPLICATIONS) {
    it(`stops with 503 and its progress, and another replica continues it (${application})`, async (t) => {
      const [first, second] = await Promise.all([
        startReplica(pod, `first-${application}`, DRAIN),
        startReplica(pod, `second-${application}`, DRAIN),
      ]);
      await delayWrites(pod, 50);
      const client = createClient(t);
      const document = JSON.parse(documentOf(application, 200));
      const stopped = client.send(first, 'POST', '/apply', document);
      await pod.until(async () => (await creates(pod)) >= 20);
      first.signal('SIGTERM');
      const { body, ...answer } = await stopped;
      assert.deepEqual(describeAnswer({ body, ...answer }), SHUTTING_DOWN, answer.text);
      assert.ok(body.done.length >= 16 && body.remaining.length > 0, answer.text);
      assert.equal(body.done.length + body.remaining.length, 200);
      const rest = await client.send(second, 'POST', `/apply?basis=${body.basis}`, document);
      assert.deepEqual([rest.status, rest.body.done.length], [200, body.remaining.length], rest.text);
      assert.match(await first.ended, /ended with status 0/);
      const found = await monitorsByName(pod);
      for (let at = 0; at < 200; at += 1) assert.equal(found.get(`${application} ${at}`), 1);
    });
  }

  it('is continued by "birddog apply" at the replica that the load balancer chooses', async (t) => {
    const [first, second] = await Promise.all([
      startReplica(pod, 'first', DRAIN),
      startReplica(pod, 'second', DRAIN),
    ]);
    let chosen = first;
    const url = await startBalancer(t, () => chosen);
    await delayWrites(pod, 50);
    const folder = folderWith(t, { 'all.json': documentOf('by-command', 200) });
    const command = birddog(folder, ['apply', '--yes', 'all.json'], { env: { BIRDDOG_URL: url } });
    await pod.until(async () => (await creates(pod)) >= 20);
    chosen = second;
    first.signal('SIGTERM');
    const { status, out, err } = await command;
    assert.equal(status, 0, `${out}${err}`);
    assert.match(await first.ended, /ended with status 0/);
    const found = await monitorsByName(pod);
    for (let at = 0; at < 200; at += 1) assert.equal(found.get(`by-command ${at}`), 1);
  });
});

it('a sidecar that stops answers its requests in progress, and refuses later ones', async (t) => {
  const sidecar = await pod.startMore('sidecar', (spec) => ({
    ...spec,
    name: 'second-sidecar',
    env: { ...spec.env, BIRDDOG_LEDGER: ':memory:', ...DRAIN },
  }));
  const replica = await startReplica(pod, 'with-sidecar', { SIDECAR_URL: sidecar.announced('ready') });
  await delayWrites(pod, SLOW_MS, 8);
  const answers = Array.from({ length: 8 }, (_, at) =>
    create(createClient(t), replica, `sidecar-${at}`, 'unlisted-shop'),
  );
  await pod.until(async () => (await creates(pod)) === 8);
  process.kill(sidecar.pid ?? 0, 'SIGTERM');
  const client = createClient(t);
  const get = () => client.send(replica, 'GET', '/get_monitors?application=unlisted-shop');
  await pod.until(async () => {
    const { status, body } = await get();
    assert.ok(status === 200 || body.code === 'shutting_down', body.code);
    return status === 503;
  });
  for (const { status, text } of await Promise.all(answers)) assert.equal(status, 201, text);
  assert.match(await sidecar.ended, /ended with status 0/);
});
