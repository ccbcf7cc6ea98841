import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const PATH = '/api/v2/downtime';
const sent = (attributes: object = {}) => ({
  data: {
    type: 'downtime',
    attributes: { scope: 'env:a', monitor_identifier: { monitor_tags: ['*'] }, ...attributes },
  },
});
const create = (attributes: object = {}) => jsonBody(send('POST', PATH, sent(attributes)));

describe('a downtime', () => {
  it('defaults to UTC and to a start now', () => {
    for (const given of [{}, { display_timezone: '' }]) {
      const { attributes } = create({ ...given, schedule: { start: null } }).data;
      assert.deepEqual(
        [attributes.display_timezone, attributes.schedule, attributes.status],
        ['UTC', { start: '2026-05-14T10:58:54.236000+00:00', end: null }, 'active'],
      );
      assert.deepEqual(
        [
          attributes.notify_end_types,
          attributes.notify_end_states,
          attributes.mute_first_recovery_notification,
        ],
        [['expired'], ['alert', 'no data', 'warn'], false],
      );
    }
  });

  it('formats times with an offset, and with microseconds if any', () => {
    const { schedule, status } = create({ schedule: { start: '2050-01-02T03:04:05Z' } }).data.attributes;
    assert.deepEqual([schedule.start, status], ['2050-01-02T03:04:05+00:00', 'scheduled']);
    const times = { start: '2050-01-02T03:04:05.000Z', end: '2050-01-02T03:04:05.25+00:00' };
    assert.deepEqual(create({ schedule: times }).data.attributes.schedule, {
      start: '2050-01-02T03:04:05+00:00',
      end: '2050-01-02T03:04:05.250000+00:00',
    });
  });

  it('treats null as the default', () => {
    const nulls = { notify_end_types: null, notify_end_states: null, mute_first_recovery_notification: null };
    const { attributes } = create({ ...nulls, message: null }).data;
    assert.deepEqual(
      [attributes.notify_end_types, attributes.mute_first_recovery_notification, attributes.message],
      [['expired'], false, null],
    );
    assert.deepEqual(create({ notify_end_types: [] }).data.attributes.notify_end_types, []);
  });

  it('merges an update; a null start means now', () => {
    const { id } = create({ message: 'm', schedule: { start: '2050-01-02T03:04:05Z' } }).data;
    datadog.clock.now += 1000;
    const change = { scope: 'env:b', schedule: { start: null, end: '2060-01-02T03:04:05Z' } };
    const { data, included } = jsonBody(send('PATCH', `${PATH}/${id}`, { data: { attributes: change } }));
    assert.deepEqual(
      [data.attributes.message, data.attributes.scope, data.attributes.status, included.length],
      ['m', 'env:b', 'active', 1],
    );
    assert.deepEqual(data.attributes.schedule, {
      start: '2026-05-14T10:58:55.236000+00:00',
      end: '2060-01-02T03:04:05+00:00',
    });
    assert.notEqual(data.attributes.modified, data.attributes.created);
  });

  it('ends at its end, and stays listed for two days', () => {
    const { id } = create({ schedule: { start: null, end: '2026-05-14T11:00:00Z' } }).data;
    const status = () => jsonBody(send('GET', `${PATH}/${id}`)).data.attributes.status;
    assert.equal(status(), 'active');
    datadog.clock.now = Date.parse('2026-05-14T11:00:00Z');
    assert.equal(status(), 'ended');
    const listed = () => jsonBody(send('GET', PATH)).data.length;
    assert.equal(listed(), 1);
    datadog.clock.now += 49 * 3_600_000;
    assert.equal(listed(), 0);
  });

  it('includes its creator and monitor in the response to a write, but not in reads', () => {
    const { data, included } = create({ monitor_identifier: { monitor_id: 5 } });
    assert.deepEqual(data.relationships.monitor.data, { type: 'monitor', id: '5' });
    assert.deepEqual(
      included.map(({ type }: { type: string }) => type),
      ['users', 'monitor'],
    );
    const read = jsonBody(send('GET', `${PATH}/${data.id}`));
    assert.deepEqual([read.data.relationships, read.included], [undefined, undefined]);
    assert.equal(jsonBody(send('GET', `${PATH}/${data.id}?include=created_by`)).included[0].type, 'users');
  });

  it('is cancelled by each DELETE, stays readable, and stays listed for two days', () => {
    const { id } = create().data;
    for (const _ of [1, 2]) {
      datadog.clock.now += 1000;
      assert.equal(send('DELETE', `${PATH}/${id}`).status, 204);
    }
    const { status, canceled, modified } = jsonBody(send('GET', `${PATH}/${id}`)).data.attributes;
    const first = '2026-05-14T10:58:55.236000+00:00';
    assert.deepEqual([status, canceled, modified], ['canceled', first, first]);
    assert.equal(jsonBody(send('GET', PATH)).data.length, 1);
    datadog.clock.now += 49 * 3_600_000;
    assert.equal(jsonBody(send('GET', PATH)).data.length, 0);
  });

  it('is listed in pages; current_only lists only active ones', () => {
    create();
    create({ schedule: { start: '2050-01-02T03:04:05Z' } });
    const page = jsonBody(send('GET', `${PATH}?page[limit]=1&page[offset]=1`));
    assert.deepEqual([page.data.length, page.meta.page.total_filtered_count], [1, 2]);
    assert.equal(jsonBody(send('GET', `${PATH}?current_only=true`)).data.length, 1);
  });

  it('matches monitors by id or by all tags', () => {
    const query = 'avg(last_5m):avg:a{*} > 1';
    const { id } = jsonBody(
      send('POST', '/api/v1/monitor', { type: 'query alert', query, tags: ['a', 'b'] }),
    );
    create({ monitor_identifier: { monitor_id: id } });
    create({ scope: '*', monitor_identifier: { monitor_tags: ['a', 'b'] } });
    create({ scope: '*', monitor_identifier: { monitor_tags: ['a', 'c'] } });
    create({ scope: '*', schedule: { start: '2050-01-02T03:04:05Z' } });
    const matches = (page: string) => jsonBody(send('GET', `/api/v2/monitor/${id}/downtime_matches?${page}`));
    const { data, meta } = matches('');
    assert.deepEqual([data.length, meta.page.total_filtered_count], [2, 2]);
    const start = '2026-05-14T10:58:54.236000+00:00';
    assert.deepEqual(matches('page[offset]=1&page[limit]=1').data, [
      {
        type: 'downtime_match',
        id: data[1].id,
        attributes: { scope: '*', groups: ['total'], start, end: null },
      },
    ]);
  });

  it('with tags matches if its scope holds for the tags in the query', () => {
    const query = 'avg(last_5m):avg:a{env:prod,team:a} > 1';
    const { id } = jsonBody(send('POST', '/api/v1/monitor', { type: 'query alert', query }));
    const matching = ['env:prod', 'env:pr*', 'env:(prod OR dev) AND NOT team:b'];
    for (const scope of [...matching, 'env:production', 'env:prod AND team:b']) create({ scope });
    const { data } = jsonBody(send('GET', `/api/v2/monitor/${id}/downtime_matches`));
    assert.deepEqual(
      data.map(({ attributes }: { attributes: { scope: string } }) => attributes.scope),
      matching,
    );
  });

  const rejected: readonly [attributes: object, message: string][] = [
    [{ scope: 'staging' }, 'All values must have a key'],
    [{ invalid_field: 1 }, "Additional properties are not allowed ('invalid_field' was unexpected)"],
    [{ a: 1, b: 2 }, "Additional properties are not allowed ('a', 'b' were unexpected)"],
    [{ scope: undefined }, "'scope' is a required property"],
    [{ monitor_identifier: undefined }, "'monitor_identifier' is a required property"],
    [{ notify_end_states: ['ok'] }, "'ok' is not one of ['alert', 'no data', 'warn']"],
    [{ notify_end_types: ['ended'] }, "'ended' is not one of ['canceled', 'expired']"],
    [{ schedule: { recurrences: [] } }, '[] is too short'],
    [{ schedule: { start: '2050-01-02T03:04:05+02:00' } }, 'Invalid time: 2050-01-02T03:04:05+02:00'],
  ];
  for (const [attributes, message] of rejected) {
    it(`is rejected: ${message}`, () =>
      assert.deepEqual(statusAndErrors(send('POST', PATH, sent(attributes))), [400, message]));
  }

  it('is rejected with both a monitor and tags, with neither, or with an empty list of tags', () => {
    for (const identifier of [{}, { monitor_id: 1, monitor_tags: ['*'] }, { monitor_tags: [] }])
      assert.equal(send('POST', PATH, sent({ monitor_identifier: identifier })).status, 400);
  });

  it('validates an update like a create', () => {
    const { id } = create().data;
    const change = (attributes: object) =>
      statusAndErrors(send('PATCH', `${PATH}/${id}`, { data: { attributes } }));
    assert.deepEqual(change({ invalid_field: 1 }), [
      400,
      "Additional properties are not allowed ('invalid_field' was unexpected)",
    ]);
    assert.deepEqual(change({ scope: 'staging' }), [400, 'All values must have a key']);
  });

  it('is rejected as a duplicate of one that is not over', () => {
    const duplicate = { scope: '*', schedule: { start: '2050-01-02T03:04:05Z', end: null } };
    const { id } = create(duplicate).data;
    assert.deepEqual(statusAndErrors(send('POST', PATH, sent(duplicate))), [
      400,
      `The downtime being created is a duplicate of one or more existing downtimes: ['${id}']`,
    ]);
    assert.equal(send('POST', PATH, sent({ ...duplicate, scope: 'env:a' })).status, 200);
    send('DELETE', `${PATH}/${id}`);
    assert.equal(send('POST', PATH, sent(duplicate)).status, 200);
    for (const _ of [1, 2]) assert.equal(send('POST', PATH, sent({ schedule: { start: null } })).status, 200);
  });

  it('answers 404 for an unknown id, with another message for a delete, and 400 if the id is not a UUID', () => {
    const none = '00000000-0000-4000-8000-000000000000';
    const invalid = [400, 'Invalid URL param: downtime_id must be an uuid'];
    for (const method of ['GET', 'PATCH', 'DELETE'])
      assert.deepEqual(
        statusAndErrors(send(method, `${PATH}/x`, method === 'PATCH' ? {} : undefined)),
        invalid,
      );
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/${none}`)), [404, 'Downtime not found']);
    assert.deepEqual(statusAndErrors(send('PATCH', `${PATH}/${none}`, {})), [404, 'Downtime not found']);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/${none}`)), [404, `Downtime ${none} not found`]);
    assert.deepEqual(statusAndErrors(send('GET', '/api/v2/monitor/0/downtime_matches')), [
      404,
      'Monitor with id 0 not found',
    ]);
  });

  it('is returned as it was seeded', () => {
    const { data } = create({ schedule: { start: '2050-01-02T03:04:05Z' } });
    const { relationships: _, ...before } = data;
    datadog.organisation.clear();
    datadog.control('POST', 'seed', { downtimes: [before] });
    assert.deepEqual(jsonBody(send('GET', `${PATH}/${data.id}`)).data, before);
  });
});

