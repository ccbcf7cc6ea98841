import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

const QUERY = 'avg(last_5m):avg:a{*} > 2';
const MONITOR = { type: 'query alert', name: 'n', query: QUERY };

const NOT_EMULATED_EXAMPLES = [
  ['GET', '/api/v1/hosts'],
  ['GET', '/api/v2/team/sync'],
] as const;

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
function create(monitor: object = {}) {
  const response = send('POST', '/api/v1/monitor', { ...MONITOR, ...monitor });
  assert.equal(response.status, 200, response.body);
  return jsonBody(response);
}

describe('a created monitor', () => {
  it('has its fields in a fixed order, including those that Datadog adds', () => {
    const created = create();
    assert.deepEqual(Object.keys(created), [
      'id',
      'org_id',
      'type',
      'name',
      'message',
      'tags',
      'query',
      'options',
      'multi',
      'created_at',
      'created',
      'modified',
      'deleted',
      'priority',
      'restricted_roles',
      'restriction_policy',
      'draft_status',
      'assets',
      'overall_state_modified',
      'overall_state',
      'creator',
    ]);
    assert.equal(created.created, '2026-05-14T10:58:54.236000+00:00');
    assert.equal(created.created_at, Date.parse('2026-05-14T10:58:54Z'));
    assert.deepEqual(
      [created.deleted, created.overall_state, created.priority, created.tags, created.message],
      [null, 'No Data', null, [], ''],
    );
    assert.deepEqual(created.options, {
      notify_no_data: false,
      notify_audit: false,
      new_host_delay: 300,
      include_tags: true,
      silenced: {},
    });
  });

  const options: readonly [what: string, sent: object, expected: Record<string, unknown>][] = [
    [
      'new_group_delay removes the default of new_host_delay',
      { new_group_delay: 0 },
      { new_group_delay: 0, new_host_delay: undefined },
    ],
    ['new_host_delay 0 stays 0', { new_host_delay: 0 }, { new_host_delay: 0 }],
    [
      'on_missing_data removes the default of notify_no_data',
      { on_missing_data: 'resolve' },
      { on_missing_data: 'resolve', notify_no_data: undefined },
    ],
    ['include_tags false stays', { include_tags: false }, { include_tags: false }],
    ['empty thresholds are removed', { thresholds: {} }, { thresholds: undefined }],
    [
      'explicit nulls stay',
      { timeout_h: null, renotify_interval: null },
      { timeout_h: null, renotify_interval: null },
    ],
    ['unknown options stay', { brand_new: { a: [1] } }, { brand_new: { a: [1] } }],
    [
      'a trailing newline of escalation_message is removed',
      { escalation_message: 'x\n' },
      { escalation_message: 'x' },
    ],
  ];
  for (const [what, sent, expected] of options) {
    it(`normalises options: ${what}`, () => {
      const created = create({ options: sent }).options;
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(created[name], value, name);
    });
  }

  it('gets groupby_simple_monitor only for event-like types', () => {
    assert.equal(
      create({ type: 'log alert', query: 'logs("*").index("*").rollup("count").last("5m") > 2' }).options
        .groupby_simple_monitor,
      false,
    );
    assert.equal(create().options.groupby_simple_monitor, undefined);
  });

  it('has thresholds as floats, and other numbers in the sent spelling', () => {
    const response = send(
      'POST',
      '/api/v1/monitor',
      `{"type":"query alert","query":"${QUERY}","options":{"thresholds":{"critical":2,"warning":1.50},"x":1e3}}`,
    );
    assert.match(response.body ?? '', /"thresholds":\{"critical":2\.0,"warning":1\.50\},"x":1e3/);
  });

  it('has a type that depends on the query', () => {
    assert.equal(
      create({
        type: 'metric alert',
        query: 'avg(current_1mo):avg:a{*} > 2',
        options: { scheduling_options: { evaluation_window: { day_starts: '00:00', month_starts: 1 } } },
      }).type,
      'query alert',
    );
    assert.equal(create({ type: 'metric alert' }).type, 'metric alert');
    assert.equal(create({ query: 'formula("query1").rollup("sum").last("5m") > 2' }).type, 'metric alert');
  });

  it('has `multi` set by the text of the query', () => {
    assert.equal(create({ query: 'avg(last_5m):avg:a{*} by {host} > 2', multi: false }).multi, true);
    assert.equal(create({ multi: true }).multi, false);
    const first = create({ name: 'first' }).id;
    assert.equal(create({ type: 'composite', query: `${first} && !${first}` }).multi, false);
  });

  it('converts priority 0 to null and "5" to 5', () => {
    assert.equal(create({ priority: 0 }).priority, null);
    assert.equal(create({ priority: '5', name: 'five' }).priority, 5);
  });

  it('loses blanks around name, query and message, repeated tags, and unknown top-level fields; a null message becomes empty', () => {
    const sent = {
      name: ' x ',
      query: `${QUERY}\n`,
      message: '\nm\n',
      tags: ['a', 'b', 'a'],
      classification: 'x',
    };
    const { name, query, message, tags, classification } = create(sent);
    assert.deepEqual([name, query, message, tags, classification], ['x', QUERY, 'm', ['a', 'b'], undefined]);
    assert.equal(create({ message: null, name: 'other' }).message, '');
  });

  it('gets a generated name if it has none', () => {
    assert.equal(
      create({ name: null, query: 'avg(last_1h):avg:system.net.bytes_rcvd{host:host0} > 100' }).name,
      '**system.net.bytes_rcvd** over **host:host0** was **> 100.0** on average during the **last 1h**.',
    );
  });

  it('gets the missing fields of a runbook link', () => {
    assert.deepEqual(
      create({ assets: [{ name: 'r', url: 'u', category: 'runbook' }] }).assets[0].resource_key,
      null,
    );
  });

  it('is rejected as a duplicate, with the id of the first; another tag makes it different', () => {
    const { id } = create({ tags: ['a:b'] });
    assert.deepEqual(statusAndErrors(send('POST', '/api/v1/monitor', { ...MONITOR, tags: ['a:b'] })), [
      400,
      `Duplicate of an existing monitor_id:${id} org_id:1000001`,
    ]);
    assert.ok(create({ tags: ['a:c'] }).id > id);
  });
});

