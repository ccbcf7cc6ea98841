import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import { lintText } from '../documents/lint-text.ts';
import { documentsOf, type FoundResource, placeResources, removedText } from './convert-state.ts';
import { objectOf } from './terraform-objects.ts';
import { keyFromAddress, readState, StateError, type State } from './terraform-state.ts';

/** The owner of the documents in these tests. */
const OWNER = { application: 'shop', from: undefined };

/** Converts a state as the command does without Datadog. */
function converted(state: State, source: Parameters<typeof placeResources>[1] = OWNER) {
  const { placed, leftOut } = placeResources(state, source);
  const failed: { address: string; why: string }[] = [];
  const found = placed.flatMap((resource): FoundResource[] => {
    const result = objectOf(resource);
    if (result.why === undefined) return [{ resource, object: result.object }];
    failed.push({ address: resource.address, why: result.why });
    return [];
  });
  const { documents, leftOut: managed } = documentsOf(found, 'payments');
  return { documents, leftOut: [...leftOut, ...failed, ...managed] };
}

function stateOf(resources: readonly JsonObject[], children: Json[] = []): State {
  return readState({ values: { root_module: { resources: [...resources], child_modules: children } } });
}

const monitor = (address: string, id: string, more: JsonObject = {}): JsonObject => ({
  address,
  mode: 'managed',
  type: 'datadog_monitor',
  values: {
    id,
    name: `Errors ${id}`,
    type: 'query alert',
    query: 'sum(last_5m):sum:web.errors{env:prod}.as_count() > 100',
    message: 'Errors of the shop. @slack-shop',
    monitor_thresholds: [{ critical: '100', warning: '', critical_recovery: '0' }],
    tags: ['env:prod', 'service:shop'],
    priority: '',
    notify_no_data: false,
    evaluation_delay: 0,
    ...more,
  },
});

const dashboardJson = (address: string, id: string, dashboard: string): JsonObject => ({
  address,
  mode: 'managed',
  type: 'datadog_dashboard_json',
  values: { id, dashboard },
});

const entries = (document: JsonObject | undefined, list: string): JsonObject[] => {
  const found = document?.[list];
  return Array.isArray(found) ? found.filter(isObject) : [];
};

describe('keys from addresses', () => {
  const cases = [
    ['datadog_monitor.cpu_high', 'cpu-high'],
    ['datadog_monitor.cpu["db"]', 'cpu-db'],
    ['datadog_monitor.cpu[0]', 'cpu-0'],
    ['module.shop.datadog_monitor.cpu', 'shop-cpu'],
    ['module.shop["a.b"].module.db[1].datadog_monitor.cpu["x]y"]', 'shop-a.b-db-1-cpu-x-y'],
    ['datadog_monitor.größe', 'gro-e'],
  ] as const;
  for (const [address, key] of cases) it(address, () => assert.equal(keyFromAddress(address), key));
});

