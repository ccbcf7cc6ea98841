import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';
import { recordAudit } from './record-audit.ts';

const PATH = '/api/v2/audit/events';
const MONITOR = { type: 'query alert', name: 'disk full', query: 'avg(last_5m):avg:a{*} > 1' };

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const actions = (query: string): string[] =>
  jsonBody(send('GET', `${PATH}?filter[query]=${encodeURIComponent(query)}`)).data.map(
    (event: { attributes: { attributes: { action: string } } }) => event.attributes.attributes.action,
  );

describe('the audit trail', () => {
  it('records who created, updated and deleted a monitor or a dashboard, and its previous value', () => {
    const { id } = jsonBody(send('POST', '/api/v1/monitor', MONITOR));
    send('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    send('DELETE', `/api/v1/monitor/${id}`);
    send('POST', '/api/v1/dashboard', { title: 'd', layout_type: 'ordered', widgets: [] });
    assert.deepEqual(actions(`@asset.type:monitor @asset.id:${id}`), ['created', 'modified', 'deleted']);
    assert.deepEqual(actions('@evt.name:Dashboard @asset.type:dashboard'), ['created']);
    const [event] = jsonBody(send('POST', `${PATH}/search`, { filter: { query: '@action:modified' } })).data;
    assert.deepEqual(
      [event.type, event.attributes.service, event.attributes.timestamp],
      ['audit', 'datadog', new Date(datadog.clock.now).toISOString()],
    );
    const { asset, usr, evt } = event.attributes.attributes;
    assert.deepEqual(
      [asset.prev_value.message, asset.new_value.message, usr.email, evt.name],
      ['', 'new', 'sandbox@example.com', 'Monitor'],
    );
  });

  it('can be searched by asset, action, event and user', () => {
    send('POST', '/api/v1/monitor', MONITOR);
    for (const query of [
      '@asset.name:"disk full"',
      '@evt.name:Monitor',
      '@action:(created OR deleted)',
      '@usr.email:sandbox@example.com',
      'service:datadog',
    ])
      assert.deepEqual(actions(query), ['created'], query);
    assert.deepEqual(actions('-@action:created'), []);
    assert.deepEqual(actions('@asset.name:disk'), []);
  });

  it('is paged by a cursor, which the last page omits', () => {
    for (const name of ['a', 'b', 'c']) send('POST', '/api/v1/monitor', { ...MONITOR, name });
    const names = (page: { data: { attributes: { attributes: { asset: { name: string } } } }[] }) =>
      page.data.map(({ attributes }) => attributes.attributes.asset.name);
    const first = jsonBody(send('GET', `${PATH}?page[limit]=2`));
    assert.deepEqual(names(first), ['a', 'b']);
    assert.equal(first.meta.status, 'done');
    const { pathname, search } = new URL(first.links.next);
    const second = jsonBody(send('GET', `${pathname}${search}`));
    assert.deepEqual([names(second), second.meta.page, second.links], [['c'], undefined, undefined]);
  });

  it('keeps the newest 10,000 changes', () => {
    for (let n = 0; n < 10_001; n += 1)
      recordAudit(datadog.organisation, {
        action: 'created',
        asset: { type: 'monitor', id: String(n), name: 'm' },
      });
    assert.equal(datadog.organisation.collection('audit_events').size, 10_000);
    assert.deepEqual(actions('@asset.id:0'), []);
    assert.deepEqual(actions('@asset.id:10000'), ['created']);
  });

  it('answers 403 and records nothing when it is off', () => {
    const without = createTestClient({ audit: false });
    without.send('POST', '/api/v1/monitor', MONITOR);
    assert.deepEqual(statusAndErrors(without.send('GET', PATH)), [403, 'Forbidden']);
    assert.deepEqual(statusAndErrors(without.send('POST', `${PATH}/search`, {})), [403, 'Forbidden']);
    assert.equal(without.organisation.collection('audit_events').size, 0);
  });
});