describe('an updated monitor', () => {
  it('merges top-level fields, replaces options, keeps mutes, and is returned without creator', () => {
    const { id } = create({
      message: 'm',
      tags: ['a'],
      options: { renotify_interval: 5, silenced: { '*': null } },
    });
    const after = jsonBody(
      send('PUT', `/api/v1/monitor/${id}`, { options: { thresholds: { critical: 2, warning: null } } }),
    );
    assert.deepEqual(
      [after.message, after.tags, after.creator, after.options.renotify_interval],
      ['m', ['a'], undefined, undefined],
    );
    assert.deepEqual(
      [after.options.silenced, after.options.include_tags, after.options.thresholds],
      [{ '*': null }, true, { critical: 2 }],
    );
    const read = jsonBody(send('GET', `/api/v1/monitor/${id}`));
    assert.ok(read.creator && read.restriction_policy === undefined && read.assets === undefined);
  });

  it('cannot change its type, except between metric and query alert', () => {
    const { id } = create();
    assert.equal(send('PUT', `/api/v1/monitor/${id}`, { type: 'metric alert' }).status, 200);
    assert.deepEqual(
      statusAndErrors(send('PUT', `/api/v1/monitor/${id}`, { type: 'composite', query: '1 && 2' })),
      [400, 'Monitor type change not allowed'],
    );
  });
});

describe('a list of monitors', () => {
  beforeEach(() => {
    for (let n = 0; n < 5; n += 1) create({ name: `m${n}`, tags: [`n:${n}`, 'all:yes'] });
  });
  const names = (query: string) =>
    jsonBody(send('GET', `/api/v1/monitor?${query}`)).map((m: { name: string }) => m.name);

  it('contains everything without paging, and is paged by number or by the last id', () => {
    assert.equal(names('').length, 5);
    assert.deepEqual(names('page=1&page_size=2'), ['m2', 'm3']);
    const [, second] = jsonBody(send('GET', '/api/v1/monitor?id_offset=0&page_size=2'));
    assert.deepEqual(names(`id_offset=${second.id}&page_size=2`), ['m2', 'm3']);
    assert.deepEqual(names('page=9&page_size=2'), []);
  });

  it('is filtered by all of monitor_tags, by name, and by the scope in tags', () => {
    assert.deepEqual(names('monitor_tags=all:yes,n:3&page=0'), ['m3']);
    assert.deepEqual(names('name=m4'), ['m4']);
    assert.deepEqual(names('tags=n:3'), []);
  });

  it('always has matching_downtimes, and rejects unknown states', () => {
    const [first] = jsonBody(send('GET', '/api/v1/monitor?page=0'));
    assert.deepEqual([first.matching_downtimes, first.restriction_policy], [[], undefined]);
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor?group_states=notagroupstate')), [
      400,
      'Invalid group_state filters.',
    ]);
  });
});