describe('a state of Terraform as documents', () => {
  it('converts a monitor to an entry that adopts it, and lint finds no error', async () => {
    const { documents, leftOut } = converted(stateOf([monitor('datadog_monitor.errors', '3000000001')]));
    assert.deepEqual(leftOut, []);
    const [only] = documents;
    const [alert] = entries(only?.document, 'alerts');
    assert.deepEqual([alert?.['key'], alert?.['adopt']], ['errors', '3000000001']);
    assert.deepEqual(
      (await lintText(printYaml(only?.document ?? {}), 'yaml')).filter(
        ({ severity }) => severity === 'error',
      ),
      [],
    );
  });

  it('reads "0" as a threshold of 0 and "" as none', () => {
    const resource = { address: 'datadog_monitor.a', type: 'datadog_monitor' };
    const { values } = monitor('', '1');
    assert.ok(isObject(values));
    const result = objectOf({ ...resource, values });
    assert.ok(result.why === undefined && isObject(result.object['options']));
    assert.deepEqual(result.object['options']['thresholds'], { critical: 100, critical_recovery: 0 });
    assert.equal(Object.hasOwn(result.object['options'], 'evaluation_delay'), false);
    assert.equal(result.object['options']['notify_no_data'], false);
  });

  it('converts scheduling and variables as the API has them', () => {
    const values = {
      name: 'a',
      type: 'query alert',
      query: 'q',
      id: '1',
      scheduling_options: [
        {
          evaluation_window: [{ hour_starts: 5, day_starts: '' }],
          custom_schedule: [{ recurrence: [{ rrule: 'FREQ=DAILY', start: '' }] }],
        },
      ],
      variables: [
        {
          event_query: [
            {
              name: 'a',
              data_source: 'logs',
              search: [{ query: 'x' }],
              compute: [{ aggregation: 'count', interval: 0 }],
              group_by: [{ facet: 'host', limit: 0, sort: [{ order: 'desc' }] }],
            },
          ],
          aggregate_filtered_query: [
            {
              name: 'b',
              filter_event_query: [{ search: [{ query: 'y' }], compute: [{ aggregation: 'count' }] }],
              base_event_query: [{ search: [{ query: 'z' }] }],
              filters: [{ base_attribute: 'c' }],
            },
          ],
        },
      ],
    };
    const result = objectOf({ address: '', type: 'datadog_monitor', values });
    assert.ok(result.why === undefined);
    assert.deepEqual(result.object['options'], {
      scheduling_options: {
        evaluation_window: { hour_starts: 5 },
        custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY' }] },
      },
      variables: [
        {
          name: 'a',
          data_source: 'logs',
          search: { query: 'x' },
          compute: { aggregation: 'count' },
          group_by: [{ facet: 'host', sort: { order: 'desc' } }],
        },
        {
          name: 'b',
          filter_query: { search: { query: 'y' }, compute: [{ aggregation: 'count' }] },
          base_query: { search: { query: 'z' } },
          filters: [{ base_attribute: 'c' }],
        },
      ],
    });
  });

  it('writes references where an id is that of another resource, in whole numbers only', () => {
    const composite = monitor('datadog_monitor.both', '3000000003', {
      type: 'composite',
      query: '3000000001 && 30000000019',
      monitor_thresholds: [],
    });
    const board = dashboardJson(
      'datadog_dashboard_json.board',
      'abc-def-ghi',
      JSON.stringify({
        title: 'Board',
        layout_type: 'ordered',
        widgets: [{ definition: { type: 'alert_graph', alert_id: '3000000001', viz_type: 'timeseries' } }],
      }),
    );
    const { documents } = converted(
      stateOf([monitor('datadog_monitor.errors', '3000000001'), composite, board]),
    );
    const [dashboard] = entries(documents[0]?.document, 'dashboards');
    assert.deepEqual([dashboard?.['key'], dashboard?.['adopt']], ['board', 'abc-def-ghi']);
    assert.match(JSON.stringify(dashboard), /"alert_id":"\$\{monitor:errors\}"/);
    const text = JSON.stringify(documents[0]?.document);
    assert.match(text, /30000000019/);
  });

  it('gives colliding keys a number, and monitors and dashboards their own keys', () => {
    const { documents } = converted(
      stateOf([
        monitor('datadog_monitor.a_b', '1'),
        monitor('datadog_monitor.a-b', '2'),
        dashboardJson('datadog_dashboard_json.a_b', 'abc-def-ghi', '{"title": "A", "widgets": []}'),
      ]),
    );
    const keys = ['alerts', 'monitors', 'dashboards'].flatMap((list) =>
      entries(documents[0]?.document, list).map(({ key }) => key),
    );
    assert.deepEqual(keys, ['a-b', 'a-b-2', 'a-b']);
  });

  it('places resources by tag or by module, and names those without an application', () => {
    const child = {
      address: 'module.pay',
      child_modules: [
        {
          address: 'module.pay.module.db',
          resources: [monitor('module.pay.module.db.datadog_monitor.m', '3')],
        },
      ],
    };
    const state = stateOf(
      [
        monitor('datadog_monitor.a', '1', { tags: ['service:Web'] }),
        monitor('datadog_monitor.b', '2', { tags: [] }),
      ],
      [child],
    );
    const byTag = converted(state, { application: undefined, from: { tag: 'service' } });
    assert.deepEqual(
      byTag.documents.map(({ application }) => application),
      ['shop', 'web'],
    );
    assert.deepEqual(
      byTag.leftOut.map(({ address }) => address),
      ['datadog_monitor.b'],
    );
    const byModule = converted(state, { application: 'rest', from: 'module' });
    assert.deepEqual(
      byModule.documents.map(({ application }) => application),
      ['pay', 'rest'],
    );
    assert.deepEqual(byModule.leftOut, []);
  });

  it('names every resource that it cannot convert, and why', () => {
    const { documents, leftOut } = converted(
      stateOf([
        {
          address: 'datadog_service_level_objective.s',
          mode: 'managed',
          type: 'datadog_service_level_objective',
          values: {},
        },
        {
          address: 'datadog_dashboard.d',
          mode: 'managed',
          type: 'datadog_dashboard',
          values: { id: 'abc-def-ghi' },
        },
        dashboardJson('datadog_dashboard_json.broken', 'abc-def-gh1', '{'),
        dashboardJson(
          'datadog_dashboard_json.deep',
          'abc-def-gh2',
          `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
        ),
        monitor('datadog_monitor.t', '1', { monitor_thresholds: [{ critical: 'many' }] }),
        monitor('datadog_monitor.one', '5'),
        monitor('datadog_monitor.same', '5'),
        monitor('datadog_monitor.marked', '6', { tags: ['birddog_key:other/errors'] }),
        monitor('datadog_monitor.synthetic', '7', { type: 'synthetics alert' }),
        { address: 'data.datadog_monitor.read', mode: 'data', type: 'datadog_monitor', values: {} },
      ]),
    );
    assert.deepEqual(Object.fromEntries(leftOut.map(({ address, why }) => [address, why])), {
      'datadog_service_level_objective.s': 'documents have only monitors, alerts and dashboards',
      'datadog_dashboard.d': 'its widgets can be read only from Datadog: convert without --offline',
      'datadog_dashboard_json.broken': 'its attribute dashboard is not the JSON of an object',
      'datadog_dashboard_json.deep': 'its JSON is nested deeper than 100 levels',
      'datadog_monitor.t': 'its threshold critical is not a number',
      'datadog_monitor.same': 'it is the same object as datadog_monitor.one',
      'datadog_monitor.marked': 'Birddog manages it for other',
      'datadog_monitor.synthetic':
        'it belongs to a synthetic test, and only the Synthetics API can change it',
    });
    assert.equal(documents.length, 1);
  });

  it('keeps the key of an object that Birddog already manages, and does not adopt it', () => {
    const { documents } = converted(
      stateOf([
        monitor('datadog_monitor.old', '1', { tags: ['birddog_key:shop/web-errors'] }),
        monitor('datadog_monitor.web_errors', '2'),
      ]),
    );
    const [first, second] = entries(documents[0]?.document, 'alerts');
    assert.deepEqual([first?.['key'], first?.['adopt']], ['web-errors', undefined]);
    assert.deepEqual([second?.['key'], second?.['adopt']], ['web-errors-2', '2']);
  });

  it('writes one removed block for all instances, and a comment where one is left out', () => {
    const state = stateOf([
      monitor('datadog_monitor.cpu["a"]', '1'),
      monitor('datadog_monitor.cpu["b"]', '2'),
      monitor('datadog_monitor.disk[0]', '3'),
      monitor('datadog_monitor.disk[1]', '3'),
      monitor('module.pay["x"].datadog_monitor.m', '4'),
      monitor('datadog_monitor.planned', ''),
    ]);
    const text = removedText(state, converted(state).leftOut);
    assert.deepEqual(
      [...text.matchAll(/from = (.*)/g)].map(([, address]) => address),
      ['datadog_monitor.cpu', 'module.pay.datadog_monitor.m'],
    );
    assert.match(text, /^# datadog_monitor\.disk stays in Terraform/m);
  });

  it('rejects a file that is not the output of terraform show -json', () => {
    for (const value of [[], {}, { version: 4, resources: [] }, { values: {} }])
      assert.throws(() => readState(value), StateError);
    assert.throws(() => stateOf([{ mode: 'managed', type: 'datadog_monitor' }]), StateError);
    assert.throws(
      () => stateOf(Array.from({ length: 20_001 }, (_, at) => monitor(`datadog_monitor.m[${at}]`, ''))),
      /more than 20000 resources/,
    );
  });
});

const EXAMPLES = join(import.meta.dirname, '../../../../shared/reference/terraform');

describe('states of the provider', { skip: existsSync(EXAMPLES) ? false : 'the examples are absent' }, () => {
  const files = existsSync(EXAMPLES) ? readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')) : [];
  for (const file of files)
    it(`converts ${file}`, async () => {
      const state = readState(JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')));
      const { documents, leftOut } = converted(state);
      const isDashboard = file.includes('dashboard');
      assert.deepEqual([documents.length, leftOut.length], isDashboard ? [0, 1] : [1, 0]);
      for (const { document } of documents) {
        const errors = (await lintText(printYaml(document), 'yaml')).filter(
          ({ severity }) => severity === 'error',
        );
        assert.deepEqual(errors, []);
      }
    });
});
