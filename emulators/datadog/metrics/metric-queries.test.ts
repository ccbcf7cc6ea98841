import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const seconds = () => Math.floor(datadog.clock.now / 1000);

const submit = (metric: string, host: string, value: number, more: object = {}) =>
  send(
    'POST',
    '/api/v1/series',
    { series: [{ metric, host, tags: ['env:x'], points: [[seconds(), value]], ...more }] },
    { 'dd-api-key': 'a' },
  );
const queryV1 = (query: string, seconds_ = 60) =>
  send(
    'GET',
    `/api/v1/query?from=${seconds() - seconds_}&to=${seconds() + seconds_}&query=${encodeURIComponent(query)}`,
  );
/** The first value of each series. */
const values = (query: string): number[] =>
  jsonBody(queryV1(query)).series.map(({ pointlist }: { pointlist: number[][] }) => pointlist[0]?.[1]);

beforeEach(() => {
  datadog = createTestClient();
  submit('a.b', 'h1', 1);
  submit('a.b', 'h2', 3);
});

describe('the metric intake', () => {
  it('needs only the API key', () => {
    const response = submit('c', 'h', 1);
    assert.deepEqual([response.status, jsonBody(response)], [202, { status: 'ok' }]);
  });

  it('accepts v2 series with resources', () => {
    const points = [{ timestamp: seconds(), value: 7 }];
    const sent = send('POST', '/api/v2/series', {
      series: [{ metric: 'c', type: 3, points, resources: [{ type: 'host', name: 'h' }] }],
    });
    assert.deepEqual([sent.status, jsonBody(sent)], [202, { errors: [] }]);
    assert.deepEqual(values('avg:c{host:h}'), [7]);
  });

  it('merges points of the same metric and tags into one series', () => {
    datadog.clock.now += 1000;
    submit('a.b', 'h1', 2);
    const [{ pointlist, length }] = jsonBody(queryV1('avg:a.b{host:h1}')).series;
    assert.deepEqual([pointlist.map(([, value]: number[]) => value), length], [[1, 2], 2]);
    assert.equal(datadog.organisation.collection('metrics').size, 2);
  });

  it('rejects bodies without valid series', () => {
    for (const sent of [{}, { series: {} }, { series: [{ metric: 'a' }] }, { series: [{ points: [] }] }])
      assert.deepEqual(statusAndErrors(send('POST', '/api/v2/series', sent)), [
        400,
        'Payload is not in the expected format',
      ]);
  });
});

