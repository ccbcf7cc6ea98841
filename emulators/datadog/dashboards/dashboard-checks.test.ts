import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createTestClient, statusAndErrors } from '../test-client.ts';

const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/dashboards.ndjson');
const { send } = createTestClient();
const create = (dashboard: object) =>
  statusAndErrors(send('POST', '/api/v1/dashboard', { title: 't', layout_type: 'ordered', ...dashboard }));
const NOTE = { definition: { type: 'note', content: 'c' } };
const NUMBER = { type: 'query_value', requests: [{ q: 'avg:a{*}' }] };
const METRICS = { name: 'a', data_source: 'metrics' };
const RUM = { name: 'a', data_source: 'rum', search: { query: '' } };
const series = (...queries: object[]) => ({
  type: 'timeseries',
  requests: [{ response_format: 'timeseries', queries, formulas: [] }],
});
const at = (type: string, error: string) =>
  `Invalid widget definition at position 0 of type ${type}. Error: ${error}.`;

/**
 * Dashboards that Datadog refuses. The frame of the message and "is not valid under any of the given schemas" are Datadog's
 * words (DataDog/terraform-provider-datadog#1753); the other errors have the words of the JSON schema validator for Python.
 */
const REFUSED: readonly [source: string, definition: object, message: string][] = [
  [
    'DataDog/terraform-provider-datadog#1125: a metrics query without query',
    series(METRICS),
    at('timeseries', "'query' is a required property"),
  ],
  [
    'DataDog/terraform-provider-datadog#1969: a search without compute',
    series(RUM),
    at('timeseries', "'compute' is a required property"),
  ],
  [
    'DataDog/terraform-provider-datadog#1125: an empty event_size',
    { type: 'event_stream', query: 'a', event_size: '' },
    at('event_stream', "'' is not one of ['s', 'l']"),
  ],
  [
    'DataDog/terraform-provider-datadog#1753: a widget inside a group',
    { type: 'group', layout_type: 'ordered', widgets: [NOTE, { definition: { type: 'note' } }] },
    at(
      'group',
      "Invalid inner widget definition at position 1 of type note. Error: 'content' is a required property",
    ),
  ],
  [
    'the API client: a list as text',
    { type: 'toplist', requests: 'q' },
    at('toplist', "'q' is not of type 'array'"),
  ],
  [
    'the API client: an unknown type',
    { type: 'wheel' },
    at('wheel', `{"type":"wheel"} is not valid under any of the given schemas`),
  ],
];

describe('a dashboard that Datadog refuses', () => {
  for (const [source, definition, message] of REFUSED)
    it(`is refused: ${source}`, () =>
      assert.deepEqual(create({ widgets: [{ definition }] }), [400, message]));

  it("lacks a layout although reflow_type is fixed (DataDog/terraform-provider-datadog#48; the emulator's words)", () => {
    const layout = { x: 0, y: 0, width: 1, height: 1 };
    const widgets = [{ ...NOTE, layout }, NOTE];
    assert.deepEqual(create({ reflow_type: 'fixed', widgets }), [
      400,
      "Invalid widget definition at position 1. Error: 'layout' is a required property.",
    ]);
    assert.deepEqual(create({ reflow_type: 'fixed', widgets: [{ ...NOTE, layout }] }), [200]);
  });

  it("has a field of another type (the emulator's words)", () => {
    assert.deepEqual(create({ description: 5, widgets: [] }), [400, "'description' is invalid"]);
    assert.deepEqual(create({ reflow_type: 'x', widgets: [] }), [400, "'reflow_type' is invalid"]);
  });
});

describe('a dashboard that Datadog accepts', () => {
  it('has no number that is a flag, a list or an empty text, and no query with a name that is a number', () => {
    for (const precision of [true, [], ''])
      assert.equal(create({ widgets: [{ definition: { ...NUMBER, precision } }] })[0], 400);
    assert.deepEqual(create({ widgets: [{ definition: { ...NUMBER, precision: '2' } }] }), [200]);
    const newer = (name: unknown) =>
      create({ widgets: [{ definition: series({ data_source: 'newer', name }) }] });
    assert.equal(newer(1)[0], 400);
    assert.equal(newer('a')[0], 200);
  });

  it('has tabs with its own widgets, by position or id', () => {
    const withTab = (...widget_ids: unknown[]) =>
      create({ widgets: [{ ...NOTE, id: 7 }], tabs: [{ id: 'a', name: 'a', widget_ids }] });
    assert.deepEqual(withTab('@1', 7), [200]);
    for (const other of ['@0', '@2', 8, '8']) assert.deepEqual(withTab(other), [400, "'tabs' is invalid"]);
  });

  it('may have widgets whose id is a text', () =>
    assert.deepEqual(create({ widgets: [{ ...NOTE, id: 'a' }] }), [200]));

  it('may have unknown fields, nulls, numeric strings, and queries of a newer data source', () => {
    const definitions = [
      { ...NOTE.definition, newer: { a: 1 }, title: null },
      { type: 'query_value', requests: [], precision: '2' },
      series({ name: 'a', data_source: 'newer', anything: 1 }),
      { type: 'custom', app_id: 'a' },
    ];
    assert.deepEqual(create({ widgets: definitions.map((definition) => ({ definition })) }), [200]);
  });

  it('is accepted: all dashboards of the corpus', {
    skip: existsSync(CORPUS) ? false : 'the corpus is not here',
  }, () => {
    for (const line of readFileSync(CORPUS, 'utf8').trimEnd().split('\n')) {
      const { source, dashboard } = JSON.parse(line);
      const [status, ...errors] = create(dashboard);
      // Tags and preset values have had stricter checks since some of them were written.
      if (!/tag/.test(String(errors))) assert.equal(status, 200, `${source}: ${errors.join()}`);
    }
  });
});
