import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject, numberFromText } from '../domain/json.ts';
import { pointerSteps, pointerTo, valueAt } from '../domain/pointer.ts';
import { lintBody } from './lint.ts';

const monitor: JsonObject = {
  type: 'query alert',
  query: 'avg(last_5m):anomalies(avg:a{b:c} by {b}, "agile", 2) > 1',
  name: 'n',
  message: '{{#is_alert}}Bad: {{b.name}} @slack-a{{/is_alert}}',
  tags: ['a:b'],
  priority: 1,
  restricted_roles: ['x'],
  lint: { ignore: [{ code: 'x', because: 'y' }] },
  options: {
    thresholds: { critical: 1, warning: 0.5, critical_recovery: 0.4 },
    threshold_windows: { trigger_window: 'last_5m', recovery_window: 'last_5m' },
    notify_by: ['b'],
    renotify_interval: 10,
    renotify_statuses: ['alert'],
    escalation_message: 'x',
    scheduling_options: {
      evaluation_window: { day_starts: '04:00' },
      custom_schedule: {
        recurrences: [{ rrule: 'FREQ=DAILY', timezone: 'UTC', start: '2026-01-01T00:00:00' }],
      },
    },
  },
};
const formula: JsonObject = {
  type: 'log alert',
  query: 'formula("a / b").last("5m") > 1',
  name: 'n',
  options: {
    variables: [
      {
        name: 'a',
        data_source: 'logs',
        search: { query: 'x' },
        compute: { aggregation: 'count' },
        group_by: [{ facet: 'f' }],
      },
      { name: 'b', data_source: 'metrics', query: 'avg:a{*}' },
    ],
  },
};
const dashboard: JsonObject = {
  title: 't',
  layout_type: 'ordered',
  template_variables: [{ name: 'env', prefix: 'env', defaults: ['*'], available_values: ['a'] }],
  template_variable_presets: [{ name: 'p', template_variables: [{ name: 'env', values: ['a'] }] }],
  tabs: [{ id: 'x', name: 'T', widget_ids: ['@1'] }],
  notify_list: ['a@b.c'],
  widgets: [
    { id: 1, layout: { x: 0, y: 0, width: 4, height: 2 }, definition: { type: 'note', content: 'x' } },
    {
      definition: {
        type: 'group',
        layout_type: 'ordered',
        widgets: [
          {
            definition: {
              type: 'timeseries',
              time: { live_span: '1h' },
              markers: [{ value: 'y = 1', display_type: 'error dashed' }],
              requests: [
                {
                  response_format: 'timeseries',
                  queries: [{ data_source: 'metrics', name: 'q', query: 'avg:a{$env}' }],
                  formulas: [{ formula: 'abs(q)', alias: 'a', limit: { count: 5, order: 'desc' } }],
                  style: { palette: 'dog' },
                  conditional_formats: [{ comparator: '>', value: 1, palette: 'white_on_red' }],
                },
                {
                  q: 'avg:a{*}, sum:b{*}.as_count()',
                  metadata: [{ expression: 'avg:a{*}', alias_name: 'a' }],
                },
              ],
            },
          },
        ],
      },
    },
    { definition: { type: 'hostmap', requests: { fill: { q: 'avg:a{*} by {host}' } } } },
    { definition: { type: 'slo', view_type: 'detail', slo_id: 'x', time_windows: ['7d'] } },
    {
      definition: {
        type: 'split_group',
        source_widget_definition: { type: 'toplist', requests: [{ q: 'avg:a{*}' }] },
      },
    },
  ],
};
const alert: JsonObject = {
  title: 't',
  severity: 'high',
  signal: { metric: 'm', filter: 'env:a', by: ['b'] },
  condition: { over: '5m', above: 2, warn: 1, recover: 1 },
  message: 'x',
  notify: [{ to: ['@slack-a'], when: ['alert'] }],
};
const around = { application: 'shop', team: 'web', key: 'k', catalogs: { leanix: 'x' } };
const BODIES: readonly JsonObject[] = [
  { ...around, monitor },
  { ...around, monitor: formula },
  { ...around, dashboard },
  { ...around, alert },
  {
    apiVersion: 'birddog/v1',
    application: 'shop',
    team: 'web',
    tags: ['a:b'],
    notify: ['@slack-a'],
    monitors: [
      { ...monitor, adopt: 1, unmanaged: ['/options'] },
      { type: 'composite', query: '${monitor:n} && 1', key: 'c' },
    ],
    alerts: [alert],
    dashboards: [dashboard],
  },
  monitor,
  dashboard,
];

const odd = fc.constantFrom<Json>(
  null,
  '',
  ' ',
  '{{',
  '((((',
  'avg:a{',
  '\ud800',
  '__proto__',
  -1,
  numberFromText('1e400'),
  numberFromText('12345678901234567890'),
  [],
  {},
  [[]],
  [null],
  [{}],
  { type: {} },
  { toString: 1, valueOf: 1, toJSON: 1, length: 2, constructor: null },
  [{ toString: null }, numberFromText('1.0')],
);
const anything = fc.oneof(
  odd,
  fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value))),
);

describe('linting a body with any JSON value at any position', () => {
  it('never throws, and every finding has a pointer into the body', () => {
    const places = BODIES.flatMap((body) => stepsIn(body).map((steps) => ({ body, steps })));
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, ({ body, steps }, put) => {
        const changed = withAt(body, steps, put);
        for (const { code, pointer } of lintBody(changed, {})) {
          const above = pointerSteps(pointer).slice(0, -1);
          const found = valueAt(changed, pointer) ?? valueAt(changed, pointerTo('', ...above));
          assert.notEqual(found, undefined, `${code} ${pointer} ${JSON.stringify(changed)}`);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** Returns the pointer steps to every position in a value, including the value itself. */
function stepsIn(value: Json): string[][] {
  const inner = Array.isArray(value) || isObject(value) ? Object.entries(value) : [];
  return [[], ...inner.flatMap(([name, member]) => stepsIn(member).map((steps) => [name, ...steps]))];
}

function withAt(value: Json, [step, ...rest]: readonly string[], put: Json): Json {
  if (step === undefined) return put;
  if (Array.isArray(value)) return value.with(Number(step), withAt(value[Number(step)] ?? null, rest, put));
  return isObject(value) ? { ...value, [step]: withAt(value[step] ?? null, rest, put) } : put;
}