describe('a metric query', () => {
  it('selects by name and scope, and aggregates as requested', () => {
    assert.deepEqual(values('a.b{*}'), [2]);
    assert.deepEqual(values('sum:a.b{env:x}'), [4]);
    assert.deepEqual(values('max:a.b{env:x,host:h1}'), [1]);
    assert.deepEqual(values('min:a.b{host:h*,!host:h1}'), [3]);
    assert.deepEqual(values('sum:a.b{host:h1 OR host:h2}'), [4]);
    assert.deepEqual(values('sum:a.b{host IN (h2, h3)}'), [3]);
    assert.deepEqual(values('sum:a.b{host NOT IN (h2, h3)}'), [1]);
    assert.deepEqual(values('avg:a.b{env:y}'), []);
    assert.deepEqual(values('avg:other{*}'), []);
    datadog.clock.now += 3600_000;
    assert.deepEqual(values('avg:a.b{*}'), [], 'data before the time range');
    datadog.clock.now -= 7200_000;
    assert.deepEqual(values('avg:a.b{*}'), [], 'data after the time range');
  });

  it('returns a series for each group, and for each of several queries', () => {
    const [one, two] = jsonBody(queryV1('avg:a.b{env:x} by {host}')).series;
    assert.deepEqual(
      [one.tag_set, one.scope, two.tag_set, two.metric, two.query_index],
      [['host:h1'], 'env:x,host:h1', ['host:h2'], 'a.b', 0],
    );
    assert.deepEqual(values('avg:a.b{*}, max:a.b{*}'), [2, 3]);
    assert.deepEqual(values('sum:a.b{*} / (count:a.b{*} + 2)'), [1]);
  });

  it('chooses the interval by the length of the time range', () => {
    const interval = (s: number) => jsonBody(queryV1('avg:a.b{*}', s)).series[0].interval;
    assert.deepEqual([600, 1800, 43_200].map(interval), [5, 20, 300]);
    const [{ start, end, pointlist }] = jsonBody(queryV1('avg:a.b{*}', 600)).series;
    assert.equal(start, Math.floor(seconds() / 5) * 5000);
    assert.deepEqual([pointlist[0][0], end], [start, start + 4000]);
  });

  it('includes both ends of the time range', () => {
    const [start, end] = [seconds() - 60, seconds()];
    const points = [start - 1, start, end, end + 1].map((at) => [at, at - start]);
    submit('p', 'h1', 0, { points });
    const { series } = jsonBody(send('GET', `/api/v1/query?from=${start}&to=${end}&query=sum:p{*}`));
    assert.deepEqual(
      series[0].pointlist.map(([, value]: number[]) => value),
      [0, 60],
    );
  });

  it('shows series without a tag as the group N/A', () => {
    submit('a.b', 'h3', 5, { tags: ['zone:z'] });
    const tags = (query: string) =>
      jsonBody(queryV1(query)).series.map(({ tag_set }: { tag_set: string[] }) => tag_set.join());
    assert.deepEqual(tags('sum:a.b{*} by {zone}'), ['zone:N/A', 'zone:z']);
    assert.deepEqual(values('sum:a.b{*} by {zone}'), [4, 5]);
    assert.deepEqual(tags('sum:a.b{env:x} by {host,zone}'), ['host:h1,zone:N/A', 'host:h2,zone:N/A']);
  });

  it('widens a requested interval that would give more than 1,500 points', () => {
    const interval = (query: string, half: number) => jsonBody(queryV1(query, half)).series[0].interval;
    assert.equal(interval('avg:a.b{*}.rollup(avg, 60)', 45_000), 60);
    assert.equal(interval('avg:a.b{*}.rollup(avg, 60)', 45_060), 120);
    assert.equal(interval('avg:a.b{*}.rollup(avg, 7)', 60_000), 120);
    assert.equal(interval('avg:a.b{*}.rollup(avg, 60)', 90 * 43_200), 7200);
  });

  it('divides counts by the interval for a rate, but not rates', () => {
    submit('n', 'h1', 6, { type: 'count' });
    submit('r', 'h1', 6, { type: 'rate' });
    assert.deepEqual(values('sum:n{*}.as_rate().rollup(sum, 60)'), [0.1]);
    assert.deepEqual(values('sum:r{*}.as_rate().rollup(sum, 60)'), [6]);
  });

  it('averages the values of an interval, and sums counts', () => {
    submit('n', 'h1', 1, { type: 'count' });
    datadog.clock.now += 1000;
    submit('n', 'h1', 2, { type: 'count' });
    submit('a.b', 'h1', 3);
    const hours = (query: string) =>
      jsonBody(queryV1(query, 4 * 3600)).series[0].pointlist.map(([, value]: number[]) => value);
    assert.deepEqual(hours('avg:a.b{host:h1}'), [2]);
    assert.deepEqual(hours('avg:a.b{host:h1}.as_count()'), [4]);
    assert.deepEqual(hours('avg:a.b{host:h1}.rollup(max, 600)'), [3]);
    assert.deepEqual(hours('avg:n{*}'), [3]);
    assert.deepEqual(hours('avg:n{*}.as_rate()'), [3 / 120]);
  });

  it('returns the query, and no series without data', () => {
    const { status, query, from_date, to_date, series, res_type } = jsonBody(queryV1('avg:none{*}'));
    assert.deepEqual([status, query, series, res_type], ['ok', 'avg:none{*}', [], 'time_series']);
    assert.deepEqual([from_date, to_date], [(seconds() - 60) * 1000, (seconds() + 60) * 1000]);
  });

  it('is rejected if it cannot be parsed or lacks a time range', () => {
    assert.deepEqual(statusAndErrors(queryV1('avg:a.b{*')), [
      400,
      'Error parsing query: unable to parse avg:a.b{*',
    ]);
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/query?from=1&query=a{*}')), [
      400,
      "Missing required parameter: 'to'",
    ]);
  });
});

