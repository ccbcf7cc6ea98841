import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { editedValue } from '../../domain/edits.ts';
import { lintMonitor } from './lint-monitor.ts';

const SIMPLE = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 2' };
const BY_ENV = { type: 'query alert', query: 'avg(last_5m):avg:a{team:x} by {env,kube.pod} > 2' };
const BY_HOST = { type: 'query alert', query: 'avg(last_5m):avg:a{*} by {host} > 2' };
const WARNS = { ...SIMPLE, options: { thresholds: { critical: 2, warning: 1 } } };
const CHECK = {
  type: 'service check',
  query: '"a".over("env:x").by("host").last(2).count_by_status()',
};
const LOG = {
  type: 'log alert',
  query: 'logs("a").index("*").rollup("count").by("@a.b,env").last("5m") > 2',
};
const EVENT = { type: 'event-v2 alert', query: 'events("a").rollup("count").last("5m") > 2' };
const COMPOSITE = { type: 'composite', query: '1 && 2' };
const SLO = { type: 'slo alert', query: 'error_budget("abc").over("7d") > 10' };

/** A monitor, its message, and the expected findings: a code and the text at its position. */
type Case = readonly [monitor: JsonObject, message: string, reported: readonly string[]];

const CASES: readonly Case[] = [
  // Tags.
  [BY_ENV, '{{env.name}} {{ [kube.pod].name }} {{kube.pod.name}} {{team.name}}', []],
  [
    BY_ENV,
    '{{pod.name}} {{[a.b].name}}',
    ['ungrouped_variable {{pod.name}}', 'ungrouped_variable {{[a.b].name}}'],
  ],
  [BY_ENV, '@slack-{{team.name}} @slack-{{pod.name}}', ['ungrouped_variable {{pod.name}}']],
  [CHECK, '{{host.name}} {{env.name}} {{check_message}} {{pod.name}}', ['ungrouped_variable {{pod.name}}']],
  [{ ...CHECK, query: '"a".over("*").by("*").last(2).count_by_status()' }, '{{pod.name}}', []],
  [LOG, '{{[@a.b].name}} {{env.name}} {{@c.name}}', ['ungrouped_variable {{@c.name}}']],
  [EVENT, '{{host.name}} {{event.host.name}} {{event.tags.[a.b]}}', []],
  [SLO, '{{service.name}} {{timeframe}}', []],
  [COMPOSITE, '{{host.name}} {{a.value}} {{b.log.message}}', []],
  [BY_ENV, '{{#is_match "env.name" "a"}}{{/is_match}}{{#is_exact_match "value" "5"}}{{/is_exact_match}}', []],
  [BY_ENV, '{{#is_match "env.name" "a"}}{{/is_match}}{{^is_match "[kube.pod].name" ""}}{{/is_match}}', []],
  [BY_ENV, '{{#is_match "pod.name" "a"}}{{/is_match}}', ['match_ungrouped pod.name']],
  [BY_ENV, '{{#is_match "pod" "a"}}{{/is_match}}', ['match_ungrouped pod']],
  [BY_HOST, '{{#is_match "role.name" "db"}}{{/is_match}}', []],
  [BY_ENV, '{{#is_match env.name "a"}}{{/is_match}}', ['match_variable env.name']],
  [BY_ENV, '{{#is_match "{{env.name}}" "a"}}{{/is_match}}', ['match_variable {{env.name}}']],
  // Variables.
  [
    SIMPLE,
    '{{value}} {{threshold}} {{comparator}} {{last_triggered_at_epoch}} {{triggered_duration_sec}}',
    [],
  ],
  [SIMPLE, '{{treshold}} {{{title}}}', ['unknown_variable {{treshold}}', 'unknown_variable {{{title}}}']],
  [BY_ENV, '{{env}}', ['unknown_variable {{env}}']],
  [
    LOG,
    '{{@a.b}} {{[@a.b].name}} {{@error.kind}}',
    ['unknown_variable {{@a.b}}', 'unknown_variable {{@error.kind}}'],
  ],
  [
    SIMPLE,
    '{{#with a.b}}{{method}}{{#each headers}}{{@key}}={{this}}{{#unless @last}}, {{/unless}}{{/each}}{{/with}}',
    [],
  ],
  [
    SIMPLE,
    '{{#if a.b}}{{method}}{{else}}b{{/if}}{{#whith a}}{{/whith}}',
    ['unknown_block {{#whith a}}', 'unknown_variable {{method}}'],
  ],
  [
    SIMPLE,
    '{{log.message}} {{check_message}}',
    ['variable_unavailable {{log.message}}', 'variable_unavailable {{check_message}}'],
  ],
  [SIMPLE, '{{warn_threshold}}', ['variable_unavailable {{warn_threshold}}']],
  [WARNS, '{{warn_threshold}}', []],
  [
    LOG,
    '{{log.attributes.[a.b]}} {{log.tags.env}} {{span.service}}',
    ['variable_unavailable {{span.service}}'],
  ],
  [{ type: 'a future alert', query: '' }, '{{log.message}} {{host.name}}', ['unknown_type a future alert']],
  // Helpers.
  [SIMPLE, '{{eval "round(value * 100 / 3, 2)"}} {{urlencode "value"}}', []],
  [SIMPLE, '{{eval "strip(table.name, \'_x\') + -[a.b].name^2"}}{{{eval "humanize_bytes(value)"}}}', []],
  [SIMPLE, '{{eval "vlaue*100"}}', ['eval_expression vlaue']],
  [SIMPLE, '{{eval "humanise_bytes(value)"}}', ['eval_expression humanise_bytes']],
  [SIMPLE, '{{eval "value*"}}', ['eval_expression *']],
  [SIMPLE, '{{eval "(value"}}', ['eval_expression (']],
  [SIMPLE, '{{eval "value)"}}', ['eval_expression )']],
  [SIMPLE, '{{eval "value 2"}}', ['eval_expression 2']],
  [SIMPLE, '{{eval "value & 2"}}', ['eval_expression &']],
  [SIMPLE, '{{eval value*2}}', ['message_call value*2']],
  [SIMPLE, '{{eval}}', ['message_call {{eval}}']],
  [SIMPLE, "{{local_time 'last_triggered_at' 'Tokyo Time'}}", ['message_call Tokyo Time']],
  [SIMPLE, "{{local_time 'now' 'UTC'}}", ['message_call now']],
  [SIMPLE, '{{urlencod "value"}}', ['message_call {{urlencod "value"}}']],
  [SIMPLE, "{{override_priority 'P6'}}", ['message_call P6']],
  [{ ...SIMPLE, priority: 1 }, "{{#is_priority 'P1'}}a{{/is_priority}}", []],
  [{ ...SIMPLE, priority: 1 }, "{{#is_priority 'high'}}a{{/is_priority}}", ['message_call high']],
  [
    { ...SIMPLE, priority: 1 },
    "{{#is_priority 'P2'}}a{{/is_priority}}",
    ["block_never_fires {{#is_priority 'P2'}}"],
  ],
  [SIMPLE, "{{override_priority 'P2'}}{{#is_priority 'P2'}}a{{/is_priority}}", []],
  // Blocks that exclude each other.
  [WARNS, '{{#is_alert}}{{#is_warning}}a{{/is_warning}}{{/is_alert}}', ['block_never_fires {{#is_warning}}']],
  [
    SIMPLE,
    '{{#is_alert}}{{#is_alert_recovery}}a{{/is_alert_recovery}}{{/is_alert}}',
    ['block_never_fires {{#is_alert_recovery}}'],
  ],
  [
    SIMPLE,
    '{{#is_alert}}a{{else}}{{#is_alert}}b{{/is_alert}}{{/is_alert}}',
    ['block_never_fires {{#is_alert}}'],
  ],
  [
    SIMPLE,
    '{{^is_recovery}}{{#is_recovery}}b{{/is_recovery}}{{/is_recovery}}',
    ['block_never_fires {{#is_recovery}}'],
  ],
  [WARNS, '{{#is_warning}}{{#is_alert_to_warning}}a{{/is_alert_to_warning}}{{/is_warning}}', []],
  [SIMPLE, '{{#is_recovery}}{{#is_alert_recovery}}a{{/is_alert_recovery}}{{/is_recovery}}', []],
  [
    SIMPLE,
    '{{^is_recovery}}{{#is_alert}}a{{/is_alert}}{{else}}{{#is_recovery}}b{{/is_recovery}}{{/is_recovery}}',
    [],
  ],
  [SIMPLE, '{{#is_unknown}}a{{/is_unknown}}', ['block_never_fires {{#is_unknown}}']],
  [CHECK, '{{#is_unknown}}a{{/is_unknown}}', []],
  [
    { ...SIMPLE, options: { on_missing_data: 'show_no_data' } },
    '{{#is_no_data}}a{{/is_no_data}}',
    ['block_never_fires {{#is_no_data}}'],
  ],
  [
    { ...SIMPLE, options: { on_missing_data: 'show_and_notify_no_data' } },
    '{{#is_no_data}}a{{/is_no_data}}',
    [],
  ],
  // Recipients.
  [SIMPLE, '@slack-ops @ops@example.com @pagerduty (see @b) @all', []],
  [SIMPLE, '@slack-ops, @slack-dev', ['handle_adjoined @slack-ops']],
  [SIMPLE, 'Call @ops@example.com.', ['handle_adjoined @ops@example.com']],
  [SIMPLE, 'see@slack-ops', ['handle_adjoined @slack-ops']],
  [SIMPLE, '@slack-ops(prod)', ['handle_adjoined @slack-ops']],
  [SIMPLE, '@workflow-a(b=value) `@Override` @http.url:x', []],
  [SIMPLE, '@here @channel', ['handle_unknown @here', 'handle_unknown @channel']],
  [
    SIMPLE,
    '@slack @webhook-',
    ['handle_unknown @slack', 'handle_unknown @webhook', 'handle_adjoined @webhook'],
  ],
  [SIMPLE, '@webhok-x @msteams-y @mine-z', ['handle_unknown @webhok-x', 'handle_unknown @msteams-y']],
  [SIMPLE, '{{#is_alert}}@pagerduty-a{{/is_alert}} @slack-b', ['recovery_untold @pagerduty-a']],
  [SIMPLE, '{{^is_recovery}}@opsgenie-a{{/is_recovery}}', ['recovery_untold @opsgenie-a']],
  [SIMPLE, '{{#is_alert}}@pagerduty{{/is_alert}}{{#is_alert_recovery}}@pagerduty{{/is_alert_recovery}}', []],
  [SIMPLE, '{{#is_alert}}x{{else}}@pagerduty{{/is_alert}}', []],
  [SIMPLE, '{{#is_alert}}@slack-b{{/is_alert}}', []],
];

