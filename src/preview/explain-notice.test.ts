import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NotificationRules } from '../evaluate/notification-rules.ts';
import type { Series } from '../evaluate/window-values.ts';
import { points, regular, simple, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { clockIn, explainAt, type Given, told } from '../../test/evaluation/explained.ts';

describe('who is notified', () => {
  const query = 'max(last_1m):avg:a{*} > 80';
  const message =
    'See @slack-all {{#is_alert}}@pagerduty-a {{#is_match "host.name" "x"}}@b{{/is_match}}{{/is_alert}}{{#is_recovery}}@c{{/is_recovery}}';
  const series = simple(regular('12:00', [0, 90, 90, 0]));

  it('follows from the blocks of the message', () => {
    const explained = explainAt(query, '12:02', series, { message });
    assert.deepEqual(explained.notification, { sent: true, kind: 'transition', from: 'ok', to: 'alert' });
    assert.deepEqual(told(explained), [
      '@slack-all yes: It is outside all blocks.',
      '@pagerduty-a yes: It is within {{#is_alert}}, which applies.',
      '@b no: It is within {{#is_match "host.name" "x"}}, which does not apply.',
      '@c no: It is within {{#is_recovery}}, which does not apply.',
    ]);
  });

  it('is nobody without a transition', () => {
    const explained = explainAt(query, '12:03', series, { message: '@a' });
    const [row] = told(explained);
    assert.match(
      row ?? '',
      /^@a no: The state did not change\. The last notification was about Alert at .*12:02:00Z\./,
    );
    assert.match(row ?? '', /The monitor does not renotify\.$/);
  });

  it('is nobody while a downtime mutes the group', () => {
    const downtimes = [{ start: timeAt('12:01'), end: timeAt('12:30') }];
    const explained = explainAt(query, '12:02', series, { message: '@a', downtimes });
    assert.ok(!explained.notification.sent && explained.notification.reason.code === 'muted');
    assert.deepEqual(
      explained.downtimes.map(({ from, to }) => [clockIn(from), clockIn(to)]),
      [['12:01', '12:30']],
    );
    assert.match(told(explained)[0] ?? '', /^@a no: A downtime mutes it/);
  });

  it('is nobody in a quiet time, although a downtime is active', () => {
    const downtimes = [{ start: timeAt('12:03'), end: timeAt('12:30') }];
    const low = simple(regular('12:00', [0, 0, 0, 0, 0, 0]));
    const { notification, downtimes: active } = explainAt(query, '12:04', low, { message: '@a', downtimes });
    assert.ok(!notification.sent && notification.reason.code === 'no_transition');
    assert.equal(active.length, 1);
  });

  it('is nobody of a notification rule while a downtime mutes the group', () => {
    const rules = new NotificationRules([{ name: 'All', recipients: ['x'] }]);
    const downtimes = [{ start: timeAt('12:01'), end: timeAt('12:30') }];
    const [row] = told(explainAt(query, '12:02', series, { rules, downtimes }));
    assert.match(row ?? '', /^@x no: A downtime mutes it/);
  });

  it('is nobody for a draft, a first OK, and a No Data that is only shown', () => {
    const reason = (at: string, given: Given, of: Series = series) => {
      const { notification } = explainAt(query, at, of, { message: '@a', ...given });
      return notification.sent ? 'sent' : notification.reason.code;
    };
    assert.equal(reason('12:02', { isDraft: true }), 'draft');
    assert.equal(reason('12:01', {}), 'first_ok');
    assert.equal(reason('12:00', {}), 'no_state');
    assert.equal(reason('12:05', { options: { on_missing_data: 'show_no_data' } }), 'no_data_is_silent');
    const muted = [{ start: timeAt('12:00'), end: timeAt('12:03'), isCanceled: true }];
    assert.equal(reason('12:04', { downtimes: muted }), 'sent');
    const gap = simple(points(['12:00', 0], ['12:03', 0]));
    assert.equal(reason('12:04', { options: { on_missing_data: 'show_no_data' } }, gap), 'not_told');
  });

  it('is nobody for an OK on a custom schedule, whose evaluations have no interval', () => {
    const recurrence = { rrule: 'FREQ=DAILY;BYMINUTE=2,3,4', start: '2026-01-05T12:00:00' };
    const options = { scheduling_options: { custom_schedule: { recurrences: [recurrence] } } };
    const explained = explainAt(query, '12:04', series, { message: '@a', options });
    const { notification, window } = explained;
    assert.equal(window?.every_s, undefined);
    assert.ok(!notification.sent && notification.reason.code === 'recovery_on_schedule');
    const again = explainAt(query, '12:03', series, { message: '@a', options });
    assert.deepEqual(again.notification, { sent: true, kind: 'transition', from: 'none', to: 'alert' });
  });

  it('includes those of renotifications and their escalation message', () => {
    const high = simple(
      regular(
        '12:00',
        Array.from({ length: 40 }, () => 90),
      ),
    );
    const options = { renotify_interval: 10, renotify_occurrences: 2, escalation_message: '@boss' };
    const explainedAt = (at: string) => explainAt(query, at, high, { message: '@a', options });
    assert.deepEqual(told(explainedAt('12:11')), [
      '@a yes: It is outside all blocks.',
      '@boss yes: It is outside all blocks.',
    ]);
    assert.match(told(explainedAt('12:01'))[1] ?? '', /^@boss no: The escalation message is only sent/);
    assert.match(told(explainedAt('12:12'))[0] ?? '', /renotified each 10m, next at .*12:21:00Z or later/);
    assert.match(told(explainedAt('12:30'))[0] ?? '', /All 2 renotifications were sent/);
  });

  it('includes those of notification rules', () => {
    const rules = new NotificationRules([
      { name: 'Shop', filter: { tags: ['team:shop'] }, recipients: ['slack-shop'] },
      { name: 'Other', filter: { tags: ['team:x'] }, recipients: ['slack-x'] },
      {
        name: 'By type',
        filter: { scope: 'team:shop' },
        conditional_recipients: {
          conditions: [
            { scope: 'transition_type:is_alert', recipients: ['page'] },
            { scope: 'transition_type:is_warning', recipients: ['mail'] },
          ],
          fallback_recipients: ['later'],
        },
      },
    ]);
    const explained = explainAt(query, '12:02', series, { rules, tags: ['team:shop'] });
    assert.deepEqual(told(explained), [
      '@slack-shop yes: The notification rule "Shop" names it.',
      '@page yes: The notification rule "By type" names it for transition_type:is_alert.',
      '@mail no: The notification rule "By type" names it for transition_type:is_warning, which does not apply.',
      '@later no: The notification rule "By type" names it, which does not apply.',
    ]);
  });

  it('is decided by the most severe group if the monitor notifies of its groups together', () => {
    const grouped = [
      new Map([
        ['host:a', regular('12:00', [0, 90, 90])],
        ['host:b', regular('12:00', [0, 0, 90])],
      ]),
    ];
    const options = { notify_by: ['*'], new_group_delay: 0 };
    const given = { options, message: '@a', group: 'host:b' };
    const explained = explainAt('max(last_1m):avg:a{*} by {host} > 80', '12:03', grouped, given);
    assert.equal(explained.state.before, 'ok');
    assert.equal(explained.state.after, 'alert');
    assert.ok(!explained.notification.sent && explained.notification.reason.code === 'no_transition');
  });
});
