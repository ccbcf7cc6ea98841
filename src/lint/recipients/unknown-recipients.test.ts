import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../domain/json.ts';
import { runAtOnce } from '../../domain/steps.ts';
import { lintMonitor } from '../monitor/lint-monitor.ts';
import { KnownRecipients } from './known-recipients.ts';
import { unknownRecipients } from './unknown-recipients.ts';

const LISTED = [
  '@slack-orders',
  'pagerduty-Shop-1',
  'jane.roe@example.com',
  'webhook-*',
  'shop-oncall',
  '@team-shop',
];
const COMPLETE = new KnownRecipients(LISTED, () => true);

/** Returns the pointer, the marked text and the suggestion of each finding. */
function found(body: Json, known = COMPLETE): string[] {
  return runAtOnce(unknownRecipients(body, known)).map(({ code, severity, pointer, message, hint = '' }) => {
    assert.deepEqual([code, severity], ['handle_unknown', 'warning']);
    return `${pointer} ${message.split(' ')[0]} ${hint}`.trim();
  });
}

const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1', name: 'n' };
const message = (text: string, known = COMPLETE) => found({ ...MONITOR, message: text }, known);

describe('a recipient that is not listed', () => {
  for (const [text, expected] of [
    ['High. @slack-ordres', ['/message @slack-ordres Did you mean @slack-orders?']],
    ['High. @slack-nobody', ['/message @slack-nobody']],
    ['{{#is_alert}}@pagerduty-shop-1{{else}}@pagerduty-Shop-2{{/is_alert}}', ['/message @pagerduty-Shop-2']],
    ['@jane.ro@example.com', ['/message @jane.ro@example.com Did you mean @jane.roe@example.com?']],
    ['@shop-onecall', ['/message @shop-onecall Did you mean @shop-oncall?']],
  ] as const)
    it(`has a finding in "${text}"`, () => assert.deepEqual(message(text), expected));

  for (const [why, text] of [
    ['it is listed, in any case', '@Slack-Orders @JANE.ROE@example.com'],
    ['a prefix is listed', '@webhook-anything'],
    ['its name depends on a variable', '@slack-{{service.name}} @slack-x-{{env.name}}'],
    ['Datadog sends mail to any address', '@someone@elsewhere.org'],
    ['a word in a message may be code', 'See @Override and @param.'],
    ['it is all services of an integration', '@pagerduty'],
    ['the rule without a list has one', '@here @slack- @pagreduty-Checkout'],
    ['the @ is in the middle of a word', 'a@slack-nobody'],
  ] as const)
    it(`has none because ${why}`, () => assert.deepEqual(message(text), []));

  it('is found wherever a monitor or an alert notifies somebody, with its position', () => {
    const document = {
      apiVersion: 'birddog/v1',
      monitors: [
        { ...MONITOR, message: 'x', options: { escalation_message: 'Still: @slack-ordrs' } },
        { ...MONITOR, message: '@slack-a', lint: { ignore: [{ code: 'handle_unknown', because: 'New.' }] } },
      ],
      alerts: [
        {
          message: 'a @slack-b',
          notify: [
            '@slack-c',
            { to: ['@slack-orders', '@anybody'] },
            { to: '@shop-oncall', when: 'alert' },
            5,
          ],
          renotify: { message: '@slack-d' },
        },
        'no alert',
      ],
    };
    assert.deepEqual(found(document), [
      '/monitors/0/options/escalation_message @slack-ordrs Did you mean @slack-orders?',
      '/alerts/0/message @slack-b',
      '/alerts/0/renotify/message @slack-d',
      '/alerts/0/notify/0 @slack-c',
      '/alerts/0/notify/1/to/1 @anybody',
    ]);
    const [first] = runAtOnce(unknownRecipients(document, COMPLETE));
    assert.deepEqual([first?.at, first?.to], [7, 19]);
    assert.deepEqual(found({ monitor: { ...MONITOR, message: '@slack-e' } }), ['/monitor/message @slack-e']);
  });

  it('has no finding without a suggestion if the list of its kind is incomplete', () => {
    const slackOnly = new KnownRecipients(['slack-orders', 'teams-shop'], (kind) => kind === 'slack');
    assert.deepEqual(message('@pagerduty-x @teams-x', slackOnly), []);
    assert.deepEqual(message('@teams-shpo', slackOnly), ['/message @teams-shpo Did you mean @teams-shop?']);
    assert.deepEqual(message('@slack-x', slackOnly), ['/message @slack-x']);
  });

  it('can be ignored, and the suppression is not reported as unused without a list', () => {
    const lint = { ignore: [{ code: 'handle_unknown', because: 'Created next week.' }] };
    const monitor: JsonObject = { ...MONITOR, message: '@slack-nobody', lint };
    assert.deepEqual(found(monitor), []);
    assert.ok(!lintMonitor(monitor, '').some(({ code }) => code.startsWith('suppression_')));
  });

  it('is compared with the listed ones only if they are similar in length, and only 100 times', () => {
    const many = new KnownRecipients(
      Array.from({ length: 50_000 }, (_, at) => `slack-team-${at.toString(36)}-alerts`),
      () => true,
    );
    const text = Array.from({ length: 2000 }, (_, at) => `@slack-taem-${at.toString(36)}-alerts`).join(' ');
    const findings = runAtOnce(unknownRecipients({ ...MONITOR, message: text }, many));
    assert.equal(findings.length, 2000);
    assert.equal(findings.filter(({ hint }) => hint !== undefined).length, 100);
  });
});
