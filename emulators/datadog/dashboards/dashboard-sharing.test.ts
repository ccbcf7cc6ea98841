import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);

const DASHBOARD = {
  title: 'T',
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'note', content: 'x' } }],
};
const dashboard = (more: object = {}) =>
  jsonBody(send('POST', '/api/v1/dashboard', { ...DASHBOARD, ...more })).id;

describe('a dashboard list', () => {
  const LISTS = '/api/v1/dashboard/lists/manual';
  const create = (name = 'l') => jsonBody(send('POST', LISTS, { name }));
  const items = (id: number) => `/api/v2/dashboard/lists/manual/${id}/dashboards`;
  const timeboard = (id: string) => ({ id, type: 'custom_timeboard' });

  it('gets null for dashboards, a count, its author and its type; lists are sorted newest first', () => {
    const made = create();
    assert.deepEqual(
      [made.dashboards, made.dashboard_count, made.is_favorite, made.type],
      [null, 0, false, 'manual_dashboard_list'],
    );
    const { id } = create('second');
    assert.deepEqual(
      jsonBody(send('GET', LISTS)).dashboard_lists.map((list: { id: number }) => list.id),
      [id, made.id],
    );
  });

  it('names the items that a request added or removed, not those already present or absent', () => {
    const { id } = create();
    const [first, second] = [dashboard(), dashboard()].map(timeboard);
    const change = (method: string, ...list: unknown[]) =>
      jsonBody(send(method, items(id), { dashboards: list }));
    assert.deepEqual(change('POST', first), { added_dashboards_to_list: [first] });
    assert.deepEqual(change('POST', first, second), { added_dashboards_to_list: [second] });
    assert.equal(jsonBody(send('GET', `${LISTS}/${id}`)).dashboard_count, 2);
    assert.deepEqual(change('DELETE', first), { deleted_dashboards_from_list: [first] });
    assert.deepEqual(change('DELETE', first), { deleted_dashboards_from_list: [] });
    assert.deepEqual(change('PUT', first, second), { dashboards: [first, second] });
    const listed = jsonBody(send('GET', items(id)));
    assert.deepEqual([listed.total, listed.dashboards[0].title, listed.dashboards[0].tags], [2, 'T', []]);
  });

  it('is renamed, deleted, or not found with these messages', () => {
    const { id } = create();
    assert.equal(jsonBody(send('PUT', `${LISTS}/${id}`, { name: 'new' })).name, 'new');
    assert.deepEqual(jsonBody(send('DELETE', `${LISTS}/${id}`)), { deleted_dashboard_list_id: id });
    for (const method of ['GET', 'DELETE', 'PUT'])
      assert.deepEqual(
        statusAndErrors(send(method, `${LISTS}/${id}`, method === 'PUT' ? { name: 'n' } : undefined)),
        [404, `Manual Dashboard List with id ${id} not found`],
      );
  });
});

describe('a shared dashboard', () => {
  const PATH = '/api/v1/dashboard/public';
  const share = (more: object = {}) =>
    jsonBody(send('POST', PATH, { dashboard_id: dashboard(), dashboard_type: 'custom_timeboard', ...more }));

  it('has a token and a URL, is updated, and can be deleted', () => {
    const { token, public_url, share_type } = share();
    assert.deepEqual([public_url, share_type], [`https://p.datadoghq.com/sb/${token}`, 'open']);
    assert.equal(jsonBody(send('PUT', `${PATH}/${token}`, { status: 'paused' })).status, 'paused');
    assert.equal(jsonBody(send('GET', '/api/v1/dashboard?filter[shared]=true')).dashboards.length, 1);
    assert.deepEqual(jsonBody(send('DELETE', `${PATH}/${token}`)), { deleted_public_dashboard_token: token });
    assert.equal(send('GET', `${PATH}/${token}`).status, 404);
    assert.equal(jsonBody(send('GET', '/api/v1/dashboard?filter[shared]=true')).dashboards.length, 0);
  });

  it('also invites its author, and sends invitations that expire after an hour', () => {
    const { token, share_list, session_duration_in_days } = share({
      share_type: 'invite',
      share_list: ['a@b.c'],
    });
    assert.deepEqual([share_list, session_duration_in_days], [['sandbox@example.com', 'a@b.c'], 30]);
    const invitation = { data: { type: 'public_dashboard_invitation', attributes: { email: 'a@b.c' } } };
    const { created_at, invitation_expiry } = jsonBody(
      send('POST', `${PATH}/${token}/invitation`, invitation),
    ).data.attributes;
    assert.equal(Date.parse(invitation_expiry) - Date.parse(created_at), 3_600_000);
    assert.equal(jsonBody(send('GET', `${PATH}/${token}/invitation`)).meta.page.total_count, 1);
    assert.equal(send('DELETE', `${PATH}/${token}/invitation`, invitation).status, 204);
    assert.equal(jsonBody(send('GET', `${PATH}/${token}/invitation`)).meta.page.total_count, 0);
  });

  it('answers 404 if its type is not that of the dashboard', () => {
    const id = dashboard({ layout_type: 'free' });
    assert.deepEqual(
      statusAndErrors(send('POST', PATH, { dashboard_id: id, dashboard_type: 'custom_timeboard' })),
      [404, `custom_timeboard ${id} not found`],
    );
  });
});

describe('a secure embed', () => {
  const path = (id: string) => `/api/v2/dashboard/${id}/shared/secure-embed`;
  const sent = (attributes: object) => ({ data: { type: 'secure_embed_request', attributes } });

  it('returns its credential once, is updated and deleted, and answers 404 in JSON:API form', () => {
    const id = dashboard();
    const made = send('POST', path(id), sent({ title: 't' }));
    assert.equal(made.status, 201);
    const { token, credential } = jsonBody(made).data.attributes;
    assert.match(credential, /^hmac-/);
    assert.equal(jsonBody(send('GET', `${path(id)}/${token}`)).data.attributes.credential, undefined);
    assert.equal(
      jsonBody(send('PATCH', `${path(id)}/${token}`, sent({ status: 'paused' }))).data.attributes.status,
      'paused',
    );
    assert.equal(send('DELETE', `${path(id)}/${token}`).status, 204);
    assert.deepEqual(jsonBody(send('GET', `${path(id)}/${token}`)).errors, [
      { status: '404', title: 'Not Found' },
    ]);
  });
});
