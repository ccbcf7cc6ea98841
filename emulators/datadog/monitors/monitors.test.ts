import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

const QUERY = 'avg(last_5m):avg:a{*} > 2';
const MONITOR = { type: 'query alert', name: 'n', query: QUERY };

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
function create(monitor: object = {}) {
  const answer = send('POST', '/api/v1/monitor', { ...MONITOR, ...monitor });
  assert.equal(answer.status, 200, answer.body);
  return jsonBody(answer);
}

describe('a monitor that is created', () => {
  it('is answered in a fixed order of members, with those that Datadog adds', () => {
    const made = create();
    assert.deepEqual(Object.keys(made), [
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
    assert.equal(made.created, '2026-05-14T10:58:54.236000+00:00');
    assert.equal(made.created_at, Date.parse('2026-05-14T10:58:54Z'));
    assert.deepEqual(
      [made.deleted, made.overall_state, made.priority, made.tags, made.message],
      [null, 'No Data', null, [], ''],
    );
    assert.deepEqual(made.options, {
      notify_no_data: false,
      notify_audit: false,
      new_host_delay: 300,
      include_tags: true,
      silenced: {},
    });
  });

  const options: readonly [what: string, sent: object, expected: Record<string, unknown>][] = [
    [
      'new_group_delay leaves out new_host_delay',
      { new_group_delay: 60 },
      { new_group_delay: 60, new_host_delay: undefined },
    ],
    ['new_host_delay 0 stays 0', { new_host_delay: 0 }, { new_host_delay: 0 }],
    [
      'on_missing_data leaves out notify_no_data',
      { on_missing_data: 'resolve' },
      { on_missing_data: 'resolve', notify_no_data: undefined },
    ],
    ['include_tags false stays', { include_tags: false }, { include_tags: false }],
    ['empty thresholds go', { thresholds: {} }, { thresholds: undefined }],
    [
      'explicit nulls stay',
      { timeout_h: null, renotify_interval: null },
      { timeout_h: null, renotify_interval: null },
    ],
    ['what nobody knows is echoed', { brand_new: { a: [1] } }, { brand_new: { a: [1] } }],
    [
      'a trailing newline of escalation_message goes',
      { escalation_message: 'x\n' },
      { escalation_message: 'x' },
    ],
  ];
  for (const [what, sent, expected] of options) {
    it(`options: ${what}`, () => {
      const made = create({ options: sent }).options;
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(made[name], value, name);
    });
  }

  it('groupby_simple_monitor is added for event-like types alone', () => {
    assert.equal(
      create({ type: 'log alert', query: 'logs("*").index("*").rollup("count").last("5m") > 2' }).options
        .groupby_simple_monitor,
      false,
    );
    assert.equal(create().options.groupby_simple_monitor, undefined);
  });

  it('thresholds come back as floats, everything else in its own spelling', () => {
    const answer = send(
      'POST',
      '/api/v1/monitor',
      `{"type":"query alert","query":"${QUERY}","options":{"thresholds":{"critical":2,"warning":1.50},"x":1e3}}`,
    );
    assert.match(answer.body ?? '', /"thresholds":\{"critical":2\.0,"warning":1\.50\},"x":1e3/);
  });

  it('the type follows the query', () => {
    assert.equal(
      create({ type: 'metric alert', query: 'avg(current_1mo):avg:a{*} > 2' }).type,
      'query alert',
    );
    assert.equal(create({ type: 'metric alert' }).type, 'metric alert');
    assert.equal(create({ query: 'formula("query1").rollup("sum").last("5m") > 2' }).type, 'metric alert');
  });

  it('multi follows the text of the query', () => {
    assert.equal(create({ query: 'avg(last_5m):avg:a{*} by {host} > 2', multi: false }).multi, true);
    assert.equal(create({ multi: true }).multi, false);
    assert.equal(create({ type: 'composite', query: '1 && 2' }).multi, false);
  });

  it('priority 0 is null, "5" is 5', () => {
    assert.equal(create({ priority: 0 }).priority, null);
    assert.equal(create({ priority: '5', name: 'five' }).priority, 5);
  });

  it('a trailing newline of query and message goes; unknown top-level members go; null message is empty', () => {
    const made = create({ query: `${QUERY}\n`, message: 'm\n', classification: 'x' });
    assert.deepEqual([made.query, made.message, made.classification], [QUERY, 'm', undefined]);
    assert.equal(create({ message: null, name: 'other' }).message, '');
  });

  it('a name is made up where none is given', () => {
    assert.equal(
      create({ name: null, query: 'avg(last_1h):avg:system.net.bytes_rcvd{host:host0} > 100' }).name,
      '**system.net.bytes_rcvd** over **host:host0** was **> 100.0** on average during the **last 1h**.',
    );
  });

  it('a runbook link gains its members', () => {
    assert.deepEqual(
      create({ assets: [{ name: 'r', url: 'u', category: 'runbook' }] }).assets[0].resource_key,
      null,
    );
  });

  it('twice is refused, with the id of the first; with another tag it is another', () => {
    const { id } = create({ tags: ['a:b'] });
    assert.deepEqual(statusAndErrors(send('POST', '/api/v1/monitor', { ...MONITOR, tags: ['a:b'] })), [
      400,
      `Duplicate of an existing monitor_id:${id} org_id:1000001`,
    ]);
    assert.ok(create({ tags: ['a:c'] }).id > id);
  });
});

describe('a monitor that is updated', () => {
  it('merges at the top, replaces options, keeps mutes, and is answered without creator', () => {
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

  it('cannot change its type, but for metric and query alert', () => {
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

  it('is whole without paging, and paged by page or by the last id', () => {
    assert.equal(names('').length, 5);
    assert.deepEqual(names('page=1&page_size=2'), ['m2', 'm3']);
    const [, second] = jsonBody(send('GET', '/api/v1/monitor?id_offset=0&page_size=2'));
    assert.deepEqual(names(`id_offset=${second.id}&page_size=2`), ['m2', 'm3']);
    assert.deepEqual(names('page=9&page_size=2'), []);
  });

  it('is filtered by all of monitor_tags, by name, and by the scope that tags means', () => {
    assert.deepEqual(names('monitor_tags=all:yes,n:3&page=0'), ['m3']);
    assert.deepEqual(names('name=m4'), ['m4']);
    assert.deepEqual(names('tags=n:3'), []);
  });

  it('always has matching_downtimes, and refuses unknown states', () => {
    const [first] = jsonBody(send('GET', '/api/v1/monitor?page=0'));
    assert.deepEqual([first.matching_downtimes, first.restriction_policy], [[], undefined]);
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor?group_states=notagroupstate')), [
      400,
      'Invalid group_state filters.',
    ]);
  });
});

describe('requests that cannot be served', () => {
  it('a monitor that is not there, and one deleted twice', () => {
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor/1')), [404, 'Monitor not found']);
    const { id } = create();
    assert.deepEqual(jsonBody(send('DELETE', `/api/v1/monitor/${id}`)), { deleted_monitor_id: id });
    assert.deepEqual(statusAndErrors(send('DELETE', `/api/v1/monitor/${id}`)), [404, 'Monitor not found']);
  });

  it('keys: none, a wrong one, and the API key alone', () => {
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
  it('counts down in periods of the calendar, and refuses beyond', () => {
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
  });
});

describe('a monitor that is muted', () => {
  const silenced = (answer: EmulatorResponse) => jsonBody(answer).options.silenced;

  it('is so for all of it or for a scope, until an end or for good, and no longer once it is unmuted', () => {
    const { id, modified } = create();
    const mute = (asked: object) => send('POST', `/api/v1/monitor/${id}/mute`, asked);
    assert.deepEqual(silenced(mute({})), { '*': null });
    assert.deepEqual(silenced(mute({ scope: 'host:a', end: 1_900_000_000 })), {
      '*': null,
      'host:a': 1_900_000_000,
    });
    const unmute = (asked: object) => send('POST', `/api/v1/monitor/${id}/unmute`, asked);
    assert.deepEqual(silenced(unmute({ scope: 'host:a' })), { '*': null });
    assert.deepEqual(silenced(unmute({ all_scopes: true, scope: [] })), {});
    assert.equal(jsonBody(send('GET', `/api/v1/monitor/${id}`)).modified, modified);
  });
});