describe('queries with formulas', () => {
  const request = (type: string, more: object = {}) => ({
    data: {
      type,
      attributes: {
        from: datadog.clock.now - 60_000,
        to: datadog.clock.now + 60_000,
        queries: [
          { data_source: 'metrics', name: 'q', query: 'sum:a.b{*}', aggregator: 'sum' },
          { data_source: 'metrics', name: 'g', query: 'sum:a.b{*} by {host}', aggregator: 'max' },
          { data_source: 'logs', name: 'l', compute: { aggregation: 'count' } },
        ],
        formulas: [{ formula: 'q' }],
        ...more,
      },
    },
  });
  const timeseries = (more: object = {}) =>
    jsonBody(send('POST', '/api/v2/query/timeseries', request('timeseries_request', more))).data;
  const scalar = (more: object = {}) =>
    jsonBody(send('POST', '/api/v2/query/scalar', request('scalar_request', more))).data;

  it('return series that share one list of times', () => {
    const { type, attributes } = timeseries();
    assert.equal(type, 'timeseries_response');
    assert.deepEqual(attributes, {
      series: [{ group_tags: [], query_index: 0, unit: null }],
      times: [seconds() * 1000],
      values: [[4]],
    });
    const { series, values: rows } = timeseries({ formulas: [{ formula: '10 * g / q' }] }).attributes;
    assert.deepEqual(
      series.map(({ group_tags }: { group_tags: string[] }) => group_tags),
      [['host:h1'], ['host:h2']],
    );
    assert.deepEqual(rows, [[2.5], [7.5]]);
  });

  it('include the start of the time range, and exclude its end', () => {
    datadog.clock.now = Date.parse('2026-05-14T11:00:00Z');
    for (const past of [60, 0]) submit('c', 'h1', past, { points: [[seconds() - past, past]] });
    const span = { from: datadog.clock.now - 60_000, to: datadog.clock.now, interval: 60_000 };
    const queries = [{ data_source: 'metrics', name: 'q', query: 'sum:c{*}' }];
    const { times, values: rows } = timeseries({ ...span, queries }).attributes;
    assert.deepEqual([times, rows], [[span.from], [[60]]]);
  });

  it('widen an interval, of the request or of a query, that would give more than 1,500 points', () => {
    datadog.clock.now = Date.parse('2026-05-14T11:00:00Z');
    const shapes = [{ shape: 'steady', value: 1 }];
    datadog.control('PUT', 'generators', [{ metric: 'g', every: '10s', shapes }]);
    const gaps = (days: number, query = 'sum:g{*}', interval = 60_000) => {
      const from = datadog.clock.now - days * 86_400_000;
      const queries = [{ data_source: 'metrics', name: 'q', query }];
      const { times } = timeseries({ from, to: datadog.clock.now, interval, queries }).attributes;
      return [times.length, (times[1] - times[0]) / 1000, times[0] - from];
    };
    assert.deepEqual(gaps(1), [1440, 60, 0]);
    assert.deepEqual(gaps(2), [1440, 120, 0]);
    assert.deepEqual(gaps(1, 'sum:g{*}.rollup(sum, 10)', 3_600_000), [1440, 60, 0]);
    assert.deepEqual(gaps(0.25, 'sum:g{*}.rollup(sum, 300)', 3_600_000), [72, 300, 0]);
  });

  it('return a column for each formula and for each group key', () => {
    assert.deepEqual(scalar().attributes.columns, [
      { name: 'q', values: [4], type: 'number', meta: { unit: null } },
    ]);
    const [group, number] = scalar({ formulas: [{ formula: 'g' }] }).attributes.columns;
    assert.deepEqual(group, { name: 'host', values: [['h1'], ['h2']], type: 'group' });
    assert.deepEqual(number.values, [1, 3]);
  });

  it('return the first groups of a limited formula', () => {
    const limit = { count: 1, order: 'desc' };
    assert.deepEqual(scalar({ formulas: [{ formula: 'g', limit }] }).attributes.columns[0].values, [['h2']]);
    assert.equal(timeseries({ formulas: [{ formula: 'g', limit }] }).attributes.series.length, 1);
  });

  it('work without formulas: each query is one', () => {
    const { columns } = scalar({ formulas: undefined }).attributes;
    assert.deepEqual(
      columns.map(({ name }: { name: string }) => name),
      ['host', 'q', 'g', 'l'],
    );
  });

  it('return nothing without data', () => {
    const formulas = [{ formula: 'l' }];
    assert.deepEqual(timeseries({ formulas }).attributes, { series: [], times: [], values: [] });
    assert.deepEqual(scalar({ formulas }).attributes.columns, [
      { name: 'l', values: [], type: 'number', meta: { unit: null } },
    ]);
  });

  it('reject another request type with this message', () => {
    for (const kind of ['timeseries', 'scalar'])
      assert.deepEqual(statusAndErrors(send('POST', `/api/v2/query/${kind}`, request('x'))), [
        400,
        `API input validation failed: Invalid type. Expected "${kind}_request".`,
      ]);
  });

  it('reject a time range before the retention period with this message', () => {
    assert.deepEqual(
      statusAndErrors(send('POST', '/api/v2/query/scalar', request('scalar_request', { from: 1, to: 2 }))),
      [400, 'Queries ending outside the retention date are invalid'],
    );
  });

  it('reject a formula that cannot be parsed or names an unknown query', () => {
    for (const formula of ['q +', 'nobody', '(q', 'q)'])
      assert.equal(
        send('POST', '/api/v2/query/scalar', request('scalar_request', { formulas: [{ formula }] })).status,
        400,
        formula,
      );
  });
});