describe('a request', () => {
  it('answers 404 for an unknown monitor, and for a second delete', () => {
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor/1')), [404, 'Monitor not found']);
    const { id } = create();
    assert.deepEqual(jsonBody(send('DELETE', `/api/v1/monitor/${id}`)), { deleted_monitor_id: id });
    assert.deepEqual(statusAndErrors(send('DELETE', `/api/v1/monitor/${id}`)), [404, 'Monitor not found']);
  });

  it('answers 403 without keys, with a wrong one, and with the API key only', () => {
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/validate', undefined, {})), [
      403,
      'API key required',
    ]);
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/validate', undefined, { 'dd-api-key': 'x' })), [
      403,
      'Forbidden',
    ]);
    assert.deepEqual(jsonBody(send('GET', '/api/v1/validate', undefined, { 'dd-api-key': 'a' })), {
      valid: true,
    });
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor', undefined, { 'dd-api-key': 'a' })), [
      403,
      'Forbidden',
    ]);
  });
});

describe('a rate limit', () => {
  it('counts down in periods aligned to the clock, and rejects requests beyond the limit', () => {
    datadog.control('PUT', 'limits', { get_monitors: { limit: 2, period: 10 } });
    datadog.clock.now = 1_000_004_000;
    const left = () => {
      const { status, headers = {} } = send('GET', '/api/v1/monitor/1');
      return [
        status,
        headers['x-ratelimit-remaining'],
        headers['x-ratelimit-reset'],
        headers['x-ratelimit-name'],
      ];
    };
    assert.deepEqual(left(), [404, '1', '6', 'get_monitors']);
    assert.deepEqual(left(), [404, '0', '6', 'get_monitors']);
    assert.deepEqual(left(), [429, '0', '6', 'get_monitors']);
    datadog.clock.now += 6000;
    assert.deepEqual(left(), [404, '1', '10', 'get_monitors']);
    datadog.control('PUT', 'limits', { post_dashboards: { limit: 1, period: 10 } });
    assert.deepEqual(left(), [404, undefined, undefined, undefined], 'the limits are replaced');
  });
});

describe('the rate limits of dashboards and queries', () => {
  const routes: readonly [name: string, method: string, target: string, body?: object][] = [
    ['post_dashboards', 'POST', '/api/v1/dashboard', {}],
    ['list_dashboards', 'GET', '/api/v1/dashboard'],
    ['get_dashboards', 'GET', '/api/v1/dashboard/abc-abc-abc'],
    ['put_dashboards', 'PUT', '/api/v1/dashboard/abc-abc-abc', {}],
    ['delete_dashboards', 'DELETE', '/api/v1/dashboard/abc-abc-abc'],
    ['query', 'GET', '/api/v1/query?query=avg:a{*}&from=0&to=1'],
    ['query_timeseries', 'POST', '/api/v2/query/timeseries', {}],
    ['query_scalar', 'POST', '/api/v2/query/scalar', {}],
  ];
  for (const [name, method, target, body] of routes) {
    it(`${name} limits ${method} ${target}`, () => {
      datadog.control('PUT', 'limits', { [name]: { limit: 1, period: 10 } });
      assert.notEqual(send(method, target, body).status, 429);
      assert.equal(send(method, target, body).status, 429);
    });
  }
});

describe('an endpoint that is not emulated', () => {
  it('has no route, with or without keys, although another route has a parameter at its place', () => {
    for (const [method, target] of NOT_EMULATED_EXAMPLES) {
      assert.equal(datadog.unclaimed(method, target), true, target);
    }
    assert.equal(datadog.unclaimed('GET', '/api/v2/team/abc'), false);
  });
});

describe('the list of synthetic tests', () => {
  it('is empty', () => assert.deepEqual(jsonBody(send('GET', '/api/v1/synthetics/tests')), { tests: [] }));
});

describe('a muted monitor', () => {
  const silenced = (response: EmulatorResponse) => jsonBody(response).options.silenced;

  it('is muted entirely or for a scope, with or without an end, until it is unmuted', () => {
    const { id, modified } = create();
    const mute = (request: object) => send('POST', `/api/v1/monitor/${id}/mute`, request);
    assert.deepEqual(silenced(mute({})), { '*': null });
    assert.deepEqual(silenced(mute({ scope: 'host:a', end: 1_900_000_000 })), {
      '*': null,
      'host:a': 1_900_000_000,
    });
    const unmute = (request: object) => send('POST', `/api/v1/monitor/${id}/unmute`, request);
    assert.deepEqual(silenced(unmute({ scope: 'host:a' })), { '*': null });
    assert.deepEqual(silenced(unmute({ all_scopes: true, scope: [] })), {});
    assert.equal(jsonBody(send('GET', `/api/v1/monitor/${id}`)).modified, modified);
  });
});
