import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const PATH = '/api/v1/downtime';
const create = (downtime: object = {}) => jsonBody(send('POST', PATH, { scope: ['host:a'], ...downtime }));
const read = (id: number) => jsonBody(send('GET', `${PATH}/${id}`));
const monitor = (tags: string[] = []) =>
  jsonBody(
    send('POST', '/api/v1/monitor', { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1', tags }),
  );

describe('a v1 downtime', () => {
  it('accepts a scope as string or list, and sorts monitor_tags, by default ["*"]', () => {
    assert.deepEqual(create({ scope: 'a:b,c:d' }).scope, ['a:b', 'c:d']);
    assert.deepEqual(create().monitor_tags, ['*']);
    assert.deepEqual(create({ monitor_tags: ['z', 'a'] }).monitor_tags, ['a', 'z']);
  });

  it('defaults to UTC, accepts times as strings, and gets every field of a recurrence', () => {
    const made = create({ start: '1900000000', recurrence: { type: 'days', period: 1 } });
    assert.deepEqual([made.timezone, made.start], ['UTC', 1_900_000_000]);
    assert.deepEqual(made.recurrence, {
      type: 'days',
      period: 1,
      week_days: null,
      until_occurrences: null,
      until_date: null,
    });
    assert.deepEqual(
      [made.notify_end_types, made.notify_end_states],
      [['expired'], ['alert', 'no data', 'warn']],
    );
  });

  it('is active, scheduled, ended or canceled depending on the clock', () => {
    const now = Math.floor(datadog.clock.now / 1000);
    assert.equal(create({ start: now + 60 }).status, 'scheduled');
    const { id, status } = create({ end: now + 60 });
    assert.equal(status, 'active');
    datadog.clock.now += 61_000;
    assert.deepEqual([read(id).status, read(id).active], ['ended', false]);
  });

  it('has type 0 for everything, 1 for a host, 2 for any other scope', () => {
    assert.deepEqual(
      [['*'], ['host:a'], ['host:a', 'host:b'], ['env:a']].map((scope) => create({ scope }).downtime_type),
      [0, 1, 2, 2],
    );
  });

  it('merges an update, whose response has no uuid', () => {
    const { id, uuid } = create({ message: 'm' });
    const after = jsonBody(send('PUT', `${PATH}/${id}`, { scope: 'env:b', start: null }));
    assert.deepEqual([after.message, after.scope, after.uuid], ['m', ['env:b'], null]);
    assert.equal(read(id).uuid, uuid);
  });

  it('stays readable after one or more cancellations', () => {
    const { id } = create();
    for (const _ of [1, 2]) {
      datadog.clock.now += 1000;
      assert.equal(send('DELETE', `${PATH}/${id}`).status, 204);
    }
    const first = Math.floor(datadog.clock.now / 1000) - 1;
    assert.deepEqual([read(id).canceled, read(id).modified], [first, first]);
    assert.deepEqual([read(id).status, read(id).disabled, read(id).active], ['canceled', true, false]);
  });

  it('is cancelled by scope together with others, newest first', () => {
    const ids = [create().id, create().id];
    create({ scope: ['other:b'] });
    assert.deepEqual(jsonBody(send('POST', `${PATH}/cancel/by_scope`, { scope: 'host:a' })), {
      cancelled_ids: ids.toReversed(),
    });
    assert.deepEqual(statusAndErrors(send('POST', `${PATH}/cancel/by_scope`, { scope: 'host:a' })), [
      404,
      'No downtimes found',
    ]);
  });

  it('is listed for its monitor, or for monitors with its tags, while it is active', () => {
    const { id } = monitor(['team:a']);
    const start = Math.floor(datadog.clock.now / 1000) + 60;
    const ids = [create({ monitor_id: id }).id, create({ scope: ['*'], monitor_tags: ['team:a'] }).id];
    create({ scope: ['*'], monitor_tags: ['team:b'] });
    create({ scope: ['*'], start });
    create({ scope: ['host:elsewhere'] });
    const listed = jsonBody(send('GET', `/api/v1/monitor/${id}/downtimes`));
    assert.deepEqual(
      listed.map((one: { id: number }) => one.id),
      ids,
    );
    assert.deepEqual(statusAndErrors(send('GET', '/api/v1/monitor/1/downtimes')), [404, 'Monitor not found']);
  });

  it('is listed in order of start; parameters limit the list to active ones and add the creator', () => {
    const now = Math.floor(datadog.clock.now / 1000);
    const [later, first] = [create({ start: now + 60 }).id, create().id];
    const list = (query: string) => jsonBody(send('GET', `${PATH}?${query}`));
    const ids = (query: string) => list(query).map(({ id }: { id: number }) => id);
    assert.deepEqual([ids(''), ids('current_only=true')], [[first, later], [first]]);
    assert.deepEqual([list('')[0].creator, list('with_creator=true')[0].creator.id], [undefined, 4_000_001]);
  });

  it('stays listed for half a day after its end', () => {
    const ended = create({ end: Math.floor(datadog.clock.now / 1000) + 3600 }).id;
    send('DELETE', `${PATH}/${create().id}`);
    const lasting = create().id;
    const after = (hours: number) => {
      datadog.clock.now += hours * 3_600_000;
      return jsonBody(send('GET', PATH)).map(({ id }: { id: number }) => id);
    };
    assert.equal(after(11).length, 3);
    assert.deepEqual(after(1.5), [ended, lasting]);
    assert.deepEqual(after(1), [lasting]);
    assert.equal(read(ended).status, 'ended');
  });

  it('has its end, message and monitor cleared by an update to null, but not its start', () => {
    const start = Math.floor(datadog.clock.now / 1000) - 10;
    const { id } = create({ start, end: start + 60, message: 'm', monitor_id: 5 });
    const nulls = { start: null, end: null, message: null, monitor_id: null, timezone: null };
    const after = jsonBody(send('PUT', `${PATH}/${id}`, nulls));
    assert.deepEqual(
      [after.start, after.end, after.message, after.monitor_id, after.timezone],
      [start, null, null, null, 'UTC'],
    );
  });

  it('mutes everything until unmute_all', () => {
    assert.deepEqual(jsonBody(send('POST', '/api/v1/monitor/mute_all', {})).scope, ['*']);
    assert.equal(send('POST', '/api/v1/monitor/unmute_all', {}).status, 204);
    assert.deepEqual(statusAndErrors(send('POST', '/api/v1/monitor/unmute_all', {})), [
      400,
      'Monitoring is not currently globally muted',
    ]);
  });

  it('cannot be created with or moved to a start in the past', () => {
    const start = Math.floor(datadog.clock.now / 1000);
    const refusal = [400, 'Scheduled downtime start cannot be in the past'];
    assert.deepEqual(statusAndErrors(send('POST', PATH, { scope: 'a:b', start: start - 3600 })), refusal);
    const { id } = create({ start });
    datadog.clock.now += 3_600_000;
    assert.equal(send('PUT', `${PATH}/${id}`, { start }).status, 200);
    assert.deepEqual(statusAndErrors(send('PUT', `${PATH}/${id}`, { start: start + 1 })), refusal);
  });

  it('is returned as it was seeded, except for its state', () => {
    const made = create({ recurrence: { type: 'days', period: 1 } });
    datadog.organisation.clear();
    datadog.control('POST', 'seed', { downtimes_v1: [{ ...made, active: false, status: 'scheduled' }] });
    assert.deepEqual(read(made.id), made);
  });

  const rejected: readonly [object, string][] = [
    [{ scope: undefined }, 'Invalid scope parameter'],
    [{ scope: [] }, 'Invalid scope parameter'],
    [{ start: 'soon' }, 'Invalid start parameter'],
    [{ timezone: 'Mars/Olympus' }, 'Invalid timezone: Mars/Olympus'],
    [{ recurrence: { rrule: 'FREQ=DAILY' } }, 'Invalid recurrence type'],
    [{ recurrence: { type: 'rrule', rrule: 'daily' } }, 'Invalid rrule: daily'],
    [
      { recurrence: { type: 'days', until_date: 1, until_occurrences: 2 } },
      'You must provide only provide one of (until_occurrences, until_date)',
    ],
    [{ recurrence: { type: 'fortnights' } }, 'Invalid recurrence type'],
    [
      { recurrence: { type: 'weeks', week_days: ['mon'] } },
      'Invalid set of days in week_days. Be sure that the first letter is capitalized.',
    ],
  ];
  for (const [fields, message] of rejected) {
    it(`is rejected: ${message}`, () =>
      assert.deepEqual(statusAndErrors(send('POST', PATH, { scope: ['host:a'], ...fields })), [
        400,
        message,
      ]));
  }

  it('answers 404 for an unknown id, with another message for a delete', () => {
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/1`)), [404, 'Downtime not found']);
    assert.deepEqual(statusAndErrors(send('PUT', `${PATH}/1`, {})), [404, 'Downtime not found']);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/1`)), [404, 'Downtime 1 not found']);
  });
});
