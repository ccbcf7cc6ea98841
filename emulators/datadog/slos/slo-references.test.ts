import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

const { send } = createTestClient();
const TARGETS = { thresholds: [{ timeframe: '7d', target: 99 }] };

describe('an SLO', () => {
  it('of monitors that do not exist is refused (DataDog/terraform-provider-datadog#579)', () => {
    const slo = { type: 'monitor', name: 'sm', monitor_ids: [1234], ...TARGETS };
    assert.deepEqual(statusAndErrors(send('POST', '/api/v1/slo', slo)), [
      400,
      'Invalid payload: invalid monitor ids: 1234, monitors not found or not supported SLO',
    ]);
  });

  it("on a dashboard is not deleted unless forced (Datadog's API documentation: 409; the emulator's words)", () => {
    const query = { numerator: 'sum:a{*}.as_count()', denominator: 'sum:b{*}.as_count()' };
    const created = send('POST', '/api/v1/slo', { type: 'metric', name: 's', query, ...TARGETS });
    const { id } = jsonBody(created).data[0];
    const definition = {
      type: 'group',
      layout_type: 'ordered',
      widgets: [{ definition: { type: 'slo', view_type: 'detail', slo_id: id } }],
    };
    const widgets = [{ definition }];
    const dashboard = jsonBody(
      send('POST', '/api/v1/dashboard', { title: 'd', layout_type: 'ordered', widgets }),
    );
    const errors = { [id]: [`slo [${id},s] is referenced in dashboards: [${dashboard.id},d]`] };
    for (const response of [
      send('DELETE', `/api/v1/slo/${id}`),
      send('GET', `/api/v1/slo/can_delete?ids=${id}`),
    ])
      assert.deepEqual([response.status, jsonBody(response).errors], [409, errors]);
    assert.equal(send('DELETE', `/api/v1/slo/${id}?force=true`).status, 200);
  });
});

describe('a downtime', () => {
  const body = (attributes: object) => ({ data: { type: 'downtime', attributes } });
  const monitor_identifier = { monitor_tags: ['*'] };

  it('without a display_timezone has that of its schedule, so a copy of it is accepted', () => {
    const schedule = { timezone: 'Europe/Paris', recurrences: [{ duration: '1h', rrule: 'FREQ=DAILY' }] };
    const sent = { scope: 'env:a', monitor_identifier, schedule };
    const { attributes } = jsonBody(send('POST', '/api/v2/downtime', body(sent))).data;
    assert.equal(attributes.display_timezone, 'Europe/Paris');
    const { display_timezone } = attributes;
    assert.equal(
      send('POST', '/api/v2/downtime', body({ ...sent, scope: 'env:b', display_timezone })).status,
      200,
    );
  });

  it('that starts now, at a whole second, has a start without a fraction', () => {
    const client = createTestClient();
    client.clock.now = Date.parse('2026-12-01T00:00:00Z');
    const sent = { scope: 'env:a', monitor_identifier, schedule: { start: null } };
    const { attributes } = jsonBody(client.send('POST', '/api/v2/downtime', body(sent))).data;
    assert.equal(attributes.schedule.start, '2026-12-01T00:00:00+00:00');
  });
});
