import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { monitorState } from './monitor-state.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const seconds = (time: string) => Date.parse(`2026-03-01T${time}:00Z`) / 1000;
const MESSAGE = 'High. {{#is_alert}}@pagerduty{{/is_alert}} {{^is_alert}}@slack-warnings{{/is_alert}}';

/** A monitor by queue, as Datadog lists it. */
const monitor = (more: JsonObject): JsonObject => ({
  id: 1,
  message: MESSAGE,
  overall_state: 'Alert',
  overall_state_modified: '2026-03-01T11:00:00+00:00',
  ...more,
});
const groups = (...states: [name: string, status: string, more?: JsonObject][]): JsonObject => ({
  groups: Object.fromEntries(states.map(([name, status, more]) => [name, { name, status, ...more }])),
});
const at = (time: string) => ({ last_triggered_ts: seconds(time) });

describe('the state of a monitor', () => {
  it('has its groups that are not ok, the worst and oldest first, with when they got there', () => {
    const state = groups(
      ['queue:a', 'OK', at('10:00')],
      ['queue:b', 'Warn', at('09:00')],
      ['queue:c', 'Alert', at('11:30')],
      ['queue:d', 'Alert', at('11:00')],
      ['queue:e', 'No Data', { last_nodata_ts: seconds('08:00'), last_triggered_ts: seconds('07:00') }],
    );
    const read = monitorState(monitor({ state, options: { notify_no_data: true } }), NOW);
    assert.deepEqual(
      read.groups.map(({ group, state: one, since, notified }) => [group, one, since, notified]),
      [
        ['queue:d', 'alert', '2026-03-01T11:00:00.000Z', ['@pagerduty']],
        ['queue:c', 'alert', '2026-03-01T11:30:00.000Z', ['@pagerduty']],
        ['queue:b', 'warn', '2026-03-01T09:00:00.000Z', ['@slack-warnings']],
        ['queue:e', 'no_data', '2026-03-01T08:00:00.000Z', ['@slack-warnings']],
      ],
    );
    assert.deepEqual([read.state, read.since, read.muted], ['alert', '2026-03-01T11:00:00.000Z', false]);
  });

  it('is that of the whole monitor if it has no groups', () => {
    const { since, groups: all } = monitorState(monitor({}), NOW);
    assert.equal(since, '2026-03-01T11:00:00.000Z');
    assert.deepEqual(all, [
      {
        group: '*',
        state: 'alert',
        since: '2026-03-01T11:00:00.000Z',
        muted: false,
        notified: ['@pagerduty'],
      },
    ]);
    assert.deepEqual(monitorState(monitor({ overall_state: 'OK' }), NOW).groups, []);
    assert.equal(monitorState({ id: 1 }, NOW).state, 'no_data');
  });

  it('has at most 100 groups, and the number of the others', () => {
    const many = Array.from({ length: 150 }, (_, n): [string, string] => [`host:h${n}`, 'Alert']);
    const read = monitorState(monitor({ state: groups(...many) }), NOW);
    assert.deepEqual([read.groups.length, read.more_groups], [100, 50]);
  });

  it('takes any number as a time, and any text as a state', () => {
    const state = groups(
      ['a', 'Alert', { last_triggered_ts: 1e300 }],
      ['b', 'on fire', {}],
      ['c', 'Alert', {}],
    );
    const read = monitorState(monitor({ state, overall_state_modified: 'soon' }), NOW);
    assert.deepEqual(
      read.groups.map(({ group, since }) => [group, since]),
      [
        ['a', '+275760-09-13T00:00:00.000Z'],
        ['c', undefined],
      ],
    );
  });
});

