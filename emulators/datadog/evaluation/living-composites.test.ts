import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  create,
  datadog,
  declare,
  isoAt,
  MONITOR,
  moveTo,
  startAtNoon,
  statuses,
  transitions,
} from './living-client.ts';

beforeEach(startAtNoon);

/** Creates a monitor that alerts in the minute after each point above 100, and warns above 50. */
const member = (scope: string, options: object = {}) =>
  create({
    name: scope,
    query: `max(last_1m):avg:queue.depth${scope} > 100`,
    options: { thresholds: { critical: 100, warning: 50 }, new_group_delay: 0, ...options },
  });
const composite = (query: string, options: object = {}) =>
  create({ type: 'composite', name: query, query, options });

describe('a composite monitor', () => {
  it('combines the states of its members each minute', () => {
    declare(['a', 500, 10, 20], ['b', 70, 15, 25]);
    const [a, b] = [member('{queue:a}'), member('{queue:b}')];
    const ids = [`${a} && ${b}`, `${a} || ${b}`, `!${a} && !(${b} || ${b})`].map((query) => composite(query));
    moveTo(60);
    assert.deepEqual(
      ids.map((id) => transitions(id)),
      [
        ['12:16 * OK > Warn', '12:21 * Warn > OK'],
        ['12:11 * OK > Alert', '12:21 * Alert > Warn', '12:26 * Warn > OK'],
        ['12:01 * OK > Alert', '12:11 * Alert > OK', '12:26 * OK > Alert'],
      ],
    );
  });

  it('goes on from one request to the next', () => {
    declare(['a', 500, 10, 20], ['b', 500, 15, 25]);
    const [a, b] = [member('{queue:a}'), member('{queue:b}')];
    const id = composite(`${a} && ${b}`);
    for (let minute = 0; minute < 40; minute += 1) {
      moveTo(minute);
      statuses(id);
    }
    assert.deepEqual(transitions(id), ['12:16 * OK > Alert', '12:21 * Alert > OK']);
  });

  it('that was seeded lives from its creation on, as its members do', () => {
    declare(['a', 500, -60, -50]);
    const created = isoAt(-120);
    const seed = (id: number, type: string, query: string) => ({ ...MONITOR, id, type, query, created });
    const monitors = [
      seed(1, 'composite', '2 || 2'),
      seed(2, 'query alert', 'max(last_1m):avg:queue.depth{queue:a} > 100'),
    ];
    datadog.control('POST', 'seed', { monitors });
    moveTo(1);
    assert.deepEqual(transitions(1), ['11:01 * OK > Alert', '11:11 * Alert > OK']);
  });

  it('that was seeded later begins where its members are', () => {
    declare(['a', 500, 10, 20]);
    const a = member('{queue:a}');
    moveTo(15);
    statuses(a);
    const monitors = [{ ...MONITOR, id: 1, type: 'composite', query: `${a} || ${a}`, created: isoAt(0) }];
    datadog.control('POST', 'seed', { monitors });
    moveTo(60);
    assert.deepEqual(transitions(1), ['12:16 * OK > Alert', '12:21 * Alert > OK']);
  });

  it('joins the groups of its members by their values; a member without groups serves all', () => {
    declare(['a', 500, 10, 20], ['b', 500, 15, 25], ['c', 500, 30, 35]);
    const [all, some, simple] = [
      member('{*} by {queue}'),
      member('{queue:a OR queue:b} by {queue}'),
      member('{queue:a}'),
    ];
    const joined = composite(`${all} && ${some}`);
    const served = composite(`${all} && ${simple}`);
    moveTo(60);
    assert.deepEqual(Object.keys(statuses(joined)), ['queue:a', 'queue:b']);
    assert.deepEqual(transitions(joined).toSorted(), [
      '12:11 queue:a OK > Alert',
      '12:16 queue:b OK > Alert',
      '12:21 queue:a Alert > OK',
      '12:26 queue:b Alert > OK',
    ]);
    assert.deepEqual(transitions(served).toSorted(), [
      '12:11 queue:a OK > Alert',
      '12:16 queue:b OK > Alert',
      '12:21 queue:a Alert > OK',
      '12:21 queue:b Alert > OK',
    ]);
  });

  it('keeps its state in place of No Data, unless it notifies of that', () => {
    const shapes = [
      { shape: 'steady', value: 500 },
      { shape: 'gap', at: '2026-11-30T12:10:00Z', lasts: '10m' },
    ];
    datadog.control('PUT', 'generators', [{ metric: 'queue.depth', shapes }]);
    const a = member('{*}', { notify_no_data: true, no_data_timeframe: 2 });
    const [quiet, notified] = [
      composite(`${a} || ${a}`),
      composite(`${a} && ${a}`, { notify_no_data: true }),
    ];
    moveTo(60);
    assert.deepEqual(transitions(quiet), ['12:01 * OK > Alert']);
    assert.deepEqual(transitions(notified), [
      '12:01 * OK > Alert',
      '12:12 * Alert > No Data',
      '12:21 * No Data > Alert',
    ]);
  });

  it('is not evaluated while a member has no state, and takes one that was set', () => {
    declare(['a', 500, 10, 20]);
    const [a, none] = [member('{queue:a}'), member('{queue:none} by {queue}')];
    const id = composite(`${a} && ${none}`);
    const unmeasured = create({ name: 'unmeasured', query: 'avg(last_5m):avg:no.metric{*} > 100' });
    const other = composite(`${a} || ${unmeasured}`);
    moveTo(15);
    assert.deepEqual([statuses(id), transitions(other)], [{}, []]);
    datadog.control('PUT', 'states', { [none]: { groups: { 'queue:x': { status: 'Warn' } } } });
    moveTo(30);
    assert.deepEqual(transitions(id), ['12:16 queue:x OK > Warn', '12:21 queue:x Warn > OK']);
  });
});
