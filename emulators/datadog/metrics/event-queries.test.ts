import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';
import { eventSeries, readEventQuery } from './event-queries.ts';

const MINUTE = 60_000;
const END = Date.parse('2026-05-14T12:00:00Z');
const START = END - 10 * MINUTE;

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
  datadog.clock.now = END + MINUTE;
});

const steady = (value: number, more: object = {}) => ({ shape: 'steady', value, ...more });
const declare = (...generators: object[]) =>
  assert.equal(datadog.control('PUT', 'generators', generators)?.status, 204);
const ask = (kind: 'timeseries' | 'scalar', query: object, more: object = {}) => {
  const queries = [{ data_source: 'logs', name: 'q', compute: { aggregation: 'count' }, ...query }];
  const attributes = { from: START, to: END, interval: 5 * MINUTE, queries, ...more };
  const body = { data: { type: `${kind}_request`, attributes } };
  return jsonBody(datadog.send('POST', `/api/v2/query/${kind}`, body)).data.attributes;
};
/** Returns the values of each group, as `tags: values`. */
const rows = (query: object, more: object = {}): string[] => {
  const { series, values } = ask('timeseries', query, more);
  return series.map(
    ({ group_tags }: { group_tags: string[] }, at: number) => `${group_tags.join()}: ${values[at].join()}`,
  );
};
const search = (query: string) => ({ search: { query } });
const by = (...facets: (string | object)[]) => ({
  group_by: facets.map((facet) => (typeof facet === 'string' ? { facet } : facet)),
});

