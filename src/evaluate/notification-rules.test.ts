import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { regular, run, simple } from '../../test/evaluation/evaluation-series.ts';
import type { JsonObject } from '../domain/json.ts';
import { NotificationRules, type RuledNotice } from './notification-rules.ts';

const NOTICE: RuledNotice = {
  from: 'ok',
  to: 'alert',
  tags: new Set(['env:prod', 'team:shop', 'host:web-1']),
};
const recipients = (rule: JsonObject, notice: Partial<RuledNotice> = {}) =>
  new NotificationRules([rule]).of({ ...NOTICE, ...notice });

describe('a notification rule', () => {
  for (const [filter, expected] of [
    [{ tags: ['env:prod', 'host:web-1'] }, true],
    [{ tags: ['env:prod', 'host:web-2'] }, false],
    [{ scope: 'env:prod AND team:shop' }, true],
    [{ scope: 'env:dev OR team:shop' }, true],
    [{ scope: 'env:prod AND NOT team:shop' }, false],
    [{ scope: 'env:prod AND (team:x OR host:*)' }, true],
    [{ scope: 'team IN (x, shop)' }, true],
    [{ scope: 'team NOT IN (x, shop)' }, false],
    [{ scope: 'region:*' }, false],
    [{ scope: 'env:prod AND (' }, false],
  ] as const)
    it(`with ${JSON.stringify(filter)} ${expected ? 'adds' : 'does not add'} its recipients`, () =>
      assert.deepEqual(
        recipients({
          filter: structuredClone<JsonObject>(JSON.parse(JSON.stringify(filter))),
          recipients: ['slack-a'],
        }),
        expected ? ['@slack-a'] : [],
      ));

  const conditional: JsonObject = {
    filter: { tags: ['env:prod'] },
    conditional_recipients: {
      conditions: [
        { scope: 'transition_type:is_alert', recipients: ['pagerduty'] },
        { scope: 'team:shop', recipients: ['slack-shop'] },
      ],
      fallback_recipients: ['slack-all'],
    },
  };
  it('adds the recipients of its conditions, or else the fallback', () => {
    assert.deepEqual(recipients(conditional), ['@pagerduty', '@slack-shop']);
    assert.deepEqual(recipients(conditional, { to: 'warning' }), ['@slack-shop']);
    assert.deepEqual(recipients(conditional, { to: 'warning', tags: new Set(['env:prod']) }), ['@slack-all']);
    assert.deepEqual(recipients(conditional, { tags: new Set() }), []);
  });

  it('adds to the recipients of the message, each once, by the tags of monitor and group', () => {
    const rules = new NotificationRules([
      { filter: { tags: ['team:shop', 'host:a'] }, recipients: ['slack-a', 'slack-b'], bundle_config: {} },
    ]);
    const series = ['host:a', 'host:b'].map((host) => [host, regular('11:50', [90, 90, 90])] as const);
    const evaluation = run('avg(last_1m):avg:a{*} by {host} > 80', [new Map(series)], {
      from: '11:50',
      to: '11:55',
      options: { new_group_delay: 0 },
      monitor: { message: '@slack-a', tags: ['team:shop'] },
      rules,
    });
    assert.deepEqual(
      evaluation.notifications.map((each) => [each.group, ...each.recipients]),
      [
        ['host:a', '@slack-a', '@slack-b'],
        ['host:b', '@slack-a'],
      ],
    );
    assert.ok(rules.areBundled);
    const whole = run('avg(last_1m):avg:a{*} > 80', simple(regular('11:50', [90])), {
      from: '11:50',
      to: '11:55',
      rules,
    });
    assert.deepEqual(
      whole.notifications.map((each) => each.recipients),
      [[]],
    );
  });
});
