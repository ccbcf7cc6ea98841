import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';
import { queryOf, specificationOf } from './count-specification.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const PATH = '/api/v1/slo';
const QUERY = { numerator: 'sum:good{*}.as_count()', denominator: 'sum:all{*}.as_count()' };
const SLO = { type: 'metric', name: 'n', query: QUERY, thresholds: [{ timeframe: '7d', target: 95 }] };
const create = (slo: object = {}) => jsonBody(send('POST', PATH, { ...SLO, ...slo })).data[0];

describe('an SLO', () => {
  it('gets a creator, times, type_id, empty tags and monitor_tags, and a description', () => {
    const made = create();
    assert.deepEqual(
      [made.type_id, made.tags, made.monitor_tags, made.description, made.created_at],
      [1, [], [], '', Math.floor(datadog.clock.now / 1000)],
    );
    assert.ok(made.creator.handle && /^[0-9a-f]{32}$/.test(made.id));
  });

  it('displays 95 as "95." and 99.5 unchanged, and ignores the sent display values', () => {
    const { thresholds } = create({
      thresholds: [{ timeframe: '7d', target: 97, target_display: '97.0', warning: 99.5 }],
    });
    assert.deepEqual(thresholds, [
      { timeframe: '7d', target: 97, target_display: '97.', warning: 99.5, warning_display: '99.5' },
    ]);
  });

  it('takes missing timeframe, target and warning from the first threshold', () => {
    const thresholds = [
      { timeframe: '30d', target: 98, warning: 99 },
      { timeframe: '7d', target: 95 },
    ];
    const made = create({ thresholds });
    assert.deepEqual([made.timeframe, made.target_threshold, made.warning_threshold], ['30d', 98, 99]);
    assert.equal(create({ thresholds, timeframe: '7d' }).timeframe, '7d');
  });

  it('derives its specification from the query, and its query from the specification', () => {
    const made = create();
    assert.equal(made.sli_specification.count.good_events_formula.formula, 'query1');
    const { query } = create({ query: undefined, sli_specification: made.sli_specification });
    assert.deepEqual(query, QUERY);
  });

  it('of time slices has a default interval of 300 s', () => {
    const made = create({
      type: 'time_slice',
      query: undefined,
      sli_specification: { time_slice: { threshold: 5 } },
    });
    assert.equal(made.sli_specification.time_slice.query_interval_seconds, 300);
  });

  it('is in a list after a write, alone after a read; an update replaces all but its type', () => {
    const { id, created_at } = create({ tags: ['a'] });
    assert.equal(jsonBody(send('GET', `${PATH}/${id}`)).data.id, id);
    const [after] = jsonBody(send('PUT', `${PATH}/${id}`, { ...SLO, description: 'd' })).data;
    assert.deepEqual([after.tags, after.description, after.created_at], [[], 'd', created_at]);
    assert.deepEqual(
      statusAndErrors(send('PUT', `${PATH}/${id}`, { ...SLO, type: 'monitor', query: undefined })),
      [400, 'Invalid payload: must specify the query for count types'],
    );
  });

  it('answers 404 after it was deleted', () => {
    const { id } = create();
    assert.deepEqual(jsonBody(send('GET', `${PATH}/can_delete?ids=${id}`)).data.ok, [id]);
    assert.deepEqual(jsonBody(send('DELETE', `${PATH}/${id}`)), { data: [id], error: null });
    for (const method of ['GET', 'DELETE'])
      assert.deepEqual(statusAndErrors(send(method, `${PATH}/${id}`)), [
        404,
        `SLO not found: ${id} not found`,
      ]);
  });

  it('loses timeframes to a bulk delete, and is deleted with the last one', () => {
    const two = [
      { timeframe: '7d', target: 95 },
      { timeframe: '30d', target: 95 },
    ];
    const [updated, deleted] = [create({ thresholds: two }), create()];
    const { data } = jsonBody(
      send('POST', `${PATH}/bulk_delete`, { [updated.id]: ['7d'], [deleted.id]: ['7d'] }),
    );
    assert.deepEqual(data, { deleted: [deleted.id], updated: [updated.id] });
  });

  it('is listed by ids, tags, words and metrics, in pages', () => {
    const ids = [create({ tags: ['team:a'] }).id, create({ name: 'other' }).id];
    const found = (query: string) =>
      jsonBody(send('GET', `${PATH}?${query}`)).data.map((slo: { id: string }) => slo.id);
    assert.deepEqual(found(`ids=${ids[1]}`), [ids[1]]);
    assert.deepEqual(found('tags_query=team:a'), [ids[0]]);
    assert.deepEqual(found('query=other'), [ids[1]]);
    assert.deepEqual(found('metrics_query=good'), ids);
    assert.deepEqual(found('offset=1&limit=1'), [ids[1]]);
    assert.equal(jsonBody(send('GET', PATH)).metadata.page.total_count, 2);
  });

  it('is found by words and tags, newest first', () => {
    const ids = [create({ tags: ['team:a'] }).id, create({ tags: ['team:a'] }).id];
    const { data, meta } = jsonBody(send('GET', `${PATH}/search?query=team:a&page[size]=1&page[number]=0`));
    assert.equal(data.attributes.slos[0].data.id, ids[1]);
    assert.deepEqual([meta.pagination.total, meta.pagination.last_number], [2, 1]);
  });

  it('of monitors prevents their deletion', () => {
    const query = 'avg(last_5m):avg:a{*} > 1';
    const monitor = jsonBody(send('POST', '/api/v1/monitor', { type: 'query alert', query, name: 'm' }));
    const { id } = create({ type: 'monitor', query: undefined, monitor_ids: [monitor.id] });
    const response = send('GET', `/api/v1/monitor/can_delete?monitor_ids=${monitor.id}`);
    assert.equal(response.status, 409);
    assert.deepEqual(jsonBody(response), {
      data: { ok: [] },
      errors: { [monitor.id]: [`monitor [${monitor.id},m] is referenced in slos: [${id},n]`] },
    });
  });

  it('of monitors is rejected without monitors', () =>
    assert.deepEqual(statusAndErrors(send('POST', PATH, { ...SLO, type: 'monitor' })), [
      400,
      'Invalid payload: must specify monitor_ids',
    ]));

  it('has a history and a status without values', () => {
    const { id } = create();
    assert.equal(
      jsonBody(send('GET', `${PATH}/${id}/history?from_ts=1&to_ts=2`)).data.overall.state,
      'no_data',
    );
    assert.equal(jsonBody(send('GET', `/api/v2/slo/${id}/status`)).data.attributes.state, 'no_data');
  });
});

