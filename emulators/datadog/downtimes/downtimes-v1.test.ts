import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { askDatadog, body, words } from '../ask-datadog.ts';

let datadog: ReturnType<typeof askDatadog>;
beforeEach(() => {
  datadog = askDatadog();
});
const ask: ReturnType<typeof askDatadog>['ask'] = (...args) => datadog.ask(...args);
const PATH = '/api/v1/downtime';
const create = (downtime: object = {}) => body(ask('POST', PATH, { scope: ['host:a'], ...downtime }));
const read = (id: number) => body(ask('GET', `${PATH}/${id}`));
const monitor = (tags: string[] = []) =>
  body(ask('POST', '/api/v1/monitor', { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1', tags }));

describe('a downtime of the old API', () => {
  it('takes a scope as text or list, and sorts monitor_tags, which are ["*"] where absent', () => {
    assert.deepEqual(create({ scope: 'a:b,c:d' }).scope, ['a:b', 'c:d']);
    assert.deepEqual(create().monitor_tags, ['*']);
    assert.deepEqual(create({ monitor_tags: ['z', 'a'] }).monitor_tags, ['a', 'z']);
  });

  it('is in UTC where no timezone is given, takes times as text, and gains every member of a recurrence', () => {
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

  it('is active, scheduled, ended or canceled by the clock', () => {
    const now = Math.floor(datadog.clock.now / 1000);
    assert.equal(create({ start: now + 60 }).status, 'scheduled');
    const { id, status } = create({ end: now + 60 });
    assert.equal(status, 'active');
    datadog.clock.now += 61_000;
    assert.deepEqual([read(id).status, read(id).active], ['ended', false]);
  });

  it('is of type 0 for everything, 1 for a host, 2 for any other scope', () => {
    assert.deepEqual(
      [['*'], ['host:a'], ['host:a', 'host:b'], ['env:a']].map((scope) => create({ scope }).downtime_type),
      [0, 1, 2, 2],
    );
  });

  it('is merged by an update, whose answer alone has no uuid', () => {
    const { id, uuid } = create({ message: 'm' });
    const after = body(ask('PUT', `${PATH}/${id}`, { scope: 'env:b', start: null }));
    assert.deepEqual([after.message, after.scope, after.uuid], ['m', ['env:b'], null]);
    assert.equal(read(id).uuid, uuid);
  });

  it('is read on once it is cancelled, a second time too', () => {
    const { id } = create();
    for (const _ of [1, 2]) assert.equal(ask('DELETE', `${PATH}/${id}`).status, 204);
    assert.deepEqual([read(id).status, read(id).disabled, read(id).active], ['canceled', true, false]);
  });

  it('is cancelled by its scope with the others, the youngest first', () => {
    const ids = [create().id, create().id];
    create({ scope: ['other:b'] });
    assert.deepEqual(body(ask('POST', `${PATH}/cancel/by_scope`, { scope: 'host:a' })), {
      cancelled_ids: ids.toReversed(),
    });
    assert.deepEqual(words(ask('POST', `${PATH}/cancel/by_scope`, { scope: 'host:a' })), [
      404,
      'No downtimes found',
    ]);
  });

  it('shows in the monitors it is about', () => {
    const { id } = monitor(['team:a']);
    const end = Math.floor(datadog.clock.now / 1000) + 60;
    create({ scope: ['*'], monitor_id: id, end });
    create({ monitor_tags: ['team:a'] });
    create({ monitor_tags: ['team:b'] });
    assert.equal(body(ask('GET', `/api/v1/monitor/${id}/downtimes`)).length, 2);
    const { matching_downtimes, options } = body(ask('GET', `/api/v1/monitor/${id}?with_downtimes=true`));
    assert.deepEqual([matching_downtimes.length, options.silenced], [2, { '*': end }]);
    assert.equal(body(ask('GET', `/api/v1/monitor/${id}`)).matching_downtimes, undefined);
  });

  it('mutes everything, until that is unmuted', () => {
    assert.deepEqual(body(ask('POST', '/api/v1/monitor/mute_all', {})).scope, ['*']);
    assert.equal(ask('POST', '/api/v1/monitor/unmute_all', {}).status, 204);
    assert.deepEqual(words(ask('POST', '/api/v1/monitor/unmute_all', {})), [
      400,
      'Monitoring is not currently globally muted',
    ]);
  });

  const refused: readonly [object, string][] = [
    [{ scope: undefined }, 'Invalid scope parameter'],
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
  for (const [members, says] of refused) {
    it(`is refused: ${says}`, () =>
      assert.deepEqual(words(ask('POST', PATH, { scope: ['host:a'], ...members })), [400, says]));
  }

  it('that is not there is 404, in words of its own for a delete', () => {
    assert.deepEqual(words(ask('GET', `${PATH}/1`)), [404, 'Downtime not found']);
    assert.deepEqual(words(ask('DELETE', `${PATH}/1`)), [404, 'Downtime 1 not found']);
  });
});
