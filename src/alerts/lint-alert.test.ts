import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Findings } from '../domain/findings.ts';
import type { Json } from '../domain/json.ts';
import type { Alert } from './alert.ts';
import { addAlertFindings } from './lint-alert.ts';

const ALERT: Alert = {
  title: 'Queue is deep',
  signal: { metric: 'queue.depth' },
  condition: { over: '5m', above: 1000 },
  message: 'Look at the consumers.',
  notify: [{ to: ['@slack-payments'] }],
};
const lintAlert = (alert: Alert, lint: Json | undefined, pointer: string) => {
  const findings = new Findings();
  addAlertFindings(findings, alert, lint, pointer);
  return findings.list();
};
const told = (alert: Alert, lint?: Json) =>
  lintAlert(alert, lint, '/alert').map(({ code, pointer, at }) => [code, pointer, at]);

describe('the lint of an alert', () => {
  it('says nothing of a sound one', () => assert.deepEqual(told(ALERT), []));

  it('reads the message as the monitor will have it, at the place in the alert', () => {
    const message = 'Deep. {{#is_alrt}} Now! {{/is_alrt}}';
    assert.deepEqual(told({ ...ALERT, message }), [['unknown_block', '/alert/message', 6]]);
  });

  it('says what is wrong with the monitor at the member it comes from, without a fix', () => {
    const counted = { ...ALERT, signal: { metric: 'a', aggregate: 'agv' } };
    const [finding] = lintAlert(counted, undefined, '/alert');
    assert.deepEqual(
      [finding?.code, finding?.pointer, finding?.at, finding?.fix],
      ['unknown_aggregator', '/alert/signal', undefined, undefined],
    );
  });

  it('says at the title what is wrong with the name', () =>
    assert.deepEqual(told({ ...ALERT, title: 'Deep on {{host.name}}' }), [
      ['ungrouped_variable', '/alert/title', 8],
    ]));

  it('says once of a recipient what holds for each block that it stands in', () => {
    assert.deepEqual(told({ ...ALERT, notify: [{ to: ['@here'] }] }), [
      ['handle_unknown', '/alert/notify', undefined],
    ]);
    assert.deepEqual(told({ ...ALERT, notify: [{ to: ['@pagerduty-a'], when: 'alert' }] }), [
      ['recovery_untold', '/alert/notify', undefined],
    ]);
  });

  it('says once what both the alert and its monitor are told', () => {
    const notify = [{ to: ['@a'], when: 'warning' as const }];
    assert.deepEqual(told({ ...ALERT, notify }), [['alert', '/alert/notify/0/when', undefined]]);
  });

  it('hears what is to be ignored, and says where that hits no more', () => {
    const lint = { ignore: [{ code: 'unknown_block', because: 'It is a joke.' }] };
    assert.deepEqual(told({ ...ALERT, message: '{{#is_alrt}}{{/is_alrt}}' }, lint), []);
    assert.deepEqual(told(ALERT, lint), [['suppression_unused', '/alert/lint/ignore/0', undefined]]);
  });

  it('never ignores what keeps the alert from being a monitor', () => {
    const lint = { ignore: [{ code: 'alert', because: 'I know.' }] };
    assert.deepEqual(told({ ...ALERT, condition: { over: '5m' } }, lint), [
      ['alert', '/alert/condition', undefined],
      ['suppression_not_allowed', '/alert/lint/ignore/0/code', undefined],
    ]);
  });
});