describe('a specification of counts', () => {
  const [good, bad] = ['sum:a{x:y}.as_count()', 'sum:b{*} by {env}.as_count()'];

  it('names each series once, and puts every operation into parentheses', () => {
    const { count } = JSON.parse(
      JSON.stringify(specificationOf({ numerator: `${good} - ${bad}`, denominator: `(${good}) + (${bad})` })),
    );
    assert.equal(count.queries.length, 2);
    assert.deepEqual(count.good_events_formula, { formula: '(query1 - query2)' });
    assert.deepEqual(count.total_events_formula, { formula: '(query1 + query2)' });
  });

  it('with bad events becomes a query whose denominator adds both', () => {
    const queries = [
      { name: 'query1', query: good },
      { name: 'query2', query: bad },
    ];
    const count = {
      queries,
      good_events_formula: { formula: 'query1' },
      bad_events_formula: { formula: 'query2' },
    };
    assert.deepEqual(queryOf({ count }), { numerator: good, denominator: `(${good}) + (${bad})` });
  });
});

describe('an SLO correction', () => {
  const CORRECTIONS = `${PATH}/correction`;
  const sent = (attributes: object) => ({ data: { type: 'correction', attributes } });
  const correct = (attributes: object = { slo_id: 'x', start: 1, end: 2, category: 'Other' }) =>
    jsonBody(send('POST', CORRECTIONS, sent(attributes))).data;

  it('has its creation time in reads, but not in the response to a create', () => {
    const { id, attributes } = correct();
    assert.equal(attributes.created_at, null);
    assert.equal(
      jsonBody(send('GET', `${CORRECTIONS}/${id}`)).data.attributes.created_at,
      Math.floor(datadog.clock.now / 1000),
    );
  });

  it('merges an update, is listed in pages and by SLO, and is deleted', () => {
    const { id } = correct();
    correct({ slo_query: 'env:a', start: 1 });
    const after = jsonBody(send('PATCH', `${CORRECTIONS}/${id}`, sent({ category: 'Deployment' }))).data
      .attributes;
    assert.deepEqual([after.category, after.end, after.modifier.data.type], ['Deployment', 2, 'users']);
    const { data, meta } = jsonBody(send('GET', `${CORRECTIONS}?limit=1`));
    assert.deepEqual([data.length, meta.page], [1, { total_count: 2, total_filtered_count: 1 }]);
    assert.equal(jsonBody(send('GET', `${PATH}/x/corrections`)).data.length, 1);
    assert.equal(send('DELETE', `${CORRECTIONS}/${id}`).status, 204);
    assert.deepEqual(statusAndErrors(send('GET', `${CORRECTIONS}/${id}`)), [
      404,
      `slo correction public id ${id} not found`,
    ]);
  });

  it('requires either an SLO or a query', () =>
    assert.equal(send('POST', CORRECTIONS, sent({ slo_id: 'x', slo_query: 'y' })).status, 400));
});

describe('an SLO report', () => {
  const REPORTS = '/api/v2/slo/report';
  const report = (interval: string) => send('POST', REPORTS, { data: { attributes: { interval } } });

  it('is created, completed and downloaded', () => {
    create();
    const { id } = jsonBody(report('monthly')).data;
    assert.equal(jsonBody(send('GET', `${REPORTS}/${id}/status`)).data.attributes.status, 'completed');
    assert.match(send('GET', `${REPORTS}/${id}/download`).body ?? '', /^id,slo_type,name,target/);
  });

  it('is rejected, or not found, with these messages', () => {
    const none = '00000000-0000-4000-8000-000000000000';
    const detail = (response: ReturnType<typeof send>) => [
      response.status,
      jsonBody(response).errors[0].detail,
    ];
    assert.deepEqual(detail(report('bad-interval')), [400, 'bad-interval is not a valid interval']);
    assert.deepEqual(detail(send('GET', `${REPORTS}/x/status`)), [400, 'invalid report ID: x']);
    assert.deepEqual(detail(send('GET', `${REPORTS}/${none}/download`)), [
      404,
      `report ID not found: ${none}`,
    ]);
  });
});
