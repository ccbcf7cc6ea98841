import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../domain/json.ts';
import { lintDashboard } from './lint-dashboard.ts';

const note = (layout?: JsonObject): JsonObject => ({
  ...(layout === undefined ? {} : { layout }),
  definition: { type: 'note', content: 'a' },
});
const at = (x: number, y: number, width = 6, height = 2): JsonObject => ({ x, y, width, height });
const ordered = (...widgets: Json[]): JsonObject => ({ title: 'a', layout_type: 'ordered', widgets });
const withFields = (members: JsonObject, ...widgets: Json[]): JsonObject => ({
  ...ordered(...widgets),
  ...members,
});
const widget = (definition: JsonObject): JsonObject => ({ definition });
const series = (q: string): JsonObject => widget({ type: 'timeseries', requests: [{ q }] });
const request = (formulas: string[], queries: JsonObject[], more: JsonObject = {}): JsonObject =>
  widget({
    type: 'timeseries',
    requests: [
      {
        response_format: 'timeseries',
        queries: queries.map((query) => ({ data_source: 'metrics', query: 'avg:a{*}', ...query })),
        formulas: formulas.map((formula) => ({ formula })),
        ...more,
      },
    ],
  });
const group = (...widgets: Json[]): JsonObject => widget({ type: 'group', layout_type: 'ordered', widgets });

const ROLES = ['9b3b0f2e-3ce0-11f1-b986-da7ad0900005'];

function found(dashboard: JsonObject): string[] {
  return lintDashboard(dashboard, '').map(
    (finding) => `${finding.code} ${finding.pointer}${finding.at === undefined ? '' : ` ${finding.at}`}`,
  );
}