describe('rules about messages', () => {
  for (const [monitor, message, reported] of CASES) {
    it(`report ${reported.join(', ') || 'nothing'} for ${message}`, () => {
      const whole: JsonObject = { ...monitor, message };
      const found = lintMonitor(whole, '');
      assert.deepEqual(
        found.map(({ code, pointer, at, to }) => {
          const text = String(whole[pointer.slice(1)]);
          return `${code} ${at === undefined ? text : text.slice(at, to)}`;
        }),
        reported,
      );
      for (const { code, fix } of found) {
        if (!fix) continue;
        const fixed = editedValue(whole, fix.edits);
        assert.ok(isObject(fixed));
        const again = lintMonitor(fixed, '').map((finding) => finding.code);
        assert.ok(
          again.filter((one) => one === code).length < reported.filter((one) => one.startsWith(code)).length,
        );
      }
    });
  }

  it('apply to the name and the escalation message, but ignore handles in the name', () => {
    const found = lintMonitor(
      {
        ...BY_ENV,
        name: '{{pod.name}} @here {{#is_alert}}',
        message: 'a',
        options: { renotify_interval: 5, escalation_message: '{{job.name}} @here' },
      },
      '',
    );
    assert.deepEqual(
      found.map(({ code, pointer, at }) => `${code} ${pointer} ${at}`),
      [
        'message_syntax /name 19',
        'ungrouped_variable /name 0',
        'ungrouped_variable /options/escalation_message 0',
        'handle_unknown /options/escalation_message 13',
      ],
    );
  });

  it('name the keys that a monitor is grouped by, without the filter of everything', () => {
    const [found] = lintMonitor({ ...BY_HOST, message: '{{zone.name}} @a@example.com' }, '');
    assert.equal(found?.hint, 'The monitor is grouped by host.');
  });

  it('report nothing for fields that an update leaves out', () => {
    const message =
      "{{#is_warning}}{{warn_threshold}}{{/is_warning}}{{#is_no_data}}{{/is_no_data}}{{#is_priority 'P1'}}{{/is_priority}}";
    assert.deepEqual(lintMonitor({ message }, '', { whole: false }), []);
    assert.deepEqual(lintMonitor({ ...SIMPLE, message }, '', { whole: false }), []);
    assert.equal(lintMonitor({ ...SIMPLE, message }, '').length, 4);
  });
});