describe('a recurring downtime', () => {
  const recurring = (timezone: string, ...recurrences: object[]) => ({ schedule: { timezone, recurrences } });
  const read = (id: string) => jsonBody(send('GET', `${PATH}/${id}`)).data.attributes;
  const daily = { rrule: 'FREQ=DAILY;INTERVAL=2', start: '2026-05-14T00:00:00', duration: '1d' };

  it('shows the current occurrence, or the next', () => {
    const { id, attributes } = create(recurring('UTC', daily)).data;
    assert.deepEqual(attributes.schedule, {
      timezone: 'UTC',
      recurrences: [daily],
      current_downtime: { start: '2026-05-14T00:00:00+00:00', end: '2026-05-15T00:00:00+00:00' },
    });
    assert.equal(attributes.status, 'active');
    datadog.clock.now += 24 * 3_600_000;
    const later = read(id);
    assert.deepEqual(
      [later.schedule.current_downtime.start, later.status],
      ['2026-05-16T00:00:00+00:00', 'scheduled'],
    );
  });

  it('shows the last occurrence after it has ended or was cancelled', () => {
    const ending = create(recurring('UTC', { ...daily, rrule: 'FREQ=DAILY;COUNT=2' })).data.id;
    const cancelled = create(recurring('UTC', { ...daily, start: '2026-05-10T09:00:00' })).data.id;
    datadog.clock.now = Date.parse('2026-05-15T12:00:00Z');
    send('DELETE', `${PATH}/${cancelled}`);
    datadog.clock.now = Date.parse('2026-05-20T12:00:00Z');
    const views = [ending, cancelled].map((id) => {
      const { schedule, status } = read(id);
      return [schedule.current_downtime.start, status];
    });
    assert.deepEqual(views, [
      ['2026-05-15T00:00:00+00:00', 'ended'],
      ['2026-05-14T09:00:00+00:00', 'canceled'],
    ]);
  });

  it('defaults to a start now in local time, and adds missing seconds to a start', () => {
    const [now, given] = create(
      recurring(
        'America/New_York',
        { ...daily, duration: '1h', start: null },
        { ...daily, start: '2027-01-02T03:04' },
      ),
    ).data.attributes.schedule.recurrences;
    assert.deepEqual([now.start, given.start], ['2026-05-14T06:58:54', '2027-01-02T03:04:00']);
  });

  it('keeps its local time when clocks change', () => {
    const rule = { rrule: 'FREQ=DAILY', start: '2026-10-24T08:00:00', duration: '1h' };
    const { id } = create(recurring('Europe/Paris', rule)).data;
    assert.equal(read(id).schedule.current_downtime.start, '2026-10-24T06:00:00+00:00');
    datadog.clock.now = Date.parse('2026-10-25T00:00:00Z');
    assert.equal(read(id).schedule.current_downtime.start, '2026-10-25T07:00:00+00:00');
  });

  it('shows the earliest of several recurrences', () => {
    const weekly = { rrule: 'FREQ=WEEKLY', start: '2026-05-18T00:00:00', duration: '2h' };
    const soon = { rrule: 'FREQ=WEEKLY', start: '2026-05-16T00:00:00', duration: '30m' };
    const { schedule } = create(recurring('UTC', weekly, soon)).data.attributes;
    assert.deepEqual(schedule.current_downtime, {
      start: '2026-05-16T00:00:00+00:00',
      end: '2026-05-16T00:30:00+00:00',
    });
  });

  it('is rejected in a zone other than display_timezone, or with an invalid rule, duration or start', () => {
    const post = (schedule: object) => statusAndErrors(send('POST', PATH, sent(schedule)));
    assert.deepEqual(post({ ...recurring('Asia/Tokyo', daily), display_timezone: 'UTC' }), [
      400,
      'timezone must match display_timezone',
    ]);
    const wrong = [{ rrule: 'x' }, { duration: '1y' }, { start: '2026-05-14T00:00:00Z' }];
    for (const part of wrong) assert.equal(post(recurring('UTC', { ...daily, ...part }))[0], 400);
    assert.equal(post(recurring('Mars/Olympus', daily))[0], 400);
    const six = [1, 2, 3, 4, 5, 6].map(() => daily);
    assert.equal(post(recurring('UTC', ...six))[0], 400);
  });
});
