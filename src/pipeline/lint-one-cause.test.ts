import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../domain/finding.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { oneFindingPerCause } from '../lint/one-cause.ts';
import { lintFile } from './lint.ts';

const monitor = (more: JsonObject): JsonObject => ({
  name: 'Load',
  type: 'query alert',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  message: 'Load @slack-a',
  ...more,
});
const dashboard = (widgets: Json[], more: JsonObject = {}): JsonObject => ({
  title: 'Load',
  layout_type: 'ordered',
  widgets,
  ...more,
});
const widget = (request: JsonObject, more: JsonObject = {}): JsonObject => ({
  definition: { type: 'timeseries', requests: [request] },
  ...more,
});
const QUERIES: JsonObject = {
  response_format: 'timeseries',
  queries: [{ data_source: 'metrics', name: 'a', query: 'avg:system.load.1{*}' }],
};
const ANOMALY = "avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1";
const WINDOWS = { trigger_window: 'last_15m', recovery_window: 'last_15m' };
const { query: _, ...WITHOUT_QUERY } = monitor({});
const UNDECLARED = ['a', 'b'].map((metric) => widget({ q: `avg:${metric}{$env}` }));

/** One mistake each, and its finding. */
const MISTAKES: readonly (readonly [title: string, object: JsonObject, finding: string])[] = [
  [
    'a misspelt required field',
    { ...WITHOUT_QUERY, qury: 'avg(last_5m):avg:a{*} > 1' },
    'error unknown_field /qury',
  ],
  ['an empty query', monitor({ query: '' }), 'error wrong_value /query'],
  [
    'a misspelt threshold',
    monitor({ options: { thresholds: { critcal: 2 } } }),
    'error unknown_threshold /options/thresholds/critcal',
  ],
  [
    'a misspelt threshold that the message reads',
    monitor({
      message: '@slack-a {{#is_warning}}x{{/is_warning}}',
      options: { thresholds: { critical: 2, wraning: 1 } },
    }),
    'error unknown_threshold /options/thresholds/wraning',
  ],
  [
    'misspelt threshold windows',
    monitor({ query: ANOMALY, options: { thresholds: { critical: 1 }, threshold_window: WINDOWS } }),
    'error unknown_option /options/threshold_window',
  ],
  [
    'threshold windows of the wrong type',
    monitor({ query: ANOMALY, options: { thresholds: { critical: 1 }, threshold_windows: [] } }),
    'error invalid_option /options/threshold_windows',
  ],
  [
    'an escalation message of the wrong type',
    monitor({ options: { escalation_message: 5 } }),
    'error invalid_option /options/escalation_message',
  ],
  [
    'settings of a renotification without its interval',
    monitor({ options: { renotify_occurrences: 2, escalation_message: 'x' } }),
    'error renotify_occurrences /options/renotify_occurrences',
  ],
  ['an unknown type', monitor({ type: 'qurey alert', name: '{{host}}' }), 'error unknown_type /type'],
  ['a misspelt block', monitor({ message: '{{#is_alrt}}x{{/is_alert}}' }), 'error unknown_block /message'],
  [
    'a variable without its group, used twice',
    monitor({ name: '{{host.name}}', message: '{{host.name}} @slack-a' }),
    'warning ungrouped_variable /message',
  ],
  [
    'a misspelt field of a layout',
    dashboard([widget({ q: 'avg:system.load.1{*}' }, { layout: { x: 0, y: 0, width: 4, hieght: 2 } })]),
    'error misspelt_member /widgets/0/layout/hieght',
  ],
  [
    'misspelt requests',
    dashboard([{ definition: { type: 'timeseries', reqests: [] } }]),
    'error misspelt_member /widgets/0/definition/reqests',
  ],
  [
    'a definition without a type',
    dashboard([{ definition: {} }]),
    'error missing_member /widgets/0/definition',
  ],
  [
    'an alert without a title',
    {
      apiVersion: 'birddog/v1',
      application: 'a',
      team: 't',
      alerts: [{ signal: { metric: 'a' }, condition: { over: '5m', above: 1 }, notify: ['@slack-a'] }],
    },
    'error no_key /alerts/0',
  ],
  [
    'a misspelt name of a query',
    dashboard([widget({ ...QUERIES, formulas: [{ formula: 'b' }] })]),
    'warning formula_unknown_query /widgets/0/definition/requests/0/formulas/0/formula',
  ],
  [
    'an unknown response format',
    dashboard([widget({ ...QUERIES, response_format: 'timeserie' })]),
    'error response_format /widgets/0/definition/requests/0/response_format',
  ],
  [
    'template variables of the wrong type',
    dashboard(UNDECLARED, { template_variables: {} }),
    'error member_type /template_variables',
  ],
  [
    'a template variable that is not declared, used twice',
    dashboard(UNDECLARED),
    'warning variable_undeclared /widgets/0/definition/requests/0/q',
  ],
];

