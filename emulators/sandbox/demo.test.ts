import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../datadog/test-client.ts';
import { isRawObject, type RawObject } from '../datadog/raw-json.ts';
import { demoMonitors } from './demo-monitors.ts';
import { DEMO_GENERATORS } from './demo-series.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-30T21:00:00Z');
const datadog = createTestClient();

before(() => {
  datadog.clock.now = NOW - 60_000;
  const seed = { generators: DEMO_GENERATORS, monitors: demoMonitors(datadog.clock.now) };
  const answer = datadog.control('POST', 'seed', JSON.parse(JSON.stringify(seed)));
  assert.equal(answer?.status, 204, answer?.body);
  datadog.clock.now = NOW;
  datadog.living.catchUp();
});

const part = (object: unknown, ...names: readonly string[]): unknown =>
  names.reduce((value: unknown, name) => (isRawObject(value) ? value[name] : undefined), object);
const keyOf = (tags: unknown): string =>
  (Array.isArray(tags) ? tags.map(String) : []).find((tag) => tag.startsWith('birddog_key:'))?.slice(12) ??
  '';
/** Returns the transitions of the last seven days, by the key of their monitor. */
const transitions = (): Map<string, RawObject[]> => {
  const since = NOW - 7 * DAY_MS;
  const events = datadog.organisation.collection('events').all();
  const recent = events.filter(
    (event) => Date.parse(String(part(event, 'attributes', 'timestamp'))) >= since,
  );
  return Map.groupBy(recent, (event) => keyOf(part(event, 'attributes', 'attributes', 'monitor', 'tags')));
};

describe('the demo of the sandbox', () => {
  it('has monitors that Datadog accepts', () => {
    for (const monitor of demoMonitors(NOW)) {
      const { type, query, name, message, options } = monitor;
      const sent = { type, query, name, message, options };
      const answer = datadog.send('POST', '/api/v1/monitor/validate', sent);
      assert.equal(answer.status, 200, `${String(name)}: ${String(answer.body)}`);
    }
  });

  it('has at least 200 transitions in seven days, of each application', () => {
    const byKey = transitions();
    const all = [...byKey.values()].flat().length;
    assert.ok(all >= 200 && all < 600, `${all} transitions`);
    const applications = new Set([...byKey.keys()].map((key) => key.split('/')[0]));
    assert.deepEqual([...applications].toSorted(), ['demo-payments', 'demo-platform', 'demo-shop']);
  });

  it('has an alert that flaps, incidents that recur, and missing data', () => {
    const byKey = transitions();
    const count = (key: string) => byKey.get(key)?.length ?? 0;
    assert.ok(count('demo-platform/queue-backlog') > 100, 'flaps');
    for (const key of ['demo-payments/queue-depth', 'demo-shop/error-rate'])
      assert.ok(count(key) >= 20, `${key} recurs`);
    assert.ok(count('demo-payments/queue-silent') >= 4, 'missing data');
  });

  it('has points and events at every minute up to the present', () => {
    const queries = [
      ...[
        'system.load.1',
        'payments.queue.depth',
        'rabbitmq.queue.messages',
        'shop.requests',
        'shop.errors',
      ].map((metric) => ({
        data_source: 'metrics',
        name: metric.replaceAll('.', '_'),
        query: `avg:${metric}{*}`,
      })),
      {
        data_source: 'logs',
        name: 'logs',
        search: { query: 'service:shop' },
        compute: { aggregation: 'count' },
      },
    ];
    const attributes = { from: NOW - DAY_MS, to: NOW, interval: 60_000, queries };
    const body = { data: { type: 'timeseries_request', attributes } };
    const { series, times } = jsonBody(datadog.send('POST', '/api/v2/query/timeseries', body)).data
      .attributes;
    assert.deepEqual([series.length, times.length], [queries.length, 1440]);
  });
});