describe('queries of events', () => {
  it('count the events of each interval, from inclusive, to exclusive', () => {
    declare({ source: 'logs', shapes: [steady(3)] }, { source: 'rum', shapes: [steady(1)] });
    const { times, values, series } = ask('timeseries', {});
    assert.deepEqual(times, [START, START + 5 * MINUTE]);
    assert.deepEqual(values, [[15, 15]]);
    assert.deepEqual(series, [{ group_tags: [], query_index: 0, unit: null }]);
    assert.deepEqual(rows({ data_source: 'rum' }), [': 5,5']);
    assert.deepEqual(rows({ compute: { aggregation: 'count', interval: 2 * MINUTE } }), [': 6,6,6,6,6']);
  });

  it('leave out intervals without events, and have no series without any', () => {
    const at = new Date(START).toISOString();
    declare({ source: 'logs', shapes: [{ shape: 'spike', height: 2, at, lasts: '1m' }] });
    const { times, values } = ask('timeseries', {});
    assert.deepEqual([times, values], [[START], [[2]]]);
    for (const query of [search('nothing'), { data_source: 'spans' }, { data_source: 'slo' }])
      assert.deepEqual(ask('timeseries', query), { times: [], series: [], values: [] });
  });

  it('search by facets and words', () => {
    const tags = ['service:shop', '@http.status_code:503'];
    declare(
      { source: 'logs', tags, message: 'Payment failed', shapes: [steady(1)] },
      { source: 'logs', tags: ['service:cart'], shapes: [steady(10)] },
    );
    for (const [query, count] of Object.entries({
      '*': 11,
      'service:shop': 1,
      '-service:shop': 10,
      '@http.status_code:[500 TO 599]': 1,
      'service:(shop OR cart)': 11,
      failed: 1,
    }))
      assert.deepEqual(rows(search(query)), [`: ${5 * count},${5 * count}`], query);
    const status = datadog.send('POST', '/api/v2/query/timeseries', {
      data: {
        type: 'timeseries_request',
        attributes: {
          from: START,
          to: END,
          queries: [{ data_source: 'logs', compute: { aggregation: 'count' }, ...search('(a') }],
        },
      },
    }).status;
    assert.equal(status, 400);
  });

  it('group by facets: the highest first, as many as the limit, ten by default', () => {
    const groups = Array.from({ length: 12 }, (_, at) => `service:s${at},env:${at % 2}`);
    const shapes = groups.map((group, at) => steady(at + 1, { only: group }));
    declare({ source: 'logs', groups, shapes });
    const first = (...facets: (string | object)[]) => rows(by(...facets)).map((row) => row.split(': ')[0]);
    assert.deepEqual(first('service').length, 10);
    assert.deepEqual(first({ facet: 'service', limit: 2 }), ['service:s11', 'service:s10']);
    const sort = { aggregation: 'count', order: 'asc' };
    assert.deepEqual(first({ facet: 'service', limit: 2, sort }), ['service:s0', 'service:s1']);
    assert.deepEqual(first({ facet: 'env', limit: 1 }, { facet: 'service', limit: 2 }), [
      'env:1,service:s11',
      'env:1,service:s9',
    ]);
    assert.deepEqual(rows(by('env')), ['env:1: 210,210', 'env:0: 180,180']);
    assert.deepEqual(first('nowhere'), []);
  });

  it('aggregate a measure over the events, not over the times', () => {
    const at = new Date(START).toISOString();
    const spike = (height: number) => ({ shape: 'spike', height, at, lasts: '1m' });
    const measures = { '@duration': [steady(10), spike(30)] };
    const groups = ['@usr.id:a', '@usr.id:b'];
    declare({ source: 'logs', groups, measures, shapes: [steady(1), spike(8)] });
    const measured = (aggregation: string, metric = '@duration') =>
      Number(rows({ compute: { aggregation, metric } })[0]?.slice(2).split(',')[0]);
    assert.equal(measured('sum'), 2 * (9 * 40 + 4 * 10));
    assert.equal(measured('avg'), 400 / 13);
    assert.deepEqual([measured('min'), measured('max')], [10, 40]);
    assert.deepEqual([measured('median'), measured('pc99')], [40, 40]);
    assert.equal(measured('cardinality', '@usr.id'), 2);
    assert.deepEqual(rows({ compute: { aggregation: 'sum', metric: '@size' } }), []);
    assert.deepEqual(rows({ compute: { aggregation: 'mode', metric: '@duration' } }), []);
  });

  it('compute one value of the whole time range for a scalar', () => {
    declare({ source: 'logs', groups: ['service:a', 'service:b'], shapes: [steady(1)] });
    const [, number] = ask('scalar', by('service')).columns;
    assert.deepEqual(number.values, [10, 10]);
    const cardinality = { compute: { aggregation: 'cardinality', metric: 'service' } };
    assert.deepEqual(ask('scalar', cardinality).columns[0].values, [2]);
  });

  it('join in formulas with metrics', () => {
    declare({ source: 'logs', shapes: [steady(4)] }, { metric: 'm', type: 'count', shapes: [steady(8)] });
    const queries = [
      { data_source: 'logs', name: 'l', compute: { aggregation: 'count' } },
      { data_source: 'metrics', name: 'm', query: 'sum:m{*}.as_count()' },
    ];
    assert.deepEqual(rows({}, { queries, formulas: [{ formula: 'l / m' }] }), [': 0.5,0.5']);
  });

  it('read the stored events and the audit trail', () => {
    const post = (title: string, minutes: number, tags: string[]) => {
      const date_happened = (START + minutes * MINUTE) / 1000;
      datadog.send('POST', '/api/v1/events', { title, text: '', tags, date_happened });
    };
    post('deploy', 0, ['service:shop']);
    post('deploy', 6, ['service:shop']);
    post('restart', 7, ['service:cart']);
    const source = { data_source: 'events' };
    assert.deepEqual(rows(source), [': 1,2']);
    assert.deepEqual(rows({ ...source, ...search('service:shop'), ...by('service') }), ['service:shop: 1,1']);
    datadog.clock.now = START + MINUTE;
    datadog.send('POST', '/api/v1/dashboard', { title: 'd', layout_type: 'ordered', widgets: [] });
    assert.deepEqual(rows({ data_source: 'audit' }), [': 1']);
    datadog.organisation.audit = false;
    assert.deepEqual(rows({ data_source: 'audit' }), []);
  });

  it('count whole events', () => {
    declare({ source: 'logs', shapes: [steady(0.5)] });
    const interval = MINUTE;
    const { values } = ask('timeseries', { compute: { aggregation: 'count' } }, { interval });
    assert.deepEqual(new Set(values[0]), new Set([1]));
    assert.ok(
      values[0].length > 0 && values[0].length < 10,
      `${values[0].length} of 10 minutes have an event`,
    );
  });

  it('count nothing after the present', () => {
    declare({ source: 'logs', shapes: [steady(1)] });
    datadog.clock.now = START + 2 * MINUTE;
    assert.deepEqual(rows({}), [': 3']);
  });

  it('give a series for each group to the evaluator, in seconds', () => {
    declare({ source: 'logs', groups: ['service:a', 'service:b'], shapes: [steady(2)] });
    const query = readEventQuery({
      data_source: 'logs',
      compute: { aggregation: 'count' },
      ...by('service'),
    });
    assert.ok(query);
    const span = { from: START / 1000, to: START / 1000 + 120, step: 60 };
    const points = [
      [span.from, 2],
      [span.from + 60, 2],
    ];
    assert.deepEqual(eventSeries(datadog.organisation, query, span), [
      { metric: 'logs', tags: ['service:a'], type: 'count', points },
      { metric: 'logs', tags: ['service:b'], type: 'count', points },
    ]);
  });
});
