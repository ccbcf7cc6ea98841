import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMessage } from '../language/message/parse-message.ts';
import { type NoticeContext, Recipients } from './recipients.ts';
import { ALERT, NO_DATA, NONE, OK, WARN } from './states.ts';

/** Returns who is notified by a message. */
function recipients(
  message: string,
  context: Partial<NoticeContext>,
  escalation = '',
  priority = '',
): string[] {
  const parsed = { message: [parseMessage(message)], escalation: parseMessage(escalation), priority };
  const about = { from: OK, to: ALERT, isRenotification: false, group: '*', value: 90, ...context };
  return [...new Recipients(parsed).of(about)];
}

const TRANSITIONS = {
  'first sight to alert': [NONE, ALERT],
  'ok to alert': [OK, ALERT],
  'ok to warn': [OK, WARN],
  'ok to no data': [OK, NO_DATA],
  'alert to warn': [ALERT, WARN],
  'alert to ok': [ALERT, OK],
  'warn to ok': [WARN, OK],
  'no data to ok': [NO_DATA, OK],
  'no data to alert': [NO_DATA, ALERT],
} as const;

describe('a handle', () => {
  for (const [block, expected] of [
    ['is_alert', ['first sight to alert', 'ok to alert', 'no data to alert']],
    ['is_warning', ['ok to warn', 'alert to warn']],
    ['is_no_data', ['ok to no data']],
    ['is_recovery', ['alert to ok', 'warn to ok', 'no data to ok']],
    ['is_alert_recovery', ['alert to warn', 'alert to ok']],
    ['is_warning_recovery', ['warn to ok']],
    ['is_no_data_recovery', ['no data to ok', 'no data to alert']],
    ['is_alert_to_warning', ['alert to warn']],
    ['unknown', []],
  ] as const)
    it(`in ${block} is notified from ${expected.join(', ') || 'nowhere'}`, () => {
      const notified = Object.entries(TRANSITIONS).filter(
        ([, [from, to]]) => recipients(`{{#${block}}}@a{{/${block}}}`, { from, to }).length > 0,
      );
      assert.deepEqual(
        notified.map(([name]) => name),
        expected,
      );
    });

  it('outside all blocks is notified of everything, once', () => {
    for (const [from, to] of Object.values(TRANSITIONS))
      assert.deepEqual(recipients('@slack-a {{#is_alert}}@slack-a{{/is_alert}}', { from, to }), ['@slack-a']);
  });

  it('in a negated block or after else is notified of the rest', () => {
    assert.deepEqual(recipients('{{^is_alert}}@a{{/is_alert}}', {}), []);
    assert.deepEqual(recipients('{{^is_alert}}@a{{else}}@b{{/is_alert}}', {}), ['@b']);
    assert.deepEqual(recipients('{{#is_alert}}@a{{else}}@b{{/is_alert}}', { to: WARN }), ['@b']);
  });

  it('in nested blocks requires all of them', () => {
    const nested = '{{#is_alert}}{{#is_match "host.name" "web"}}@a{{/is_match}}{{/is_alert}}';
    assert.deepEqual(recipients(nested, { group: 'host:web-1' }), ['@a']);
    assert.deepEqual(recipients(nested, { group: 'host:db-1' }), []);
    assert.deepEqual(recipients(nested, { group: 'host:web-1', to: WARN }), []);
  });

  for (const [condition, group, expected] of [
    ['is_match "host.name" "db" "web"', 'host:web-1', true],
    ['is_match "host.name" ""', 'env:prod', true],
    ['is_match "host.name" ""', 'host:web-1', false],
    ['is_match "[kube.name].name" "web"', 'env:prod,kube.name:web', true],
    ['is_match "@http.status.name" "50"', '@http.status:503', true],
    ['is_exact_match "@url.name" "/a,b"', '@url:/a,b,env:x', true],
    ['is_exact_match "env.name" "x"', '@url:/a,b,env:x', true],
    ['is_exact_match "host.name" "web"', 'host:web-1', false],
    ['is_exact_match "host.name" "web" "web-1"', 'host:web-1', true],
    ['is_exact_match "value" "90"', '*', true],
    ['is_priority "P1"', '*', true],
    ['is_priority "P2"', '*', false],
  ] as const) {
    const block = condition.split(' ')[0];
    it(`with ${condition} for ${group} is ${expected ? '' : 'not '}notified`, () =>
      assert.equal(
        recipients(`{{#${condition}}}@a{{/${block}}}`, { group }, '', 'P1').length,
        expected ? 1 : 0,
      ));
  }

  it('is built from the tags of the group', () =>
    assert.deepEqual(recipients('@slack-{{team.name}}-{{[a.b].name}}', { group: 'team:shop,a.b:x' }), [
      '@slack-shop-x',
    ]));

  it('in the escalation message or is_renotify is notified again only', () => {
    const message = '@a {{#is_renotify}}@b{{/is_renotify}} {{#is_alert}}@c{{/is_alert}}';
    assert.deepEqual(recipients(message, {}, '@d'), ['@a', '@c']);
    const again = { from: ALERT, to: ALERT, isRenotification: true };
    assert.deepEqual(recipients(message, again, '@d'), ['@a', '@b', '@c', '@d']);
  });

  it('is looked up for each group where it depends on the group', () => {
    for (const message of [
      '{{#is_match "host.name" "a"}}@h-a{{else}}@h-b{{/is_match}}',
      '@h-{{host.name}}',
    ]) {
      const parsed = { message: [parseMessage(message)], escalation: parseMessage(''), priority: '' };
      const one = new Recipients(parsed);
      const about = { from: OK, to: ALERT, isRenotification: false, value: 90 };
      assert.deepEqual(
        ['host:a', 'host:b'].flatMap((group) => one.of({ ...about, group })),
        ['@h-a', '@h-b'],
      );
    }
  });

  it('directly after a word is no handle', () => assert.deepEqual(recipients('mail me@slack-a', {}), []));
});
