import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { items, startInProcess as start } from '../../../test/documents-in-process.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';

const ALERT: JsonObject = {
  title: 'Memory is full',
  signal: {
    formula: {
      expr: 'a / b * 100',
      signals: { a: { metric: 'mem.used', by: ['host'] }, b: { metric: 'mem.total', by: ['host'] } },
    },
  },
  condition: { over: '5m', above: 90 },
  notify: ['@slack-a'],
};
/** The query of the alert as somebody else has written it. */
const RESPELT = 'avg(last_5m):( avg:mem.used{*} by {host}/(avg:mem.total{*} by { host }) )*100 > 90.0';

/** Applies a document with the alert, spells its query in Datadog differently, and returns functions that plan and apply. */
async function respelt() {
  const { ask, person, send } = start();
  const document = (fields: JsonObject) => ({
    application: 'app',
    team: 'payments',
    alerts: [{ key: 'memory', ...ALERT, ...fields }],
  });
  await ask('/apply', document({}));
  const { body } = await send('/get_alerts', undefined, { application: 'app', key: 'memory' });
  const path = `/api/v1/monitor/${String(items(body['alerts'])[0]?.['id'])}`;
  person('PUT', path, { query: RESPELT });
  assert.equal(person('GET', path)['query'], RESPELT);
  const plan = async (fields: JsonObject) => items((await ask('/plan', document(fields)))['objects'])[0];
  const apply = (fields: JsonObject) => ask('/apply', document(fields));
  return { plan, apply, monitor: () => person('GET', path) };
}

describe('a query that Datadog has in another spelling', () => {
  it('is no change of the alert', async () => {
    const { plan } = await respelt();
    const planned = await plan({});
    assert.ok(isObject(planned));
    assert.deepEqual([planned['action'], planned['changes'] ?? []], ['none', []]);
  });

  it('keeps its text when another field changes, as a changed query resets its groups', async () => {
    const { plan, apply, monitor } = await respelt();
    const planned = await plan({ severity: 'high' });
    assert.deepEqual(
      items(planned?.['changes']).map(({ path }) => path),
      ['/priority'],
    );
    await apply({ severity: 'high' });
    assert.deepEqual([monitor()['query'], monitor()['priority']], [RESPELT, 2]);
  });

  it('is replaced when its meaning changes', async () => {
    const { apply, monitor } = await respelt();
    await apply({ condition: { over: '5m', above: 95 } });
    assert.equal(
      monitor()['query'],
      'avg(last_5m):avg:mem.used{*} by {host} / avg:mem.total{*} by {host} * 100 > 95',
    );
  });
});
