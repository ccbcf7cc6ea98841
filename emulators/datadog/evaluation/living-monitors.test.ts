import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { jsonBody } from '../test-client.ts';
import {
  alertEvents,
  create,
  datadog,
  declare,
  isoAt,
  MONITOR,
  moveTo,
  NOON,
  read,
  send,
  startAtNoon,
  statuses,
  transitions,
} from './living-client.ts';

beforeEach(startAtNoon);

describe('a monitor whose metric has a series', () => {
  it('has states of groups, and an event for each transition', () => {
    declare(['a', 500, 10, 20], ['b', 100, 12, 16]);
    const id = create();
    moveTo(14);
    const during = read(id);
    assert.deepEqual([during.overall_state, during.overall_state_modified], ['Alert', isoAt(11)]);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert', 'queue:b': 'OK' });
    const at = NOON / 1000 + 11 * 60;
    assert.deepEqual(during.state.groups['queue:a'], {
      name: 'queue:a',
      status: 'Alert',
      last_triggered_ts: at,
      last_notified_ts: at,
      last_nodata_ts: null,
      last_resolved_ts: null,
    });
    const [found] = jsonBody(send('GET', '/api/v1/monitor/search?query=status:alert')).monitors;
    assert.deepEqual([found.id, found.last_triggered_ts], [id, at]);
    moveTo(60);
    assert.equal(read(id).overall_state, 'OK');
    assert.deepEqual(transitions(id), [
      '12:11 queue:a OK > Alert',
      '12:15 queue:b OK > Warn',
      '12:19 queue:b Warn > OK',
      '12:25 queue:a Alert > OK',
    ]);
    const [{ attributes } = assert.fail()] = alertEvents(id);
    assert.deepEqual(attributes.tags, ['team:shop', 'queue:a', 'monitor', 'source:alert']);
    const { title, status, monitor } = attributes.attributes;
    assert.deepEqual(
      [title, status, monitor.id, monitor.transition.transition_type],
      ['[Triggered on {queue:a}] deep queue', 'error', id, 'alert'],
    );
    const types = alertEvents(id).map((one) => one.attributes.attributes.monitor.transition.transition_type);
    assert.deepEqual(types, ['alert', 'warning', 'warning recovery', 'alert recovery']);
  });

  it('has its events in version 1 of the API too', () => {
    declare(['a', 500, 10, 20]);
    create();
    moveTo(60);
    const range = `start=${NOON / 1000}&end=${NOON / 1000 + 3600}`;
    const { events } = jsonBody(send('GET', `/api/v1/events?${range}&sources=alert`));
    assert.deepEqual(
      events.map(({ title, alert_type }: { title: string; alert_type: string }) => [title, alert_type]),
      [
        ['[Recovered on {queue:a}] deep queue', 'success'],
        ['[Triggered on {queue:a}] deep queue', 'error'],
      ],
    );
  });

  it('is the same after one move of the clock and after many', () => {
    declare(['a', 500, 10, 20], ['b', 100, 12, 16]);
    const once = create();
    moveTo(2 * 24 * 60);
    const expected = transitions(once);
    assert.equal(expected.length, 4);
    startAtNoon();
    declare(['a', 500, 10, 20], ['b', 100, 12, 16]);
    const often = create();
    for (let minute = 0; minute < 40; minute += 1) {
      datadog.clock.now = NOON + minute * 60_000 + 30_000;
      read(often);
    }
    assert.deepEqual(transitions(often), expected);
  });

  it('sees submitted points from their own time on, and none that come after their evaluation', () => {
    const submit = (minute: number, value: number) =>
      send('POST', '/api/v2/series', {
        series: [{ metric: 'load', type: 3, points: [{ timestamp: NOON / 1000 + minute * 60, value }] }],
      });
    const id = create({ query: 'max(last_1m):avg:load{*} > 100' });
    submit(1, 5);
    submit(3, 500);
    moveTo(3);
    assert.deepEqual(statuses(id), { '*': 'OK' });
    moveTo(4);
    assert.deepEqual(statuses(id), { '*': 'Alert' });
    submit(2, 500);
    submit(5, 5);
    moveTo(6);
    assert.deepEqual(transitions(id), ['12:04 * OK > Alert', '12:06 * Alert > OK']);
  });

  it('that was seeded lives from its creation on, at most 14 days back', () => {
    declare(['a', 500, -30 * 24 * 60, -30 * 24 * 60 + 10], ['b', 500, -60, -50]);
    const seed = (id: number, days: number) => {
      const created = new Date(NOON - days * 86_400_000).toISOString();
      const monitors = [{ ...MONITOR, id, name: `m${id}`, created, modified: created }];
      assert.equal(datadog.control('POST', 'seed', { monitors })?.status, 204);
    };
    seed(1, 40);
    seed(2, 0.02);
    moveTo(1);
    assert.deepEqual(transitions(1), ['11:01 queue:b OK > Alert', '11:15 queue:b Alert > OK']);
    assert.deepEqual(transitions(2), []);
    assert.deepEqual(statuses(2), { 'queue:a': 'OK', 'queue:b': 'OK' });
  });

  it('has nothing of a deleted monitor with the same id', () => {
    declare(['a', 500, 10, 20]);
    const seed = (minute: number) =>
      datadog.control('POST', 'seed', { monitors: [{ ...MONITOR, id: 1, created: isoAt(minute) }] });
    seed(0);
    moveTo(15);
    assert.deepEqual(statuses(1), { 'queue:a': 'Alert' });
    datadog.control('DELETE', 'seed', { monitors: [1] });
    seed(15);
    moveTo(60);
    assert.deepEqual(transitions(1), [
      '12:11 queue:a OK > Alert',
      '12:17 queue:a OK > Alert',
      '12:25 queue:a Alert > OK',
    ]);
  });

  it('goes on from its stored states after a start', () => {
    declare(['a', 500, 10, 20]);
    const id = create();
    moveTo(15);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert' });
    const { monitors, generators, events } = jsonBody(datadog.control('GET', 'state') ?? assert.fail());
    startAtNoon();
    moveTo(15);
    assert.equal(datadog.control('POST', 'seed', { monitors, generators, events })?.status, 204);
    moveTo(60);
    assert.deepEqual(transitions(id), ['12:11 queue:a OK > Alert', '12:25 queue:a Alert > OK']);
  });

  it('goes on when the clock is set back', () => {
    declare(['a', 500, 10, 20]);
    const id = create();
    moveTo(30);
    assert.equal(transitions(id).length, 2);
    moveTo(5);
    read(id);
    moveTo(15);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert' });
  });

  it('is evaluated in the background, and answers meanwhile show what is evaluated so far', async () => {
    declare(['a', 500, 10, 20], ['b', 500, 24 * 60, 24 * 60 + 10]);
    const id = create();
    moveTo(48 * 60);
    datadog.living.catchUpInBackground();
    assert.deepEqual(transitions(id), []);
    while (transitions(id).length < 4) await new Promise(setImmediate);
    await new Promise(setImmediate);
    declare(['a', 500, 48 * 60, 48 * 60 + 10]);
    moveTo(48 * 60 + 5);
    assert.equal(transitions(id).length, 5);
  });

  it('is evaluated from the clock that is set back while the evaluation in the background goes on', async () => {
    declare(['a', 500, 10, 20]);
    const id = create();
    moveTo(10 * 24 * 60);
    datadog.living.catchUpInBackground();
    while (Object.keys(statuses(id)).length === 0) await new Promise(setImmediate);
    moveTo(5);
    read(id);
    for (let pass = 0; pass < 20; pass += 1) await new Promise(setImmediate);
    assert.deepEqual(statuses(id), { 'queue:a': 'OK' });
    moveTo(15);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert' });
  });

  it('has the time at which its overall state last changed', () => {
    declare(['a', 500, 10, 20], ['b', 500, 15, 30]);
    const id = create();
    moveTo(24 * 60);
    const { overall_state, overall_state_modified } = read(id);
    assert.deepEqual([overall_state, overall_state_modified], ['OK', isoAt(35)]);
  });

  it('does not keep others from their evaluation if its scope cannot be read', () => {
    declare(['a', 500, 10, 20]);
    const broken = {
      ...MONITOR,
      id: 1,
      created: isoAt(0),
      query: MONITOR.query.replace('env:prod', 'env:('),
    };
    datadog.control('POST', 'seed', { monitors: [broken] });
    const id = create();
    moveTo(15);
    assert.deepEqual([statuses(id), read(1).overall_state], [{ 'queue:a': 'Alert' }, undefined]);
  });

  it('keeps its state if it is of a kind that is not evaluated', () => {
    declare(['a', 500, 10, 20]);
    const id = create({
      query: "avg(last_30m):outliers(avg:queue.depth{*} by {queue}, 'DBSCAN', 3.0) > 0",
      options: {},
    });
    moveTo(30);
    assert.deepEqual([read(id).overall_state, statuses(id)], ['No Data', {}]);
  });
});

