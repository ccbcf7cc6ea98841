import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { lintDashboard } from './lint-dashboard.ts';

const found = (...definitions: JsonObject[]): string[] =>
  lintDashboard(
    { title: 'A', layout_type: 'ordered', widgets: definitions.map((definition) => ({ definition })) },
    '',
  ).map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);

describe('lint of widget queries', () => {
  it('reports a query or a search without a field that its data source requires', () => {
    const requests: JsonObject[] = [
      { queries: [{ name: 'a', data_source: 'cloud_cost', q: 'a' }] },
      { queries: [{ name: 'a', data_source: 'process', query: 'a' }] },
      { queries: [{ name: 'a', data_source: 'rum', search: { query: 'a' } }] },
      { queries: [{ name: 'a', data_source: 'a_new_source' }] },
      { log_query: { index: '*', search: { query: 'a' } } },
      { log_query: { index: '*', search: { query: 'a' }, multi_compute: [] } },
    ];
    const definitions = requests.map((request) => ({
      type: 'timeseries',
      requests: [{ response_format: 'timeseries', ...request }],
    }));
    assert.deepEqual(found(...definitions), [
      'error member_missing /widgets/0/definition/requests/0/queries/0',
      'error member_missing /widgets/1/definition/requests/0/queries/0',
      'error member_missing /widgets/2/definition/requests/0/queries/0',
      'error member_missing /widgets/4/definition/requests/0/log_query',
    ]);
  });

  it('accepts markers with a unit prefix and times that are neither live nor fixed', () => {
    const definition = {
      type: 'timeseries',
      time: { type: 'weekly', offset: 2 },
      requests: [{ q: 'avg:a{*}' }],
      markers: ['y = 64K', '1.5k < y < 2M', 'y = 64 K'].map((value) => ({ value })),
    };
    assert.deepEqual(found(definition), ['warning marker_value /widgets/0/definition/markers/2/value']);
  });

  it('reports an empty event size of a stream and of a list', () => {
    const list = {
      type: 'list_stream',
      requests: [
        {
          response_format: 'event_list',
          columns: [],
          query: { data_source: 'event_stream', query_string: '', event_size: '' },
        },
      ],
    };
    assert.deepEqual(found({ type: 'event_stream', query: 'a', event_size: '' }, list), [
      'error empty_choice /widgets/0/definition/event_size',
      'error empty_choice /widgets/1/definition/requests/0/query/event_size',
    ]);
  });
});

describe('lint of types in dashboards', () => {
  it('checks the form of a widget that fits best, if its type has several', () => {
    const funnel = (query: JsonObject): JsonObject => ({
      type: 'funnel',
      requests: [{ request_type: 'funnel', query }],
    });
    const steps = [{ facet: '@a', value: 1 }];
    assert.deepEqual(
      found(
        funnel({ data_source: 'rum', query_string: '', steps }),
        funnel({ data_source: 'rum', query_string: '', steps: [{ facet: '@a', value: 'b' }] }),
      ),
      ['error widget_field_type /widgets/0/definition/requests/0/query/steps/0/value'],
    );
  });

  it('requires the field that distinguishes the forms of a query, which may be of a newer source', () => {
    const series = (query: JsonObject): JsonObject => ({
      type: 'timeseries',
      requests: [{ response_format: 'timeseries', queries: [{ name: 'a', query: 'avg:a{*}', ...query }] }],
    });
    assert.deepEqual(found(series({}), series({ data_source: 'newer' }), series({ data_source: [] })), [
      'error member_type /widgets/2/definition/requests/0/queries/0/data_source',
      'error widget_field_missing /widgets/0/definition/requests/0/queries/0',
    ]);
  });

  it('requires texts in lists of texts, and a flag for a column break', () => {
    const dashboard: JsonObject = {
      title: 'A',
      layout_type: 'ordered',
      notify_list: [1],
      template_variables: [{ name: 'env', prefix: 'env', available_values: [[]], defaults: ['*'] }],
      widgets: [
        {
          layout: { x: 0, y: 0, width: 1, height: 1, is_column_break: 'no' },
          definition: { type: 'note', content: '$env' },
        },
      ],
    };
    assert.deepEqual(
      lintDashboard(dashboard, '').map(({ code, pointer }) => `${code} ${pointer}`),
      [
        'member_type /notify_list',
        'member_type /template_variables/0/available_values',
        'member_type /widgets/0/layout/is_column_break',
      ],
    );
  });
});
