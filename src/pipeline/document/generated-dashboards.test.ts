import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  changed,
  codes,
  compositeEntry,
  documentOf,
  idOf,
  items,
  monitorEntry,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import { isObject, type JsonObject, printJson } from '../../domain/json.ts';
import { readDocument } from './read-document.ts';

const alert = (key: string, above = 10, more: JsonObject = {}): JsonObject => ({
  key,
  title: `Alert ${key}`,
  signal: { metric: `app.${key}`, filter: 'env:prod', by: ['host'] },
  condition: { over: '5m', above },
  ...more,
});
const OVERVIEW = { key: 'overview', from: 'alerts' };
const document = (alerts: JsonObject[], dashboard: JsonObject = OVERVIEW) =>
  documentOf({ notify: ['@slack-app'], alerts, dashboards: [dashboard] });

/** Returns the dashboard that Datadog has. */
function stored(pipeline: ReturnType<typeof startInProcess>, applied: JsonObject): JsonObject {
  return pipeline.person('GET', `/api/v1/dashboard/${idOf(applied, 'overview')}`);
}

describe('a dashboard from the alerts of a document', () => {
  it('is written after its alerts, with their ids, and then has no change', async () => {
    const pipeline = startInProcess();
    const alerts = [alert('a'), alert('b')];
    const first = await pipeline.apply(document(alerts));
    assert.deepEqual(told(first), ['a create', 'b create', 'overview create']);
    const again = await pipeline.plan(document(alerts));
    const text = printJson(stored(pipeline, again));
    for (const key of ['a', 'b']) assert.ok(text.includes(`/monitors/${idOf(again, key)}`));
    assert.deepEqual(told(again), ['a none', 'b none', 'overview none']);
    assert.deepEqual(codes(again), []);
  });

  it('shows the states of the monitors of its application, and of no other', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a'), alert('b')]));
    await pipeline.apply({ ...document([alert('c')]), application: 'app-2' });
    const live = stored(pipeline, await pipeline.plan(document([alert('a'), alert('b')])));
    const [states] = items(live['widgets'] ?? null);
    assert.ok(isObject(states?.['definition']));
    const query = encodeURIComponent(String(states['definition']['query']));
    const { monitors } = pipeline.person('GET', `/api/v1/monitor/search?query=${query}`);
    assert.deepEqual(
      items(monitors ?? null).map(({ name }) => name),
      ['Alert a', 'Alert b'],
    );
  });

  it('changes with a threshold, in its line only', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a'), alert('b')]));
    const plan = await pipeline.plan(document([alert('a'), alert('b', 20)]));
    assert.deepEqual(told(plan), ['a none', 'b update', 'overview update']);
    assert.deepEqual(changed(plan), [
      '/query',
      '/options/thresholds/critical',
      '/widgets/2/definition/markers/0/label',
      '/widgets/2/definition/markers/0/value',
    ]);
  });

  it('shows the successor of a monitor that is replaced by an alert', async () => {
    const pipeline = startInProcess();
    const log = 'logs("x").index("*").rollup("count").last("5m") > 1';
    const before = { ...document([]), monitors: [{ key: 'a', type: 'log alert', name: 'A', query: log }] };
    await pipeline.apply(before);
    const former = idOf(await pipeline.plan(before), 'a');
    // Datadog cannot change the type of a monitor.
    const replaced = await pipeline.apply(document([alert('a')]), { force: 'true' });
    assert.deepEqual(told(replaced), ['a replace', 'overview update']);
    const again = await pipeline.plan(document([alert('a')]));
    assert.deepEqual(told(again), ['a none', 'overview none']);
    assert.notEqual(idOf(again, 'a'), former);
    assert.ok(printJson(stored(pipeline, again)).includes(`/monitors/${idOf(again, 'a')}`));
  });

  it('has the state of an alert that combines others', async () => {
    const pipeline = startInProcess();
    const both = { key: 'both', title: 'Both', signal: { all_of: ['a', 'b'] } };
    const combined = document([both, alert('a'), alert('b')]);
    assert.deepEqual(told(await pipeline.apply(combined)).at(-1), 'overview create');
    const again = await pipeline.plan(combined);
    const [, first] = items(stored(pipeline, again)['widgets'] ?? null);
    assert.ok(isObject(first?.['definition']));
    assert.equal(first['definition']['query'], 'tag:"birddog_key:app/both"');
    assert.deepEqual(told(again), ['a none', 'b none', 'both none', 'overview none']);
  });

  it('changes with the id of an alert', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a')]));
    const applied = await pipeline.plan(document([alert('a')]));
    const id = idOf(applied, 'a');
    pipeline.person('DELETE', `/api/v1/monitor/${id}?force=true`);
    assert.deepEqual(told(await pipeline.apply(document([alert('a')]))), ['a create', 'overview update']);
    const again = await pipeline.plan(document([alert('a')]));
    const text = printJson(stored(pipeline, again));
    assert.ok(!text.includes(`/monitors/${id}`) && text.includes(`/monitors/${idOf(again, 'a')}`));
  });

  it('shows a change that somebody made in Datadog as drift', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a')]));
    const applied = await pipeline.plan(document([alert('a')]));
    const live = stored(pipeline, applied);
    const [states, graph, note] = items(live['widgets'] ?? null);
    assert.ok(states && graph && note && isObject(graph['definition']));
    const edited = { ...graph, definition: { ...graph['definition'], title: 'Mine' } };
    pipeline.person('PUT', `/api/v1/dashboard/${String(live['id'])}`, {
      ...live,
      widgets: [states, edited, note],
    });
    const drift = await pipeline.ask('/drift', document([alert('a')]));
    const [object] = items(drift['objects'] ?? null);
    assert.equal(object?.['key'], 'overview');
    assert.equal(object?.['pointer'], '/dashboards/0');
    assert.deepEqual(
      items(object?.['changes'] ?? null).map(({ path, from, to }) => [path, from, to]),
      [['/widgets/1/definition/title', 'Alert a', 'Mine']],
    );
  });

  it('does not change when an alert gets another key', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a'), alert('b')]));
    const renamed = document([alert('a', 10, { key: 'c', renamed_from: 'a' }), alert('b')]);
    assert.deepEqual(told(await pipeline.apply(renamed)), ['c rename', 'b none', 'overview none']);
    assert.deepEqual(told(await pipeline.plan(renamed)), ['c none', 'b none', 'overview none']);
  });

  it('is changed before an alert that it no longer shows is deleted', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a'), alert('b')]));
    pipeline.taken();
    const answer = await pipeline.apply(document([alert('a')]), { prune: 'true', force: 'true' });
    assert.deepEqual(answer['remaining'], []);
    const writes = pipeline.taken().flatMap(({ call }) => (/^(?:PUT|DELETE)/.test(call) ? [call] : []));
    assert.match(writes[0] ?? '', /^PUT \/api\/v1\/dashboard/);
    assert.match(writes[1] ?? '', /^DELETE \/api\/v1\/monitor/);
  });

  it('is left out while Datadog refuses one of its alerts, which is written later', async () => {
    const pipeline = startInProcess();
    const bad = alert('b', 10, { restricted_roles: ['00000000-0000-0000-0000-000000000000'] });
    const problem = await problemOf(pipeline.apply(document([alert('a'), bad])));
    assert.equal(problem.code, 'datadog_refused');
    assert.deepEqual(told(await pipeline.plan(document([alert('a'), alert('b')]))), [
      'a none',
      'b create',
      'overview create',
    ]);
    await pipeline.apply(document([alert('a'), alert('b')]));
    assert.ok(
      told(await pipeline.plan(document([alert('a'), alert('b')]))).every((one) => one.endsWith(' none')),
    );
  });

  it('can be applied alone, with the alerts that exist', async () => {
    const pipeline = startInProcess();
    const both = document([alert('a'), alert('b')]);
    const { extras } = await problemOf(pipeline.plan(both, { only: 'overview' }));
    assert.deepEqual(
      extras.findings?.map(({ code, pointer }) => `${code} ${pointer}`),
      Array.from({ length: 2 }, () => 'dangling_reference /dashboards/0/from'),
    );
    await pipeline.apply(both, { only: 'a,b' });
    assert.deepEqual(told(await pipeline.apply(both, { only: 'overview' })), ['overview create']);
    assert.ok(told(await pipeline.plan(both)).every((one) => one.endsWith(' none')));
  });

  it('is imported as a plain dashboard', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(document([alert('a')]));
    const applied = await pipeline.plan(document([alert('a')]));
    const query = { application: 'app', team: 'payments' };
    const { document: imported } = (await pipeline.send('/import', undefined, query)).body;
    assert.ok(isObject(imported));
    const [dashboard] = items(imported['dashboards'] ?? null);
    assert.equal(dashboard?.['from'], undefined);
    assert.equal(items(dashboard?.['widgets'] ?? null).length, 3);
    assert.ok(printJson(dashboard ?? null).includes(idOf(applied, 'a')));
    assert.deepEqual(told(await pipeline.plan(imported)), ['a none', 'overview none']);
  });

  it('shows only alerts, and takes its own title, tags and unmanaged fields', async () => {
    const pipeline = startInProcess();
    const own = { title: 'Ours', tags: ['team:x'], unmanaged: ['/title'] };
    const whole = {
      ...document([alert('a')], { ...OVERVIEW, ...own }),
      monitors: [monitorEntry('m'), compositeEntry('c', 'a', 'm')],
    };
    await pipeline.apply(whole);
    const applied = await pipeline.plan(whole);
    const live = stored(pipeline, applied);
    assert.equal(live['title'], 'Ours');
    assert.equal(items(live['widgets'] ?? null).length, 3);
    pipeline.person('PUT', `/api/v1/dashboard/${String(live['id'])}`, { ...live, title: 'Theirs' });
    assert.deepEqual(told(await pipeline.plan(whole)), ['m none', 'a none', 'c none', 'overview none']);
  });

  it('is refused with other fields of a dashboard, and with another source', async () => {
    const pipeline = startInProcess();
    const problem = await problemOf(
      pipeline.apply(
        document([alert('a')], {
          ...OVERVIEW,
          from: 'alert',
          title: 'T',
          layout_type: 'ordered',
          widgets: [],
          tags: ['env:x'],
        }),
      ),
    );
    const found = problem.extras.findings?.map(({ code, pointer }) => `${code} ${pointer}`);
    assert.deepEqual(found, [
      'wrong_value /dashboards/0/from',
      'unknown_member /dashboards/0/layout_type',
      'unknown_member /dashboards/0/widgets',
      'dashboard_tag /dashboards/0/tags/0',
    ]);
  });

  it('and an alert whose message refers to it are a cycle, which is reported at both', async () => {
    const pipeline = startInProcess();
    const linked = alert('a', 10, { message: '${dashboard:overview}' });
    const { extras } = await problemOf(pipeline.plan(document([linked])));
    assert.deepEqual(
      extras.findings?.map(({ code, pointer }) => `${code} ${pointer}`),
      ['reference_cycle /alerts/0/message', 'reference_cycle /dashboards/0/from'],
    );
  });

  it('cannot be larger than another object, nor many of them larger than a document', () => {
    const read = (alerts: JsonObject[], dashboards: number) =>
      readDocument(
        documentOf({
          alerts,
          dashboards: Array.from({ length: dashboards }, (_, at) => ({ key: `d${at}`, from: 'alerts' })),
        }),
      );
    const many = Array.from({ length: 1001 }, (_, at) => alert(`a${at}`));
    assert.throws(() => read(many, 1), { code: 'too_large', message: /^A dashboard that is generated from/ });
    assert.equal(read(many, 0).entries.length, 1001);
    const long = [alert('a', 10, { title: 'x'.repeat(300_000) })];
    assert.throws(() => read(long, 30), { code: 'too_large' });
    assert.throws(() => read([alert('a', 10, { title: 'x'.repeat(600_000) })], 1), { code: 'too_large' });
    assert.equal(read(long, 2).entries.length, 3);
  });
});
