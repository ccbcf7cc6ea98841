import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Answer, control } from '../acceptance/pod.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Replicas, startReplicas } from './replicas.ts';
import { skipPostgresql } from './server.ts';

const CLIENTS = 40;
const KEYS = Array.from({ length: 20 }, (_, n) => `k${n}`);
const LOST_SHARE = 0.3;
/** Statuses after which a client sends the same create again. */
const RETRIED = [429, 503, 504];

const bodyOf = {
  monitor: (name: string) => ({ type: 'query alert', name, query: 'avg(last_5m):avg:a{*} > 1' }),
  dashboard: (title: string) => ({ title, layout_type: 'ordered', widgets: [] }),
};
type Kind = keyof typeof bodyOf;

describe('two replicas with one ledger in PostgreSQL', { skip: skipPostgresql() }, () => {
  let replicas: Replicas;
  before(async () => {
    replicas = await startReplicas();
  });
  after(() => replicas?.stop());

  const create = (replica: number, kind: Kind, application: string, key: string) =>
    replicas.send(replica, 'POST', `/create_${kind}`, {
      application,
      team: 't',
      key,
      [kind]: bodyOf[kind](`${application} ${key}`),
    });

  /** Creates an object, again until it is done. Returns the last answer. */
  async function created(replica: number, kind: Kind, application: string, key: string): Promise<Answer> {
    let answer = await create(replica, kind, application, key);
    for (let tries = 0; RETRIED.includes(answer.status) && tries < 100; tries += 1)
      answer = await create(replica, kind, application, key);
    return answer;
  }

  // Dashboards, because Datadog itself rejects a second equal monitor.
  for (const application of ['checkout', 'unlisted']) {
    it(`create each dashboard of ${application} exactly once when answers of Datadog are lost`, async () => {
      const random = seededRandom(15);
      const faults = Array.from({ length: 400 }, () => ({
        method: 'POST',
        path: '^/api/v1/dashboard$',
        ...lostOr(random()),
      }));
      await control(replicas.pod.datadogUrl, 'POST', 'faults', faults);
      const answers = await Promise.all(
        Array.from({ length: CLIENTS }, async (_, client) => {
          const keys = [...KEYS.slice(client % KEYS.length), ...KEYS.slice(0, client % KEYS.length)];
          // The two clients that start with the same key use different replicas.
          const replica = (client + Math.floor(client / KEYS.length)) % 2;
          const all: Answer[] = [];
          for (const key of keys) all.push(await created(replica, 'dashboard', application, key));
          return all;
        }),
      );
      await control(replicas.pod.datadogUrl, 'DELETE', 'faults');
      for (const { status, text } of answers.flat()) assert.ok([200, 201].includes(status), text);
      const isSettled = async () => (await replicas.metric('birddog_ledger_entries')) === 0;
      await replicas.pod.until(isSettled);
      const { dashboards } = await replicas.held();
      const titles = dashboards.map(({ title }) => title);
      assert.deepEqual(
        titles.filter((title) => title?.startsWith(`${application} `)).toSorted(),
        KEYS.map((key) => `${application} ${key}`).toSorted(),
      );
    });
  }

  it('answer 503 only to writes while PostgreSQL is stopped, and continue afterwards', async () => {
    const { server, pod } = replicas;
    await created(0, 'monitor', 'checkout', 'before');
    const state = { stopped: false };
    const answers: Answer[] = [];
    const writers = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; !state.stopped; n += 1)
        answers.push(await create(client % 2, 'monitor', `stopped-${client}`, `k${n}`));
    });
    await pod.until(async () => answers.length > 20);
    await server.kill();
    await pod.until(async () => answers.filter(({ status }) => status === 503).length > 20);
    for (const replica of [0, 1]) {
      const document = 'apiVersion: birddog/v1\napplication: checkout\nteam: t\nmonitors: []\n';
      const monitors = await replicas.send(replica, 'GET', '/get_monitors?application=checkout&key=before');
      const lint = await replicas.send(replica, 'POST', '/lint', document);
      const plan = await replicas.send(replica, 'POST', '/plan', document);
      assert.deepEqual([monitors.status, lint.status, plan.status], [200, 200, 200], plan.text);
    }
    const check = await replicas.send(0, 'GET', '/check');
    const part = JSON.stringify(check.body);
    assert.match(
      part,
      /The ledger cannot be written: PostgreSQL: .*ledger-user and ledger-password in Vault/,
    );
    await server.start();
    for (const replica of [0, 1])
      await pod.until(async () => (await create(replica, 'monitor', 'checkout', 'after')).status < 300);
    state.stopped = true;
    await Promise.all(writers);
    const unexpected = answers.filter(
      ({ status, body }) => status >= 300 && !['ledger_unavailable', 'outcome_unknown'].includes(body.code),
    );
    assert.deepEqual(
      unexpected.map(({ text }) => text),
      [],
    );
    await pod.until(async () => (await replicas.metric('birddog_ledger_entries')) === 0);
    const names = (await replicas.held()).monitors.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, 'nothing exists twice');
  });

  it('have one history: what one wrote, the other lists, compares with and restores', async () => {
    for (const application of ['checkout', 'unlisted']) {
      const body = { application, kind: 'monitor', key: 'shared' };
      assert.ok((await created(0, 'monitor', application, 'shared')).status < 300);
      const monitor = { ...bodyOf.monitor(`${application} shared`), message: 'changed' };
      const update = { application, key: 'shared', monitor };
      assert.equal((await replicas.send(1, 'PUT', '/update_monitor', update)).status, 200);
      const query = `application=${application}&kind=monitor&key=shared`;
      const [first, second] = await Promise.all(
        [0, 1].map(async (replica) => (await replicas.send(replica, 'GET', `/history?${query}`)).body),
      );
      assert.deepEqual(first?.revisions, second?.revisions);
      assert.deepEqual(
        first?.revisions.map((one: { action: string }) => one.action),
        ['update', 'create'],
      );
      const plan = await replicas.send(0, 'POST', '/restore', { ...body, revision: 1 });
      const { basis } = plan.body;
      const done = await replicas.send(1, 'POST', '/restore', { ...body, revision: 1, basis });
      assert.deepEqual([done.status, done.body.done?.length], [200, 1], done.text);
      const document = { application, team: 't', monitors: [{ ...bodyOf.monitor('other'), key: 'shared' }] };
      const drift = await replicas.send(0, 'POST', '/drift', document);
      assert.deepEqual(drift.body.objects, [], 'nobody changed what the other replica wrote last');
    }
  });

  it('notify once of a catalog that both find unavailable, and once when it answers both again', async () => {
    const { pod, receiver } = replicas;
    const isLogged = (state: string) => async () => {
      const lines = pod.output().split('\n');
      const seen = lines.filter((line) => line.includes('"incident":"catalog_unavailable"'));
      return seen.filter((line) => line.includes(`"state":"${state}"`)).length === 2;
    };
    const posted = () =>
      receiver.posted
        .filter(({ incident }) => incident === 'catalog_unavailable')
        .map(({ event, about, scope }) => [event, about, scope]);
    await control(pod.servicenowUrl, 'POST', 'faults', [{ kind: 'status', status: 500, times: 100_000 }]);
    for (const replica of [0, 1]) await create(replica, 'monitor', 'not-cached', 'k');
    await pod.until(isLogged('begun'));
    await control(pod.servicenowUrl, 'DELETE', 'faults', null);
    await pod.until(isLogged('ended'));
    await pod.until(async () => posted().length >= 2);
    assert.deepEqual(posted(), [
      ['begun', 'servicenow', 'installation'],
      ['ended', 'servicenow', 'installation'],
    ]);
  });

  it('restore what another replica deleted, with references, and not while another write is in progress', async () => {
    const { pod, send } = replicas;
    const application = 'unlisted';
    const part = (key: string, message = '') => ({
      ...bodyOf.monitor(`${application} ${key}`),
      query: `avg(last_5m):avg:a{app:${application},key:${key}} > 1`,
      message,
      key,
    });
    const composite = {
      key: 'both',
      type: 'composite',
      name: `${application} both`,
      query: '${monitor:x} && ${monitor:y}',
    };
    const widgets = [{ definition: { type: 'alert_value', alert_id: '${monitor:y}' } }];
    const board = { key: 'shows', title: `${application} shows`, layout_type: 'ordered', widgets };
    const document = {
      apiVersion: 'birddog/v1',
      application,
      team: 't',
      monitors: [part('x'), part('y'), composite],
      dashboards: [board],
    };
    const apply = (replica: number, query: string, changes: object) =>
      send(replica, 'POST', `/apply${query}`, { ...document, ...changes });
    assert.equal((await apply(0, '?prune=true&force=true', {})).status, 200);
    const deleted = await apply(1, '?prune=true&force=true', { monitors: [part('x')], dashboards: [] });
    assert.equal(deleted.body.done?.length, 3, deleted.text);
    const last = { application, last_apply: true };
    const { basis } = (await send(0, 'POST', '/restore', last)).body;
    const done = await send(1, 'POST', '/restore', { ...last, basis });
    assert.deepEqual([done.status, done.body.done?.length], [200, 3], done.text);
    const plan = await send(0, 'POST', '/plan?prune=true', document);
    const changes = plan.body.objects.filter(({ action }: { action: string }) => action !== 'none');
    assert.deepEqual(changes, [], 'all references follow the new ids');

    // Another replica's update reaches Datadog late; the restore waits for its lease and finds the object changed.
    const update = { application, key: 'x', monitor: { message: 'late' } };
    assert.equal(
      (await send(0, 'PUT', '/update_monitor', { ...update, monitor: { message: 'early' } })).status,
      200,
    );
    const restore = { application, kind: 'monitor', key: 'x', revision: 1 };
    const planned = (await send(0, 'POST', '/restore', restore)).body;
    await control(pod.datadogUrl, 'POST', 'faults', [
      { method: 'PUT', path: '^/api/v1/monitor/', times: 1, kind: 'latency', ms: 1500 },
    ]);
    const puts = async () => {
      const seen: { method: string }[] = JSON.parse(
        await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
      );
      return seen.filter(({ method }) => method === 'PUT').length;
    };
    const earlier = await puts();
    const updating = send(0, 'PUT', '/update_monitor', update);
    await pod.until(async () => (await puts()) > earlier);
    const stale = await send(1, 'POST', '/restore', { ...restore, basis: planned.basis });
    assert.deepEqual([stale.status, stale.body.code], [409, 'plan_stale'], stale.text);
    assert.equal((await updating).status, 200);
    const now = await send(1, 'GET', `/get_monitors?application=${application}&key=x`);
    assert.equal(now.body.monitors[0].monitor.message, 'late');
  });

  it('use a rotated password for new connections', async () => {
    const { server, pod } = replicas;
    const end = () =>
      server.execute(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'birddog'`);
    server.execute(`ALTER ROLE birddog PASSWORD 'rotated'`);
    end();
    const isRefused = async () => /password authentication failed/.test((await check()).text);
    const check = () => replicas.send(0, 'GET', '/check');
    await pod.until(isRefused);
    for (const folder of [pod.secretsMain, pod.secretsSidecar]) {
      writeFileSync(join(folder, 'new'), 'rotated');
      renameSync(join(folder, 'new'), join(folder, 'ledger-password'));
    }
    for (const replica of [0, 1])
      for (const application of ['checkout', 'unlisted'])
        await pod.until(
          async () => (await create(replica, 'monitor', application, `rotated-${replica}`)).status < 300,
        );
    await pod.until(async () => !(await isRefused()));
  });
});

/** Returns the fault of one request: a lost answer, a lost answer of a late write, or none. */
function lostOr(random: number): { readonly kind: string; readonly ms?: number } {
  if (random < LOST_SHARE / 2) return { kind: 'reset_after' };
  if (random < LOST_SHARE) return { kind: 'late', ms: 300 };
  return { kind: 'latency', ms: 1 };
}
