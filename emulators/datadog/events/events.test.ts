import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { askDatadog, body, words } from '../ask-datadog.ts';

let datadog: ReturnType<typeof askDatadog>;
beforeEach(() => {
  datadog = askDatadog();
});
const ask: ReturnType<typeof askDatadog>['ask'] = (...args) => datadog.ask(...args);

const seconds = () => Math.floor(datadog.clock.now / 1000);

describe('an event of the first API', () => {
  const PATH = '/api/v1/events';
  const post = (event: object = {}) =>
    ask('POST', PATH, { title: 't', text: 'x', ...event }, { 'dd-api-key': 'a' });

  it('is posted with the API key alone, with an id longer than a double holds', () => {
    const answer = post();
    assert.equal(answer.status, 202);
    const { id_str } = body(answer).event;
    assert.ok(BigInt(id_str) > BigInt(Number.MAX_SAFE_INTEGER));
    assert.match(answer.body ?? '', new RegExp(`"id":${id_str},`));
    assert.match(ask('GET', `${PATH}/${id_str}`).body ?? '', new RegExp(`"id":${id_str}[,}]`));
  });

  it('is listed by time, priority, source and tags', () => {
    post({ priority: 'low', source_type_name: 'vsphere', tags: ['a:b'] });
    post({ title: 'other' });
    const titles = (query: string) =>
      body(ask('GET', `${PATH}?start=${seconds() - 60}&end=${seconds() + 60}&${query}`)).events.map(
        (event: { title: string; source: string }) => `${event.title} ${event.source}`,
      );
    assert.deepEqual(titles('priority=low'), ['t vSphere']);
    assert.deepEqual(titles('sources=vsphere'), ['t vSphere']);
    assert.deepEqual(titles('tags=a:b'), ['t vSphere']);
    assert.equal(titles('').length, 2);
    assert.deepEqual(body(ask('GET', `${PATH}?start=1&end=2`)).events, []);
  });

  it('of long ago is refused', () =>
    assert.deepEqual(words(post({ date_happened: seconds() - 19 * 3600 })), [
      400,
      'Event too far in the past',
    ]));
});

describe('events', () => {
  const post = (attributes: object) => ask('POST', '/api/v2/events', { data: { type: 'event', attributes } });
  const event = (title: string, more: object = {}) =>
    post({ category: 'change', title, message: title, attributes: {}, ...more });
  const search = (more: object = {}) => ask('POST', '/api/v2/events/search', more);

  it('are posted, read by id, and found by words, tags and attributes', () => {
    const { uid } = body(event('deploy web', { tags: ['env:prod'] })).data.attributes.attributes.evt;
    event('other');
    assert.equal(body(ask('GET', `/api/v2/events/${uid}`)).data.attributes.message, 'deploy web');
    const found = (query: string) => body(search({ filter: { query } })).data.length;
    assert.deepEqual(
      ['deploy', 'env:prod', '-env:prod', 'env:p*', '@evt.category:change', '*', 'none'].map(found),
      [1, 1, 1, 1, 2, 2, 0],
    );
  });

  it('are paged by a cursor, to the end, in either order', () => {
    for (const title of ['1', '2', '3']) {
      event(title);
      datadog.clock.now += 1000;
    }
    const titles: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = body(
        search({ sort: '-timestamp', page: { limit: 2, ...(cursor === '' ? {} : { cursor }) } }),
      );
      titles.push(...page.data.map((e: { attributes: { message: string } }) => e.attributes.message));
      cursor = page.meta?.page.after;
    }
    assert.deepEqual(titles, ['3', '2', '1']);
    assert.equal(body(ask('GET', '/api/v2/events?page[limit]=1')).data[0].attributes.message, '1');
  });

  it('are refused in these words', () => {
    assert.deepEqual(words(search({ page: { cursor: 'nonsense' } })), [
      400,
      "{'errors': [u\"input_validation_error(Field 'page' is invalid: invalid cursor)\"]}",
    ]);
    assert.match(
      JSON.stringify(words(post({ category: 'x' }))),
      /JSON validation failed at \$\.data\.attributes\.category: value must be one of/,
    );
  });
});

