import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../domain/json.ts';
import { lintDashboard } from './lint-dashboard.ts';

const note = { definition: { type: 'note', content: '$env $host' } };
const env = { name: 'env', prefix: 'env' };
const withVariables = (variables: Json, more: JsonObject = {}): JsonObject => ({
  title: 'a',
  layout_type: 'ordered',
  template_variables: variables,
  widgets: [note],
  ...more,
});
const view = (name: string): JsonObject => ({ name, template_variables: [{ name: 'env', values: ['a'] }] });
const showing = (...queries: string[]): JsonObject[] =>
  queries.map((q) => ({ definition: { type: 'timeseries', requests: [{ q }] } }));
const searching = (definition: JsonObject): JsonObject => ({
  title: 'a',
  layout_type: 'ordered',
  widgets: [{ definition }],
});
const FOUR = ['avg:a{$env}', 'avg:b{$env}', 'avg:c{$env}', 'avg:d{$env}'];

/** A dashboard and the expected findings: a code and a pointer. */
const CASES: readonly (readonly [title: string, dashboard: JsonObject, reported: readonly string[]])[] = [
  [
    'a variable without a name',
    withVariables([{ prefix: 'env' }, env]),
    ['member_missing /template_variables/0'],
  ],
  [
    'a string in place of a list',
    withVariables([{ ...env, available_values: 'a' }]),
    ['member_type /template_variables/0/available_values'],
  ],
  [
    'a tab without a name',
    withVariables([env], { tabs: [{ widget_ids: ['@1'] }] }),
    ['member_missing /tabs/0'],
  ],
  ['a default that is available', withVariables([{ ...env, available_values: ['a'], default: 'a' }]), []],
  ['every value as the default', withVariables([{ ...env, available_values: ['a'], defaults: ['*'] }]), []],
  [
    'a default without restricted values',
    withVariables([{ ...env, available_values: [], defaults: ['b'] }]),
    [],
  ],
  [
    'defaults that are not available',
    withVariables([{ ...env, available_values: ['a'], defaults: ['a', 'b'] }]),
    ['default_not_available /template_variables/0/defaults/1'],
  ],
  [
    'a default that is not available',
    withVariables([{ ...env, available_values: ['a'], default: 'b' }]),
    ['default_not_available /template_variables/0/default'],
  ],
  [
    'views sorted by name, with numbers in numeric order',
    withVariables([env], { template_variable_presets: ['A 2', 'a 10', 'B'].map(view) }),
    [],
  ],
  [
    'views in another order',
    withVariables([env], { template_variable_presets: ['b', 'A'].map(view) }),
    ['presets_unsorted /template_variable_presets/1/name'],
  ],
  [
    'one query among five without a variable',
    withVariables([env], { widgets: showing(...FOUR, 'avg:e{*}') }),
    ['query_without_variable /widgets/4/definition/requests/0/q'],
  ],
  [
    'too few queries to infer a convention',
    withVariables([env], { widgets: showing('avg:a{$env}', 'avg:e{*}') }),
    [],
  ],
  [
    'several queries without a variable',
    withVariables([env], { widgets: showing(...FOUR, 'avg:e{*}', 'avg:f{*}') }),
    [],
  ],
  ['no variables', withVariables([], { widgets: showing(...FOUR.map((q) => q.replace('$env', '*'))) }), []],
  [
    'a role given by name',
    withVariables([env], { restricted_roles: ['Admin'] }),
    ['dashboard_role /restricted_roles/0'],
  ],
  [
    'the search of an event stream',
    searching({ type: 'event_stream', query: 'source:(a OR b' }),
    ['search_syntax /widgets/0/definition/query'],
  ],
  [
    'the search of a list',
    searching({
      type: 'list_stream',
      requests: [
        {
          response_format: 'event_list',
          columns: [],
          query: { data_source: 'logs_stream', query_string: 'a:"b' },
        },
      ],
    }),
    ['search_syntax /widgets/0/definition/requests/0/query/query_string'],
  ],
];

describe('rules about declarations and searches of dashboards', () => {
  for (const [title, dashboard, reported] of CASES) {
    it(`report ${reported.join(', ') || 'nothing'} for ${title}`, () =>
      assert.deepEqual(
        lintDashboard(dashboard, '').map(({ code, pointer }) => `${code} ${pointer}`),
        reported,
      ));
  }

  it('report monitors by id only in documents', () => {
    const dashboard = searching({ type: 'alert_graph', viz_type: 'timeseries', alert_id: '4711' });
    assert.deepEqual(lintDashboard(dashboard, ''), []);
    assert.deepEqual(
      lintDashboard(dashboard, '', { inDocument: true }).map(({ code }) => code),
      ['widget_monitor_by_id'],
    );
  });

  it('name at most five of the variables that a query ignores', () => {
    const queries = Array.from({ length: 20 }, (_, at) => ({ q: `avg:a{${at === 0 ? '*' : '$v1'}}` }));
    const dashboard = {
      title: 'x',
      layout_type: 'ordered',
      template_variables: Array.from({ length: 1000 }, (_, at) => ({ name: `v${at}`, prefix: 'p' })),
      widgets: [{ definition: { type: 'timeseries', requests: queries } }],
    };
    const found = lintDashboard(dashboard, '').find(({ code }) => code === 'query_without_variable');
    assert.equal(found?.hint, 'Add $v0 or $v1 or $v2 or $v3 or $v4 to its scope.');
  });
});