const CASES: readonly (readonly [title: string, dashboard: JsonObject, findings: readonly string[]])[] = [
  // Fields of widgets.
  [
    'the source widget of a split graph lacks a field',
    ordered(
      widget({
        type: 'split_group',
        size: 'md',
        split_config: { split_dimensions: [], limit: 1, sort: { order: 'asc' } },
        source_widget_definition: { type: 'timeseries' },
      }),
    ),
    ['widget_incomplete /widgets/0/definition/source_widget_definition/type'],
  ],
  ['an undocumented type that the app exports', ordered(widget({ type: 'custom', app_id: 1 })), []],
  ['an unknown type', ordered(widget({ type: 'wheel' })), ['unknown_widget_type /widgets/0/definition/type']],
  ['a widget without a definition', ordered({ id: 1 }, 'a', null), []],
  [
    'a list of requests where a map is needed',
    ordered(widget({ type: 'hostmap', requests: [] })),
    ['member_type /widgets/0/definition/requests'],
  ],
  [
    'true in quotes',
    ordered(widget({ type: 'timeseries', requests: [], show_legend: 'true' })),
    ['member_type /widgets/0/definition/show_legend'],
  ],
  [
    'null, and a number in quotes',
    ordered(widget({ type: 'query_value', requests: [], precision: '2', title: null })),
    [],
  ],
  [
    'misspelt fields of a request and the dashboard',
    withFields(
      { descripton: 'a' },
      { layout: { ...at(0, 0), hight: 2 }, definition: { type: 'note', content: 'a' } },
      request(['a'], [{ name: 'a' }], { displaytype: 'line' }),
    ),
    [
      'misspelt_member /descripton',
      'misspelt_member /widgets/1/definition/requests/0/displaytype',
      'layout_left_out /widgets/1',
    ],
  ],
  ['an unknown field without a similar one', ordered(widget({ type: 'note', content: 'a', zebra: 1 })), []],
  [
    'an unknown field that is similar to one that is set',
    ordered(widget({ type: 'note', content: 'a', contents: 'b' })),
    [],
  ],
  [
    'an undocumented live span',
    ordered(widget({ type: 'timeseries', requests: [], time: { live_span: '2h' } })),
    ['unknown_choice /widgets/0/definition/time/live_span'],
  ],
  [
    'an unknown comparator, and a format of another type',
    ordered(
      widget({
        type: 'query_value',
        requests: [
          {
            q: 'avg:a{*}',
            conditional_formats: [
              { comparator: '==', palette: 'red', value: 1 },
              { type: 'range', palette: 'a' },
            ],
          },
        ],
      }),
    ),
    ['unknown_choice /widgets/0/definition/requests/0/conditional_formats/0/comparator'],
  ],
  // Requests.
  ['a hostmap whose requests are empty', ordered(widget({ type: 'hostmap', requests: { fill: {} } })), []],
  [
    'queries without a format',
    ordered(widget({ type: 'toplist', requests: [{ queries: [] }] })),
    ['response_format /widgets/0/definition/requests/0/queries'],
  ],
  [
    'a fault in the second query of a list',
    ordered(series('avg:a{*}, avg:b{c')),
    ['widget_query_syntax /widgets/0/definition/requests/0/q 15'],
  ],
  [
    'a list that ends with a comma',
    ordered(series('avg:a{*},')),
    ['widget_query_syntax /widgets/0/definition/requests/0/q 9'],
  ],
  [
    'a fault in a request of a scatter plot',
    ordered(widget({ type: 'scatterplot', requests: { x: { q: 'avg:a{*' }, y: { q: 'avg:b{*}' } } })),
    ['widget_query_syntax /widgets/0/definition/requests/x/q 5'],
  ],
  [
    'a fault in the query of a distribution',
    ordered(
      widget({
        type: 'distribution',
        requests: [
          { request_type: 'histogram', query: { data_source: 'metrics', name: 'a', query: 'histogram:a{*' } },
        ],
      }),
    ),
    ['widget_query_syntax /widgets/0/definition/requests/0/query/query 11'],
  ],
  [
    'a log search, which is not a metric query',
    ordered(
      request(['a'], [{ name: 'a', data_source: 'logs', query: '((', compute: { aggregation: 'count' } }]),
    ),
    [],
  ],
  ['aggregators of distributions', ordered(series('p99:a{*}, count(v: v<=5):a{*}, a{*}')), []],
  ['rank functions', ordered(series('top5_max(autosmooth(pow(avg:a{*} by {b}, 2)))')), []],
  // Formulas.
  [
    'keywords as arguments, and methods',
    ordered(
      request(
        ["top(a, 10, 'mean', 'desc')", 'clamp_min(a, 0) + a.rollup(sum, 60)', "percentile(a, 'p90', { * })"],
        [{ name: 'a' }],
      ),
    ),
    [],
  ],
  [
    'a name that differs only in its number gets no suggestion',
    ordered(request(['query1 / query2'], [{ name: 'query1' }])),
    ['formula_unknown_query /widgets/0/definition/requests/0/formulas/0/formula 9'],
  ],
  ['a query without a name', ordered(request(['query1'], [{ data_source: 'newer' }])), []],
  ['queries that no formula shows, without formulas', ordered(request([], [{ name: 'a' }])), []],
  [
    'a formula with a syntax error reports no unused queries',
    ordered(request(['a +'], [{ name: 'a' }, { name: 'b' }])),
    ['formula_syntax /widgets/0/definition/requests/0/formulas/0/formula 3'],
  ],
  // The grid.
  ['widgets side by side, and one below', ordered(note(at(0, 0)), note(at(6, 0)), note(at(0, 2, 12))), []],
  [
    'the same position after a column break',
    ordered(note(at(0, 0)), note({ ...at(0, 0), is_column_break: true })),
    [],
  ],
  [
    'a later widget above an earlier one',
    ordered(note(at(0, 1)), note(at(2, 0))),
    ['widgets_overlap /widgets/1/layout'],
  ],
  [
    'groups whose positions restart at the top, as the app exports them',
    ordered(
      { ...group(), layout: at(0, 0) },
      { ...group(), layout: at(6, 0) },
      { ...group(), layout: at(0, 0, 12) },
      { ...group(), layout: at(6, 1) },
    ),
    ['widgets_overlap /widgets/3/layout'],
  ],
  [
    'overlapping widgets in a group',
    ordered(group(note(at(0, 0)), note(at(5, 1)))),
    ['widgets_overlap /widgets/0/definition/widgets/1/layout'],
  ],
  [
    'the same position on two grids',
    ordered(note(at(0, 0, 12, 4)), { ...group(note(at(0, 0))), layout: at(0, 4, 12, 4) }),
    [],
  ],
  [
    'a height of zero, and a fractional width',
    ordered(note(at(0, 0, 6, 0)), note(at(6, 0, 1.5))),
    ['layout_off_grid /widgets/0/layout/height', 'layout_off_grid /widgets/1/layout/width'],
  ],
  [
    'a wide widget and two overlapping widgets on a free dashboard',
    { ...ordered(note(at(0, 0, 100, 40)), note(at(0, 0, 40, 40))), layout_type: 'free' },
    [],
  ],
  [
    'a layout that is not numbers',
    ordered(note({ ...at(0, 0), x: 'left' })),
    ['layout_incomplete /widgets/0/layout'],
  ],
  [
    'groups without layouts in a fixed dashboard',
    withFields({ reflow_type: 'fixed' }, { ...group(note()), layout: at(0, 0) }),
    [],
  ],
  [
    'a fixed dashboard without any layout',
    withFields({ reflow_type: 'fixed' }, note()),
    ['layout_required /widgets/0'],
  ],
  [
    'widgets in the groups of an automatic dashboard',
    withFields({ reflow_type: 'auto' }, group(note(at(0, 0)))),
    [],
  ],
  [
    'a group on a free dashboard',
    { ...ordered({ ...group(), layout: at(0, 0) }), layout_type: 'free' },
    ['group_on_free /widgets/0/definition/type'],
  ],
  ['a reflow type that is a number', withFields({ reflow_type: 1 }), ['unknown_reflow_type /reflow_type']],
  // Template variables.
  [
    'names with dots, .value and a suffix',
    withFields(
      { template_variables: [{ name: 'usr.id' }, { name: 'env' }, { name: 'ld-env' }] },
      series('avg:a{$usr.id,b:$env.value,c:$ld-env.value-x}'),
    ),
    [],
  ],
  [
    'a longer undeclared name',
    withFields({ template_variables: [{ name: 'env' }] }, series('avg:a{$environment,$env}')),
    ['variable_undeclared /widgets/0/definition/requests/0/q 7'],
  ],
  [
    'a dollar sign in a title, a price or an escape',
    ordered(
      note(),
      widget({ type: 'note', content: '$cost of $5' }),
      widget({ type: 'log_stream', query: 'a:\\$b' }),
    ),
    [],
  ],
  [
    'undeclared variables in a link and in the scope of a hostmap',
    ordered(
      widget({
        type: 'hostmap',
        requests: {},
        scope: ['$a1'],
        custom_links: [{ link: 'https://b/{{$c1.value}}?d=$e' }],
      }),
    ),
    [
      'variable_undeclared /widgets/0/definition/scope/0 1',
      'variable_undeclared /widgets/0/definition/custom_links/0/link 13',
    ],
  ],
  [
    'a powerpack, whose content is unknown',
    withFields({ template_variables: [{ name: 'env' }] }, widget({ type: 'powerpack', powerpack_id: 'a' })),
    [],
  ],
  [
    'an empty list of defaults',
    withFields({ template_variables: [{ name: 'env', defaults: [] }] }, series('avg:a{$env}')),
    ['defaults_empty /template_variables/0/defaults'],
  ],
  [
    'an empty string among the defaults',
    withFields({ template_variables: [{ name: 'env', defaults: ['a', ''] }] }, series('avg:a{$env}')),
    ['defaults_empty /template_variables/0/defaults/1'],
  ],
  // Fields of the dashboard.
  ['a team tag without a value', withFields({ tags: ['team:', 'team:a'] }), ['dashboard_tag /tags/0']],
  [
    'restricted roles with is_read_only: false',
    withFields({ is_read_only: false, restricted_roles: ROLES }),
    [],
  ],
  [
    'tab widgets referenced by position, by id and by neither',
    withFields({ tabs: [{ id: 'a', name: 'a', widget_ids: ['@0', '@1', 7, 8, 'b'] }] }, { ...note(), id: 7 }),
    ['tab_widget /tabs/0/widget_ids/0', 'tab_widget /tabs/0/widget_ids/3', 'tab_widget /tabs/0/widget_ids/4'],
  ],
  [
    'too many tabs',
    withFields({ tabs: Array.from({ length: 101 }, () => ({ name: 'a', widget_ids: [] })) }),
    ['tab_limits /tabs/100'],
  ],
  [
    'markers of every form',
    ordered(
      widget({
        type: 'timeseries',
        requests: [],
        markers: ['y = 0', 'y>=-1e3', '0 < y < .5', 'p95', 'y = 1 2', 'x = 1'].map((value) => ({ value })),
      }),
    ),
    [
      'marker_value /widgets/0/definition/markers/4/value',
      'marker_value /widgets/0/definition/markers/5/value',
    ],
  ],
  [
    'image URLs',
    ordered(
      ...[
        '/static/a.png',
        'data:image/png;base64,a',
        '$url.value',
        'HTTPS://a',
        'javascript:alert(1)',
        '//a',
      ].map((url) => widget({ type: 'image', url })),
    ),
    ['widget_url /widgets/4/definition/url', 'widget_url /widgets/5/definition/url'],
  ],
  [
    'quotes and parentheses in a search',
    ordered(
      ...['a:"(" \\( (b OR c)', 'a:"b', '(a', 'a)'].map((query) =>
        widget({
          type: 'timeseries',
          requests: [{ log_query: { search: { query }, compute: { aggregation: 'count' } } }],
        }),
      ),
    ),
    [
      'search_syntax /widgets/1/definition/requests/0/log_query/search/query 2',
      'search_syntax /widgets/2/definition/requests/0/log_query/search/query 0',
      'search_syntax /widgets/3/definition/requests/0/log_query/search/query 1',
    ],
  ],
];

describe('lint of dashboards', () => {
  for (const [title, dashboard, findings] of CASES)
    it(title, () => assert.deepEqual(found(dashboard), findings));

  it('gives no fix for a short name or a name that differs only in its number', () => {
    const fixes = (formula: string, name: string) =>
      lintDashboard(ordered(request([formula, name], [{ name }])), '').map(({ hint, fix }) => [
        hint,
        fix?.title,
      ]);
    assert.deepEqual(fixes('quera', 'query'), [['Did you mean query?', 'Change to query']]);
    assert.deepEqual(fixes('abd', 'abc'), [['Did you mean abc?', undefined]]);
    assert.deepEqual(fixes('query2', 'query1'), [[undefined, undefined]]);
  });
});
