import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { askDatadog, body, words } from '../ask-datadog.ts';
import { durationMs, occurrenceAt } from './occurrences.ts';

let datadog: ReturnType<typeof askDatadog>;
beforeEach(() => {
  datadog = askDatadog();
});
const ask: ReturnType<typeof askDatadog>['ask'] = (...args) => datadog.ask(...args);
const PATH = '/api/v2/downtime';
const sent = (attributes: object = {}) => ({
  data: {
    type: 'downtime',
    attributes: { scope: 'env:a', monitor_identifier: { monitor_tags: ['*'] }, ...attributes },
  },
});
const create = (attributes: object = {}) => body(ask('POST', PATH, sent(attributes)));

describe('a downtime', () => {
  it('is in UTC where display_timezone is absent or empty, and starts now where no start is given', () => {
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

  it('writes times with an offset', () => {
    const { schedule, status } = create({ schedule: { start: '2050-01-02T03:04:05Z' } }).data.attributes;
    assert.deepEqual([schedule.start, status], ['2050-01-02T03:04:05+00:00', 'scheduled']);
  });

  it('comes with its maker and its monitor in the answer to a write, and without in a read', () => {
    const { data, included } = create({ monitor_identifier: { monitor_id: 5 } });
    assert.deepEqual(data.relationships.monitor.data, { type: 'monitor', id: '5' });
    assert.deepEqual(
      included.map(({ type }: { type: string }) => type),
      ['users', 'monitor'],
    );
    const read = body(ask('GET', `${PATH}/${data.id}`));
    assert.deepEqual([read.data.relationships, read.included], [undefined, undefined]);
    assert.equal(body(ask('GET', `${PATH}/${data.id}?include=created_by`)).included[0].type, 'users');
  });

  it('that recurs shows the time that lasts, or the next', () => {
    const recurrences = [{ rrule: 'FREQ=DAILY;INTERVAL=2', start: '2026-05-14T00:00:00', duration: '1d' }];
    const { id, attributes } = create({ schedule: { timezone: 'UTC', recurrences } }).data;
    assert.deepEqual(attributes.schedule.current_downtime, {
      start: '2026-05-14T00:00:00+00:00',
      end: '2026-05-15T00:00:00+00:00',
    });
    datadog.clock.now += 24 * 3_600_000;
    const later = body(ask('GET', `${PATH}/${id}`)).data.attributes;
    assert.deepEqual(
      [later.schedule.current_downtime.start, later.status],
      ['2026-05-16T00:00:00+00:00', 'scheduled'],
    );
  });

  it('is cancelled, not erased; a second time is 204 too; and listed two days more', () => {
    const { id } = create().data;
    for (const _ of [1, 2]) assert.equal(ask('DELETE', `${PATH}/${id}`).status, 204);
    assert.equal(body(ask('GET', `${PATH}/${id}`)).data.attributes.status, 'canceled');
    assert.equal(body(ask('GET', PATH)).data.length, 1);
    datadog.clock.now += 49 * 3_600_000;
    assert.equal(body(ask('GET', PATH)).data.length, 0);
  });

  it('is listed in pages, the current ones alone where asked', () => {
    create();
    create({ schedule: { start: '2050-01-02T03:04:05Z' } });
    const page = body(ask('GET', `${PATH}?page[limit]=1&page[offset]=1`));
    assert.deepEqual([page.data.length, page.meta.page.total_filtered_count], [1, 2]);
    assert.equal(body(ask('GET', `${PATH}?current_only=true`)).data.length, 1);
  });

  it('matches monitors by id and by all of its tags', () => {
    const query = 'avg(last_5m):avg:a{*} > 1';
    const { id } = body(ask('POST', '/api/v1/monitor', { type: 'query alert', query, tags: ['a', 'b'] }));
    create({ monitor_identifier: { monitor_id: id } });
    create({ monitor_identifier: { monitor_tags: ['a', 'b'] } });
    create({ monitor_identifier: { monitor_tags: ['a', 'c'] } });
    const { data, meta } = body(ask('GET', `/api/v2/monitor/${id}/downtime_matches`));
    assert.deepEqual([data.length, meta.page.total_filtered_count], [2, 2]);
  });

  it('is refused, and not found, in these words', () => {
    const { id } = create().data;
    const none = '00000000-0000-4000-8000-000000000000';
    assert.deepEqual(words(ask('POST', PATH, sent({ scope: 'staging' }))), [
      400,
      'All values must have a key',
    ]);
    assert.deepEqual(words(ask('PATCH', `${PATH}/${id}`, { data: { attributes: { invalid_field: 1 } } })), [
      400,
      "Additional properties are not allowed ('invalid_field' was unexpected)",
    ]);
    assert.deepEqual(words(ask('GET', `${PATH}/x`)), [400, 'Invalid URL param: downtime_id must be an uuid']);
    assert.deepEqual(words(ask('GET', `${PATH}/${none}`)), [404, 'Downtime not found']);
    assert.deepEqual(words(ask('DELETE', `${PATH}/${none}`)), [404, `Downtime ${none} not found`]);
    assert.deepEqual(words(ask('GET', '/api/v2/monitor/0/downtime_matches')), [
      404,
      'Monitor with id 0 not found',
    ]);
  });

  it('takes values of one key in brackets', () => {
    assert.equal(ask('POST', PATH, sent({ scope: 'env:(staging OR prod)' })).status, 200);
  });
});

describe('the times of a rule', () => {
  const start = Date.parse('2026-01-05T08:00:00Z');
  const hour = durationMs('1h');
  const next = (rule: string, now: string) => {
    const found = occurrenceAt(rule, start, hour, Date.parse(now));
    return found && new Date(found.start).toISOString();
  };
  const rules: readonly [rule: string, now: string, found: string | undefined][] = [
    ['FREQ=DAILY', '2026-01-05T08:30:00Z', '2026-01-05T08:00:00.000Z'],
    ['FREQ=DAILY', '2026-01-05T09:00:00Z', '2026-01-06T08:00:00.000Z'],
    ['FREQ=DAILY;INTERVAL=3', '2026-01-06T00:00:00Z', '2026-01-08T08:00:00.000Z'],
    ['FREQ=WEEKLY', '2026-01-06T00:00:00Z', '2026-01-12T08:00:00.000Z'],
    ['FREQ=WEEKLY;BYDAY=MO,WE', '2026-01-06T00:00:00Z', '2026-01-07T08:00:00.000Z'],
    ['FREQ=MONTHLY', '2026-01-06T00:00:00Z', '2026-02-05T08:00:00.000Z'],
    ['FREQ=MONTHLY;BYDAY=2TU', '2026-01-06T00:00:00Z', '2026-01-13T08:00:00.000Z'],
    ['FREQ=YEARLY', '2026-01-06T00:00:00Z', '2027-01-05T08:00:00.000Z'],
    ['FREQ=DAILY;COUNT=2', '2026-01-07T00:00:00Z', undefined],
    ['FREQ=DAILY;UNTIL=20260106T080000Z', '2026-01-07T00:00:00Z', undefined],
  ];
  for (const [rule, now, found] of rules)
    it(`${rule} at ${now} is ${found ?? 'over'}`, () => assert.equal(next(rule, now), found));
});