describe('the mutes of a monitor', () => {
  const state = groups(['queue:a,env:prod', 'Alert', {}], ['queue:b,env:dev', 'Alert', {}]);
  const mutedBy = (more: JsonObject) => {
    const read = monitorState(monitor({ state, ...more }), NOW);
    for (const { muted, notified } of read.groups) assert.equal(notified.length === 0, muted);
    return [read.muted, read.groups.flatMap(({ group, muted }) => (muted ? [group.slice(0, 7)] : []))];
  };
  const cases: readonly [why: string, more: JsonObject, muted: unknown[]][] = [
    ['all of it', { options: { silenced: { '*': null } } }, [true, ['queue:a', 'queue:b']]],
    ['one group', { options: { silenced: { 'queue:a': seconds('13:00') } } }, [false, ['queue:a']]],
    ['ended', { options: { silenced: { '*': seconds('11:59') } } }, [false, []]],
    ['both tags', { options: { silenced: { 'env:prod,queue:a': null } } }, [false, ['queue:a']]],
    ['another tag too', { options: { silenced: { 'env:prod,host:x': null } } }, [false, []]],
    [
      'a downtime',
      { matching_downtimes: [{ scope: ['env:dev'], start: 1, end: null }] },
      [false, ['queue:b']],
    ],
    ['a query', { matching_downtimes: [{ scope: 'env:p* AND queue:a', start: 1 }] }, [false, ['queue:a']]],
    ['a later downtime', { matching_downtimes: [{ scope: '*', start: seconds('12:01') }] }, [false, []]],
    ['a negation', { matching_downtimes: [{ scope: 'NOT env:dev', start: 1 }] }, [false, []]],
  ];
  for (const [why, more, muted] of cases)
    it(`cover its groups: ${why}`, () => assert.deepEqual(mutedBy(more), muted));

  it('are shown with their ends, the later of two with one scope', () => {
    const options = { silenced: { 'queue:a': seconds('13:00'), '*': seconds('11:00') } };
    const downtimes = [
      { scope: ['queue:a'], start: 1, end: seconds('14:00') },
      { scope: '(a OR b)', start: 1 },
    ];
    const read = monitorState(monitor({ state, options, matching_downtimes: downtimes }), NOW);
    assert.deepEqual(read.mutes, [
      { scope: 'queue:a', until: '2026-03-01T14:00:00.000Z' },
      { scope: '(a OR b)' },
    ]);
  });
});

describe('the mutes that are shown', () => {
  it('are at most 100', () => {
    const silenced = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`host:h${n}`, null]));
    assert.equal(monitorState(monitor({ options: { silenced } }), NOW).mutes.length, 100);
  });
});

describe('who is notified of a group', () => {
  const notified = (message: string, more: JsonObject = {}, status = 'Alert', group = 'queue:orders') =>
    monitorState(monitor({ state: groups([group, status, {}]), message, ...more }), NOW).groups[0]?.notified;
  const match = (call: string) => `{{#${call}}}@a{{else}}@b{{/${call.split(' ')[0]}}}`;
  const cases: readonly [message: string, notified: string[], more?: JsonObject, status?: string][] = [
    ['@a and a@b.c, @a', ['@a']],
    ['{{#is_recovery}}@a{{/is_recovery}}{{#is_warning}}@b{{/is_warning}}', []],
    ['{{#is_warning}}@b{{/is_warning}}', ['@b'], {}, 'Warn'],
    ['{{#is_unknown}}@b{{/is_unknown}}', ['@b'], {}, 'Unknown'],
    ['{{#is_no_data}}@a{{/is_no_data}}', ['@a'], { options: { notify_no_data: true } }, 'No Data'],
    ['@a', [], { options: { notify_no_data: false } }, 'No Data'],
    ['@a', [], { options: { on_missing_data: 'show_no_data' } }, 'No Data'],
    ['@a', ['@a'], { options: { on_missing_data: 'show_and_notify_no_data' } }, 'No Data'],
    ['@a', [], {}, 'Skipped'],
    ['@a', [], { draft_status: 'draft' }],
    [match('is_exact_match "queue.name" "orders"'), ['@a']],
    [match('is_exact_match "queue.name" "order"'), ['@b']],
    [match('is_match "queue.name" "x" "order"'), ['@a']],
    [match('is_match "host.env" "x"'), ['@a', '@b']],
    [match('is_match "queue.name" ""'), ['@b']],
    ['{{^is_match "queue.name" "order"}}@a{{/is_match}}', []],
    [match('is_priority "P2"'), ['@a'], { priority: 2 }],
    [match('is_priority "P2"'), ['@b'], { priority: 3 }],
    [match('is_priority "p2"'), ['@b'], { priority: 2 }],
    [match('is_match "queue" "order"'), ['@a', '@b']],
    ['@a {{#is_renotify}}@b{{/is_renotify}}', ['@a']],
    ['@a {{#is_renotify}}@b{{/is_renotify}}', ['@a', '@b'], { options: { renotify_interval: 60 } }],
    ['@a', ['@a', '@b'], { options: { renotify_interval: 60, escalation_message: 'Still @b' } }],
    ['@slack-{{queue.name}}-{{host.name}}', ['@slack-orders-{{host.name}}']],
  ];
  for (const [message, expected, more, status] of cases)
    it(`follows the message: ${message} ${status ?? ''}${JSON.stringify(more ?? {})}`, () =>
      assert.deepEqual(notified(message, more, status), expected));

  it('takes a comma within the value of a tag as part of it', () =>
    assert.deepEqual(
      notified(
        '@slack-{{[@title].name}} {{#is_match "b.name" "c"}}@d{{/is_match}}',
        {},
        'Alert',
        '@title:x,y,b:c',
      ),
      ['@slack-x,y', '@d'],
    ));
});
