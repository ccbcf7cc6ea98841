import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

const QUERY = 'avg(last_5m):avg:a{*} by {queue} > 2';
const GROUPS = {
  'queue:orders': { status: 'Alert', last_triggered_ts: 1_767_225_600, last_nodata_ts: null },
  'queue:mail': { status: 'OK' },
};

let datadog: ReturnType<typeof createTestClient>;
let id: number;
beforeEach(() => {
  datadog = createTestClient();
  id = jsonBody(datadog.send('POST', '/api/v1/monitor', { type: 'query alert', name: 'n', query: QUERY })).id;
});
const setStates = (states: unknown) => datadog.control('PUT', 'states', states);
const read = (query: string) => jsonBody(datadog.send('GET', `/api/v1/monitor/${id}?${query}`));

describe('states that /__control/states sets', () => {
  it('appear in reads, lists and searches, with the groups that are asked for', () => {
    assert.equal(setStates({ [id]: { groups: GROUPS, silenced: { 'queue:orders': null } } })?.status, 204);
    const { overall_state, state, options } = read('group_states=all');
    assert.equal(overall_state, 'Alert');
    assert.deepEqual(Object.keys(state.groups), ['queue:orders', 'queue:mail']);
    assert.deepEqual(state.groups['queue:orders'], { ...GROUPS['queue:orders'], name: 'queue:orders' });
    assert.deepEqual(options.silenced, { 'queue:orders': null });
    assert.equal(read('').state, undefined);
    const [listed] = jsonBody(datadog.send('GET', '/api/v1/monitor?page=0&group_states=alert,warn'));
    assert.deepEqual(Object.keys(listed.state.groups), ['queue:orders']);
    const [found] = jsonBody(datadog.send('GET', '/api/v1/monitor/search?query=status:alert')).monitors;
    assert.equal(found.last_triggered_ts, 1_767_225_600);
    const { groups } = jsonBody(
      datadog.send('GET', '/api/v1/monitor/groups/search?query=group_status:alert'),
    );
    assert.deepEqual(
      groups.map((one: { group: string; status: string; last_triggered_ts: number }) => [
        one.group,
        one.status,
        one.last_triggered_ts,
      ]),
      [['queue:orders', 'Alert', 1_767_225_600]],
    );
  });

  it('end with an update of the monitor', () => {
    setStates({ [id]: { groups: GROUPS } });
    datadog.send('PUT', `/api/v1/monitor/${id}`, { name: 'other' });
    const { overall_state, state } = read('group_states=all');
    assert.deepEqual([overall_state, state], ['No Data', { groups: {} }]);
  });

  for (const [states, error] of [
    [[], 'expected an object: {"<monitor id>": {"groups": {...}}}'],
    [{ 1: {} }, 'there is no monitor 1'],
    [{ ID: { groups: { '*': { status: 'red' } } } }, '"red" is not one of Alert, Warn,'],
  ] as const)
    it(`are refused if they are wrong: ${JSON.stringify(states)}`, () => {
      const given = JSON.parse(JSON.stringify(states).replace('ID', String(id)));
      const response = setStates(given);
      assert.ok(response);
      const [status, message] = statusAndErrors(response);
      assert.equal(status, 400);
      assert.ok(String(message).startsWith(error), String(message));
    });
});

it('a dashboard that /__control/unreadable names is listed, but its read is forbidden', () => {
  const dashboard = { title: 't', layout_type: 'ordered', widgets: [] };
  const created = jsonBody(datadog.send('POST', '/api/v1/dashboard', dashboard));
  datadog.control('PUT', 'unreadable', [created.id]);
  assert.deepEqual(statusAndErrors(datadog.send('GET', `/api/v1/dashboard/${created.id}`)), [
    403,
    'Forbidden',
  ]);
  assert.equal(jsonBody(datadog.send('GET', '/api/v1/dashboard')).dashboards.length, 1);
});