const outline = (findings: readonly Finding[]) =>
  findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);

describe('one mistake has one finding', () => {
  for (const [title, object, finding] of MISTAKES)
    it(title, () => assert.deepEqual(outline(lintFile(object)), [finding]));

  it('in each entry of a document', () => {
    const monitors = [MISTAKES[2], MISTAKES[4]].flatMap((row, at) =>
      row ? [{ key: `m${at}`, ...row[1] }] : [],
    );
    const document: JsonObject = { apiVersion: 'birddog/v1', application: 'a', team: 't', monitors };
    assert.deepEqual(outline(lintFile(document)), [
      'error unknown_threshold /monitors/0/options/thresholds/critcal',
      'error unknown_option /monitors/1/options/threshold_window',
    ]);
  });

  it('that says why it is an error', () => {
    const [finding] = lintFile(dashboard([widget({ ...QUERIES, response_format: 'timeserie' })]));
    assert.match(
      finding?.message ?? '',
      /^The widget shows no data: .* "timeserie" is not a documented value/,
    );
  });

  it('but two mistakes have two', () => {
    const object = dashboard([
      widget({ ...QUERIES, formulas: [{ formula: 'b' }] }),
      widget({ ...QUERIES, formulas: [{ formula: 'c' }] }),
      { definition: { type: 'timeseries', titel: 'x' } },
    ]);
    assert.deepEqual(
      outline(lintFile(object)).map((line) => line.split(' ')[1]),
      ['widget_incomplete', 'misspelt_member', 'formula_unknown_query', 'formula_unknown_query'],
    );
  });

  it('also if one of them makes the query or a block of the message invalid', () => {
    const query = 'avg(last_5m:avg:system.load.1{*} > 2';
    const codesOf = (more: JsonObject) => lintFile(monitor(more)).map(({ code }) => code);
    assert.deepEqual(
      [...new Set(codesOf({ query, message: '@slack-a {{vlaue}}' }))],
      ['query_syntax', 'unknown_variable'],
    );
    for (const other of ['{{host', '{{#is_alert}}y', '{{/is_alert}}'])
      assert.deepEqual(
        codesOf({ message: `{{#is_alrt}}x{{/is_alrt}} ${other}` }),
        ['message_syntax', 'unknown_block'],
        other,
      );
  });

  it('also if both concern what the message sends', () => {
    const options = {
      thresholds: { critical: 2, wraning: 1 },
      renotify_interval: 5,
      renotify_statuses: ['no data'],
    };
    assert.deepEqual(
      outline(lintFile(monitor({ message: '@slack-a {{#is_no_data}}x{{/is_no_data}}', options }))),
      [
        'error unknown_threshold /options/thresholds/wraning',
        'warning renotify_status_unreached /options/renotify_statuses/0',
        'warning block_never_fires /message',
      ],
    );
  });

  it('and no list loses its errors, all its findings, or more in a second pass', () => {
    const codes = [
      ...new Set(MISTAKES.map(([, , finding]) => finding.split(' ')[1] ?? '')),
      'missing_member',
    ];
    const pointers = [
      '',
      '/query',
      '/options',
      '/options/thresholds',
      '/widgets/0/requests/1/q',
      '/monitors/1/query',
    ];
    const arbitrary: fc.Arbitrary<Finding> = fc.record({
      code: fc.constantFrom(...codes, 'query_unused', 'critical_missing', 'never_renotified', 'query_syntax'),
      severity: fc.constantFrom('error', 'warning', 'info'),
      message: fc.constantFrom('A.', 'B.'),
      pointer: fc.constantFrom(...pointers),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 8 }), (findings) => {
        const kept = oneFindingPerCause(findings);
        const hasErrors = (list: readonly Finding[]) => list.some(({ severity }) => severity === 'error');
        assert.equal(hasErrors(kept), hasErrors(findings));
        assert.equal(kept.length > 0, findings.length > 0);
        assert.deepEqual(oneFindingPerCause(kept), kept);
      }),
    );
  });
});
