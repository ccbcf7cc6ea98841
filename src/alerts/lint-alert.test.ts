import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Findings } from '../domain/findings.ts';
import type { Json, JsonObject } from '../domain/json.ts';
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
  it('reports nothing for a valid alert', () => assert.deepEqual(told(ALERT), []));

  it('lints the message of the compiled monitor and locates findings in the alert', () => {
    const message = 'Deep. {{#is_alrt}} Now! {{/is_alrt}}';
    assert.deepEqual(told({ ...ALERT, message }), [['unknown_block', '/alert/message', 6]]);
  });

  it('reports a finding about the monitor at the field of the alert that it comes from, without a fix', () => {
    const changed = { ...ALERT, signal: { metric: 'a', functions: ['moving_rolup(60, max)'] } };
    const [finding] = lintAlert(changed, undefined, '/alert');
    assert.deepEqual(
      [finding?.code, finding?.pointer, finding?.at, finding?.fix],
      ['unknown_function', '/alert/signal/functions/0', undefined, undefined],
    );
  });

  it('reports a finding about the metric at the metric', () => {
    const counted = { ...ALERT, signal: { metric: 'postgresql.conections', aggregate: 'avg' } };
    const [finding] = lintAlert(counted, undefined, '/alert');
    assert.deepEqual(
      [finding?.code, finding?.pointer, finding?.at, finding?.to],
      ['unknown_metric', '/alert/signal/metric', 0, 21],
    );
  });

  const placed: readonly [signal: JsonObject, condition: JsonObject, code: string, pointer: string][] = [
    [
      { metric: 'a', as: 'count' },
      { over: '5m', above: 1, statistic: 'avg' },
      'as_count_without_sum',
      '/alert/condition/statistic',
    ],
    [
      { metric: 'a' },
      { over: '1h', anomaly: { window: '1h', interval: '30m' } },
      'anomaly_interval',
      '/alert/condition/anomaly/interval',
    ],
    [
      { ratio: { of: { metric: 'a', as: 'count' }, to: { metric: 'b', as: 'count', functions: ['abss'] } } },
      { over: '1h', above: 1 },
      'unknown_function',
      '/alert/signal/ratio/to/functions/0',
    ],
    [
      { formula: { expr: 'abss(x / y)', signals: { x: { metric: 'a' }, y: { metric: 'b' } } } },
      { over: '1h', above: 1 },
      'unknown_function',
      '/alert/signal/formula/expr',
    ],
  ];
  for (const [signal, condition, code, pointer] of placed) {
    it(`reports ${code} at ${pointer}`, () => {
      assert.deepEqual(
        lintAlert({ ...ALERT, signal, condition }, undefined, '/alert').map((one) => [one.code, one.pointer]),
        [[code, pointer]],
      );
    });
  }

  it('reports a finding about the name at the title', () =>
    assert.deepEqual(told({ ...ALERT, title: 'Deep on {{host.name}}' }), [
      ['ungrouped_variable', '/alert/title', 8],
    ]));

  it('reports a recipient once even if it occurs in several blocks', () => {
    assert.deepEqual(told({ ...ALERT, notify: [{ to: ['@here'] }] }), [
      ['handle_unknown', '/alert/notify', undefined],
    ]);
    assert.deepEqual(told({ ...ALERT, notify: [{ to: ['@pagerduty-a'], when: 'alert' }] }), [
      ['recovery_untold', '/alert/notify', undefined],
    ]);
  });

  it('reports a recipient of the document there and once, unless the alert has its own', () => {
    const ALONE = { ...ALERT, notify: undefined };
    const pointers = (...alerts: Alert[]) => {
      const findings = new Findings();
      const shared = { notify: ['@here'], added: new Set<string>() };
      for (const [at, alert] of alerts.entries())
        addAlertFindings(findings, alert, undefined, `/alerts/${at}`, { shared });
      return findings.list().map(({ code, pointer }) => [code, pointer]);
    };
    assert.deepEqual(pointers(ALONE, ALONE), [['handle_unknown', '/notify']]);
    assert.deepEqual(pointers(ALERT), []);
    assert.deepEqual(pointers({ ...ALERT, notify: ['@here'] }), [['handle_unknown', '/alerts/0/notify']]);
  });

  it('reports a mistake once if both the alert and its monitor have it', () => {
    const notify = [{ to: ['@a'], when: 'warning' as const }];
    assert.deepEqual(told({ ...ALERT, notify }), [['alert', '/alert/notify/0/when', undefined]]);
  });

  it('applies suppressions and reports unused ones', () => {
    const lint = { ignore: [{ code: 'unknown_block', because: 'It is a joke.' }] };
    assert.deepEqual(told({ ...ALERT, message: '{{#is_alrt}}{{/is_alrt}}' }, lint), []);
    assert.deepEqual(told(ALERT, lint), [['suppression_unused', '/alert/lint/ignore/0', undefined]]);
  });

  it('never suppresses an error that prevents compilation', () => {
    const lint = { ignore: [{ code: 'alert', because: 'I know.' }] };
    assert.deepEqual(told({ ...ALERT, condition: { over: '0', above: 1 } }, lint), [
      ['alert', '/alert/condition/over', undefined],
      ['suppression_not_allowed', '/alert/lint/ignore/0/code', undefined],
    ]);
  });
});
