import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentOf, items, problemOf, startInProcess as start } from '../../../test/documents-in-process.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';

const ALERT: JsonObject = {
  title: 'Queue is deep',
  severity: 'high',
  signal: { metric: 'queue.depth', by: ['queue'] },
  condition: { over: '5m', above: 10, warn: 5 },
  no_data: { after: '30m', then: 'notify' },
  message: 'Look at {{queue.name}}.',
  runbook: 'https://wiki.example.com/queue',
  notify: ['@slack-a', { to: '@pagerduty-a', when: ['alert', 'recovery'], if: { queue: 'orders' } }],
  renotify: { every: '1h', times: 3 },
  tags: ['env:prod'],
  options: { notify_by: ['queue'] },
};

const body = (alert: JsonObject): JsonObject => ({
  application: 'app',
  team: 'payments',
  key: 'depth',
  alert,
});

/** Creates the alert, and returns functions that update it and read the monitor. */
async function created(alert = ALERT) {
  const { ask, person, send } = start();
  const answer = await ask('/create_alert', body(alert));
  assert.ok(isObject(answer));
  const id = String(answer['id']);
  const update = (fields: JsonObject) => ask('/update_alert', body(fields));
  const read = async () => {
    const { body: listed } = await send('/get_alerts', undefined, { application: 'app', key: 'depth' });
    return items(listed['alerts'])[0]?.['alert'];
  };
  const monitor = () => person('GET', `/api/v1/monitor/${id}`);
  const edit = (fields: JsonObject) => person('PUT', `/api/v1/monitor/${id}`, fields);
  return { answer, update, read, monitor, edit };
}

describe('an update of an alert', () => {
  it('reads back as the alert that was created', async () => {
    const { answer, read } = await created();
    assert.deepEqual(answer['alert'], ALERT);
    assert.deepEqual(await read(), ALERT);
  });

  it('keeps the fields that it omits, and replaces those that it has', async () => {
    const { update, read } = await created();
    await update({ condition: { over: '15m', above: 20 } });
    assert.deepEqual(await read(), { ...ALERT, condition: { over: '15m', above: 20 } });
    await update({ renotify: { every: '2h' }, severity: 'low' });
    const expected = { ...ALERT, condition: { over: '15m', above: 20 }, severity: 'low' };
    assert.deepEqual(await read(), { ...expected, renotify: { every: '2h' } });
  });

  it('removes a field with null', async () => {
    const { update, read, monitor } = await created();
    await update({
      no_data: null,
      severity: null,
      tags: null,
      renotify: null,
      options: null,
      notify: ['@a'],
    });
    const { no_data: _, severity: __, tags: ___, renotify: ____, options: _____, ...rest } = ALERT;
    assert.deepEqual(await read(), { ...rest, notify: ['@a'] });
    const { options, priority } = monitor();
    assert.ok(isObject(options));
    assert.deepEqual(
      [options['notify_no_data'], options['renotify_interval'], priority],
      [false, undefined, null],
    );
  });

  it('keeps what people changed in Datadog meanwhile', async () => {
    const { update, read, edit, monitor } = await created();
    const { options } = monitor();
    edit({
      name: 'Queue is very deep',
      options: { ...(isObject(options) ? options : {}), evaluation_delay: 60 },
    });
    await update({ message: 'Look.' });
    assert.deepEqual(await read(), { ...ALERT, title: 'Queue is very deep', delay: '1m', message: 'Look.' });
  });

  it('drops the condition with a signal that takes none', async () => {
    const { update, monitor } = await created({
      title: 'A',
      signal: { metric: 'a' },
      condition: { over: '5m', above: 1 },
    });
    const problem = await problemOf(update({ signal: { all_of: [1, 2] } }));
    assert.equal(problem.code, 'invalid', 'Datadog cannot change the type in place');
    assert.equal(monitor()['type'], 'query alert');
  });

  it('is refused at its place if the alert would be wrong as a whole', async () => {
    const { update, read } = await created();
    const problem = await problemOf(update({ condition: { missing_for: '1h' } }));
    const [finding] = problem.extras.findings ?? [];
    assert.deepEqual([problem.code, finding?.pointer], ['invalid', '/alert/no_data']);
    const wrong = await problemOf(update({ condition: { over: '5m', above: 10, warn: 20 } }));
    assert.equal(wrong.extras.findings?.[0]?.pointer, '/alert/condition/warn');
    assert.deepEqual(await read(), ALERT);
  });

  it('of a monitor that no alert expresses must be a whole alert', async () => {
    const { update, edit, monitor } = await created();
    const windows = { trigger_window: 'last_15m', recovery_window: 'last_15m' };
    const edited = edit({
      query: "avg(last_1h):anomalies(avg:a{*}, 'basic', 2) >= 1",
      options: { thresholds: { critical: 1 }, threshold_windows: windows },
    });
    assert.equal(edited['errors'], undefined);
    const problem = await problemOf(update({ severity: 'low' }));
    assert.match(problem.message, /must be a whole alert/);
    await update(ALERT);
    assert.equal(monitor()['query'], 'avg(last_5m):avg:queue.depth{*} by {queue} > 10');
  });
});

it('an alert without a title has the name that Datadog makes up, and then no change', async () => {
  const { apply, plan } = start();
  const { title: _, ...untitled } = ALERT;
  const document = documentOf({ alerts: [{ key: 'depth', ...untitled }] });
  await apply(document);
  assert.deepEqual(
    items((await plan(document))['objects']).map(({ action }) => action),
    ['none'],
  );
});
