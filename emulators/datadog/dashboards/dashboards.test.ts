import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';

const DASHBOARD = {
  title: 'My_Board: 50% (new)',
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'note', content: 'x' } }],
};

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const create = (dashboard: object = {}) =>
  jsonBody(send('POST', '/api/v1/dashboard', { ...DASHBOARD, ...dashboard }));

describe('a dashboard', () => {
  it('keeps its widgets unchanged, including the spelling of numbers and unknown fields', () => {
    const definition =
      '{"type":"note","content":"c","n":1.0,"big":12345678901234567890,"deep":{"a":[1e3,null]}}';
    const text = `{"title":"t","layout_type":"free","widgets":[{"id":9007199254740993,"definition":${definition},"layout":{"x":0,"y":0,"width":1,"height":1}}]}`;
    assert.ok(
      send('POST', '/api/v1/dashboard', text).body?.includes(
        `{"id":9007199254740993,"definition":${definition},`,
      ),
    );
  });

  it('gets ids for widgets without one, in groups too, and new ones on each update', () => {
    const group = {
      definition: {
        type: 'group',
        layout_type: 'ordered',
        widgets: [{ definition: { type: 'note', content: 'c' } }],
      },
    };
    const made = create({ widgets: [group] });
    const idsOf = (d: typeof made) => [d.widgets[0].id, d.widgets[0].definition.widgets[0].id];
    assert.ok(idsOf(made).every((id) => typeof id === 'number'));
    const updated = jsonBody(send('PUT', `/api/v1/dashboard/${made.id}`, { ...DASHBOARD, widgets: [group] }));
    assert.notDeepEqual(idsOf(updated), idsOf(made));
  });

  it('gets nulls for omitted fields, a sorted notify_list, a URL from its title, and a new id', () => {
    const made = create({ id: 'mine', notify_list: ['b', 'a'] });
    assert.deepEqual([made.description, made.template_variables, made.notify_list], [null, null, ['a', 'b']]);
    assert.match(made.id, /^\w{3}-\w{3}-\w{3}$/);
    assert.equal(made.url, `/dashboard/${made.id}/myboard-50-new`);
    assert.deepEqual([made.tags, made.reflow_type, made.tabs], [undefined, undefined, undefined]);
  });

  it('replaces the positions of widgets in tabs with their ids', () => {
    const made = create({ tabs: [{ id: 't', name: 'n', widget_ids: ['@1'] }] });
    assert.deepEqual(made.tabs[0].widget_ids, [made.widgets[0].id]);
  });

  it('is replaced by an update', () => {
    const { id } = create({ description: 'd', tags: ['team:x'] });
    const after = jsonBody(send('PUT', `/api/v1/dashboard/${id}`, DASHBOARD));
    assert.deepEqual([after.id, after.description, after.tags], [id, null, undefined]);
    assert.deepEqual(jsonBody(send('GET', `/api/v1/dashboard/${id}`)), after);
  });

  it('is listed in pages without its widgets, deleted, listed as deleted, and restored', () => {
    const ids = [create().id, create().id, create().id];
    const page = jsonBody(send('GET', '/api/v1/dashboard?start=1&count=1')).dashboards;
    assert.deepEqual(
      page.map((d: { id: string; widgets: unknown }) => [d.id, d.widgets]),
      [[ids[1], undefined]],
    );
    assert.deepEqual(jsonBody(send('DELETE', `/api/v1/dashboard/${ids[0]}`)), {
      deleted_dashboard_id: ids[0],
    });
    assert.equal(
      send('DELETE', '/api/v1/dashboard', { data: [{ id: ids[1], type: 'dashboard' }] }).status,
      204,
    );
    const deleted = jsonBody(send('GET', '/api/v1/dashboard?filter[deleted]=true')).dashboards;
    assert.equal(deleted.length, 2);
    assert.equal(
      send('PATCH', '/api/v1/dashboard', { data: [{ id: ids[1], type: 'dashboard' }] }).status,
      204,
    );
    assert.equal(jsonBody(send('GET', '/api/v1/dashboard')).dashboards.length, 2);
    assert.deepEqual(jsonBody(send('GET', `/api/v1/dashboard/${ids[0]}`)).errors, [
      `Dashboard with ID ${ids[0]} not found`,
    ]);
  });

  const variable = (fields: object) => ({ template_variables: [{ name: 'datacenter', ...fields }] });
  const preset = (fields: object) => ({
    template_variable_presets: [{ name: 'p', template_variables: [{ name: 'datacenter', ...fields }] }],
  });
  const rejected: readonly [object, string][] = [
    [{ tags: ['tm:foobar'] }, 'Invalid tag format. Valid tag keys are: team.'],
    [variable({ default: '*', defaults: ['*'] }), "'template_variables' is invalid"],
    [variable({ defaults: [''] }), "Minimum length of parameter 'defaults' should be 1"],
    [
      preset({ value: '*', values: ['*'] }),
      "'template_variables' value '{'name': 'datacenter', 'value': '*', 'values': ['*']}' is invalid",
    ],
    [preset({ values: [] }), "Minimum number of elements in parameter 'values' should be 1"],
  ];
  for (const [fields, message] of rejected) {
    it(`is rejected: ${message}`, () => {
      const response = send('POST', '/api/v1/dashboard', { ...DASHBOARD, ...fields });
      assert.deepEqual([response.status, jsonBody(response).errors], [400, [message]]);
    });
  }
});