describe('what the states of a monitor follow', () => {
  it('edits: another threshold keeps the groups, another query forgets them', () => {
    declare(['a', 500, 10, 200], ['b', 60, 10, 200]);
    const id = create();
    moveTo(20);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert', 'queue:b': 'Warn' });
    const query = MONITOR.query.replace('> 100', '> 65');
    send('PUT', `/api/v1/monitor/${id}`, { query, options: { thresholds: { critical: 65, warning: 50 } } });
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert', 'queue:b': 'Warn' });
    moveTo(21);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert', 'queue:b': 'Alert' });
    send('PUT', `/api/v1/monitor/${id}`, { query: query.replace('last_5m', 'last_10m') });
    assert.deepEqual([read(id).overall_state, statuses(id)], ['No Data', {}]);
    moveTo(24);
    assert.deepEqual(transitions(id), [
      '12:11 queue:a OK > Alert',
      '12:14 queue:b OK > Warn',
      '12:21 queue:b Warn > Alert',
      '12:23 queue:a OK > Alert',
      '12:23 queue:b OK > Alert',
    ]);
  });

  it('deletes: there is nothing more', () => {
    declare(['a', 500, 10, 20]);
    const id = create();
    moveTo(15);
    send('DELETE', `/api/v1/monitor/${id}`);
    moveTo(60);
    assert.deepEqual(transitions(id), ['12:11 queue:a OK > Alert']);
  });

  it('mutes: states go on, events and notifications do not', () => {
    declare(['a', 500, 10, 20], ['b', 500, 10, 20]);
    const id = create();
    send('POST', `/api/v1/monitor/${id}/mute`, { scope: 'queue:a' });
    moveTo(15);
    assert.deepEqual(statuses(id), { 'queue:a': 'Alert', 'queue:b': 'Alert' });
    const { groups } = read(id).state;
    assert.equal(groups['queue:a'].last_notified_ts, null);
    send('POST', `/api/v1/monitor/${id}/unmute`, { scope: 'queue:a' });
    moveTo(60);
    assert.deepEqual(transitions(id), [
      '12:11 queue:b OK > Alert',
      '12:25 queue:a Alert > OK',
      '12:25 queue:b Alert > OK',
    ]);
  });

  for (const [title, downtime] of [
    ['once', { start: isoAt(5), end: isoAt(16) }],
    [
      'each day',
      {
        timezone: 'UTC',
        recurrences: [{ rrule: 'FREQ=DAILY', start: '2026-11-30T12:05:00', duration: '11m' }],
      },
    ],
  ] as const)
    it(`downtimes ${title}: the first recovery of an earlier alert has an event, other transitions have none`, () => {
      declare(['a', 500, 2, 4], ['b', 500, 6, 9], ['c', 500, 30, 35]);
      const id = create();
      moveTo(4);
      const attributes = {
        scope: 'env:prod AND queue:*',
        monitor_identifier: { monitor_tags: ['team:shop'] },
        schedule: downtime,
      };
      const sent = send('POST', '/api/v2/downtime', { data: { type: 'downtime', attributes } });
      assert.equal(sent.status, 200);
      moveTo(60);
      assert.deepEqual(transitions(id), [
        '12:03 queue:a OK > Alert',
        '12:09 queue:a Alert > OK',
        '12:31 queue:c OK > Alert',
        '12:40 queue:c Alert > OK',
      ]);
    });

  it('downtimes of version 1, and their cancellation', () => {
    declare(['a', 500, 6, 9], ['b', 500, 30, 35]);
    const id = create();
    const { id: downtime } = jsonBody(send('POST', '/api/v1/downtime', { scope: ['*'], monitor_id: id }));
    moveTo(28);
    send('DELETE', `/api/v1/downtime/${downtime}`);
    moveTo(60);
    assert.deepEqual(transitions(id), ['12:31 queue:b OK > Alert', '12:40 queue:b Alert > OK']);
  });

  it('states that /__control/states sets hold until an update', () => {
    declare(['a', 500, 10, 200]);
    const id = create();
    datadog.control('PUT', 'states', { [id]: { groups: { 'queue:x': { status: 'Warn' } } } });
    moveTo(30);
    assert.deepEqual([statuses(id), transitions(id)], [{ 'queue:x': 'Warn' }, []]);
    send('PUT', `/api/v1/monitor/${id}`, { name: 'other' });
    moveTo(33);
    assert.deepEqual(transitions(id), ['12:32 queue:a OK > Alert']);
  });
});