describe('the audit trail', () => {
  const monitor = { type: 'query alert', name: 'm', query: 'avg(last_5m):avg:a{*} > 1' };
  const trail = (query: string) =>
    body(ask('GET', `/api/v2/audit/events?filter[query]=${encodeURIComponent(query)}`)).data.map(
      (e: { attributes: { attributes: { action: string } } }) => e.attributes.attributes.action,
    );

  it('tells who made, changed and deleted a monitor or a dashboard, and what it was before', () => {
    const { id } = body(ask('POST', '/api/v1/monitor', monitor));
    ask('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    ask('DELETE', `/api/v1/monitor/${id}`);
    ask('POST', '/api/v1/dashboard', { title: 'd', layout_type: 'ordered', widgets: [] });
    assert.deepEqual(trail(`@asset.type:monitor @asset.id:${id}`).toSorted(), [
      'created',
      'deleted',
      'modified',
    ]);
    assert.deepEqual(trail('@asset.type:dashboard'), ['created']);
    const [{ attributes }] = body(
      ask('POST', '/api/v2/audit/events/search', { filter: { query: '@action:modified' } }),
    ).data;
    const { asset, usr } = attributes.attributes;
    assert.deepEqual(
      [asset.prev_value.message, asset.new_value.message, usr.email],
      ['', 'new', 'sandbox@example.com'],
    );
  });

  it('is refused to an organisation without one', () => {
    const without = askDatadog({ audit: false });
    for (const [method, path] of [
      ['GET', '/api/v2/audit/events'],
      ['POST', '/api/v2/audit/events/search'],
    ])
      assert.deepEqual(words(without.ask(method ?? '', path ?? '', method === 'POST' ? {} : undefined)), [
        403,
        'Forbidden',
      ]);
  });
});

describe('metrics', () => {
  const value = (v: number, host: string) => ({
    metric: 'a.b',
    host,
    tags: ['env:x'],
    points: [[seconds(), v]],
  });
  const within = () => `from=${seconds() - 60}&to=${seconds() + 60}`;
  const request = (type: string, query: string) => ({
    data: {
      type,
      attributes: {
        from: datadog.clock.now - 60_000,
        to: datadog.clock.now + 60_000,
        queries: [{ data_source: 'metrics', name: 'q', query, aggregator: 'sum' }],
        formulas: [{ formula: 'q' }],
      },
    },
  });
  beforeEach(() => {
    ask('POST', '/api/v1/series', { series: [value(1, 'h1'), value(3, 'h2')] });
  });

  it('that were sent in are queried by name, tags and host, and joined as asked', () => {
    const points = (query: string) =>
      body(ask('GET', `/api/v1/query?${within()}&query=${encodeURIComponent(query)}`)).series[0]
        ?.pointlist[0][1];
    assert.deepEqual(['avg:a.b{*}', 'sum:a.b{env:x}', 'max:a.b{host:h1}', 'avg:a.b{env:y}'].map(points), [
      2,
      4,
      1,
      undefined,
    ]);
  });

  it('are answered as series and as single values', () => {
    const { values, times } = body(
      ask('POST', '/api/v2/query/timeseries', request('timeseries_request', 'sum:a.b{*}')),
    ).data.attributes;
    assert.deepEqual([values, times], [[[4]], [seconds() * 1000]]);
    const { columns } = body(ask('POST', '/api/v2/query/scalar', request('scalar_request', 'sum:a.b{*}')))
      .data.attributes;
    assert.deepEqual(columns, [{ name: 'q', values: [4], type: 'number', meta: { unit: null } }]);
  });

  it('are sent in by the second API too', () => {
    const points = [{ timestamp: seconds(), value: 7 }];
    const sent = ask('POST', '/api/v2/series', {
      series: [{ metric: 'c', type: 3, points, resources: [{ type: 'host', name: 'h' }] }],
    });
    assert.deepEqual([sent.status, body(sent)], [202, { errors: [] }]);
    assert.equal(body(ask('GET', `/api/v1/query?${within()}&query=avg:c{host:h}`)).series.length, 1);
  });

  it('are refused in these words', () => {
    assert.deepEqual(words(ask('POST', '/api/v2/query/timeseries', request('x', 'a'))), [
      400,
      'API input validation failed: Invalid type. Expected "timeseries_request".',
    ]);
    const old = request('scalar_request', 'a');
    old.data.attributes.to = 1;
    assert.deepEqual(words(ask('POST', '/api/v2/query/scalar', old)), [
      400,
      'Queries ending outside the retention date are invalid',
    ]);
  });
});
