import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const NONE = '00000000-0000-4000-8000-000000000000';

const user = (email: string, more: object = {}) =>
  send('POST', '/api/v2/users', { data: { type: 'users', attributes: { email, ...more } } });

describe('a user', () => {
  const create = (email = 'A@b.c') => jsonBody(user(email)).data;

  it('starts as pending with a lower-case email, is found by search, and is disabled instead of deleted', () => {
    const { id, attributes } = create();
    assert.deepEqual([attributes.handle, attributes.status, attributes.title], ['a@b.c', 'Pending', null]);
    create('z@b.c');
    const found = jsonBody(send('GET', '/api/v2/users?filter=A@B&page[size]=1'));
    assert.deepEqual(
      [found.data[0].id, found.meta.page.total_filtered_count, found.meta.page.total_count],
      [id, 1, 2],
    );
    assert.equal(jsonBody(send('GET', '/api/v2/users?sort=-email')).data[0].attributes.email, 'z@b.c');
    assert.equal(send('DELETE', `/api/v2/users/${id}`).status, 204);
    assert.equal(jsonBody(send('GET', `/api/v2/users/${id}`)).data.attributes.status, 'Disabled');
    assert.equal(jsonBody(send('GET', '/api/v2/users?filter[status]=Disabled')).data.length, 1);
  });

  it('is updated, and is pending again when it is enabled', () => {
    const { id } = jsonBody(user('a@b.c', { title: 't' })).data;
    const change = (attributes: object) =>
      jsonBody(send('PATCH', `/api/v2/users/${id}`, { data: { id, attributes } })).data.attributes;
    assert.equal(change({ name: 'n', disabled: true }).status, 'Disabled');
    const { name, status, title } = change({ disabled: false });
    assert.deepEqual([name, status, title], ['n', 'Pending', null]);
  });

  it('is rejected, or not found, with these messages', () => {
    const { id } = create();
    assert.deepEqual(statusAndErrors(user('a@B.c')), [409, 'User a@b.c already exists']);
    assert.deepEqual(statusAndErrors(send('GET', `/api/v2/users/${NONE}`)), [404, 'user not found']);
    assert.deepEqual(statusAndErrors(send('DELETE', `/api/v2/users/${NONE}`)), [404, `${NONE} not found`]);
    assert.deepEqual(statusAndErrors(send('PATCH', `/api/v2/users/${NONE}`, { data: { id: NONE } })), [
      404,
      `${NONE} not found`,
    ]);
    assert.deepEqual(statusAndErrors(send('PATCH', `/api/v2/users/${id}`, { data: { id: NONE } })), [
      422,
      "UUID's in the URL and request body do not match",
    ]);
  });

  it('of v1 can be disabled by its handle once', () => {
    send('POST', '/api/v1/user', { handle: 'a@b.c', email: 'a@b.c', name: 'n' });
    assert.deepEqual(jsonBody(send('DELETE', '/api/v1/user/a%40b.c')), { message: 'User a@b.c disabled' });
    assert.deepEqual(statusAndErrors(send('DELETE', '/api/v1/user/a%40b.c')), [
      400,
      'User is already disabled',
    ]);
  });
});

describe('a team', () => {
  const PATH = '/api/v2/team';
  const sent = (attributes: object) => ({ data: { type: 'team', attributes } });
  const create = (name = 'n') =>
    jsonBody(send('POST', PATH, sent({ name, handle: name, description: 'd' }))).data;

  it('has its description as summary, counts, and links to its parts', () => {
    const { id, attributes } = create();
    assert.deepEqual([attributes.summary, attributes.user_count, attributes.link_count], ['d', 0, 0]);
    const read = jsonBody(send('GET', `${PATH}/${id}`)).data;
    assert.equal(read.relationships.team_links.links.related, `${PATH}/${id}/links`);
    assert.equal(
      jsonBody(send('PATCH', `${PATH}/${id}`, sent({ description: 'new' }))).data.attributes.summary,
      'new',
    );
    assert.equal(jsonBody(send('GET', `${PATH}/${id}/permission-settings`)).data.length, 2);
  });

  it('is listed by keyword, sorted, in pages', () => {
    for (const name of ['b', 'a', 'ab']) create(name);
    const page = jsonBody(send('GET', `${PATH}?filter[keyword]=a&sort=name&page[size]=1&page[number]=1`));
    assert.deepEqual(
      [page.data[0].attributes.name, page.meta.pagination.total, page.links.prev !== null],
      ['ab', 2, true],
    );
  });

  it('has links and members', () => {
    const { id } = create();
    const link = jsonBody(
      send('POST', `${PATH}/${id}/links`, { data: { attributes: { label: 'l', url: 'u' } } }),
    ).data;
    assert.equal(
      jsonBody(send('PATCH', `${PATH}/${id}/links/${link.id}`, { data: { attributes: { label: 'm' } } })).data
        .attributes.label,
      'm',
    );
    assert.equal(jsonBody(send('GET', `${PATH}/${id}`)).data.attributes.link_count, 1);
    assert.equal(send('DELETE', `${PATH}/${id}/links/${link.id}`).status, 204);
    const person = jsonBody(user('a@b.c')).data.id;
    const member = {
      data: {
        attributes: { role: 'admin' },
        relationships: { user: { data: { type: 'users', id: person } } },
      },
    };
    assert.equal(jsonBody(send('POST', `${PATH}/${id}/memberships`, member)).included[0].id, person);
    assert.deepEqual(statusAndErrors(send('POST', `${PATH}/${id}/memberships`, member)), [
      409,
      `users already present on the team ['${person}']`,
    ]);
    assert.equal(jsonBody(send('GET', `${PATH}/${id}/memberships`)).data.length, 1);
    assert.equal(jsonBody(send('GET', `/api/v2/users/${person}/memberships`)).data.length, 1);
    assert.equal(send('DELETE', `${PATH}/${id}/memberships/${person}`).status, 204);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/${id}/memberships/${person}`)), [
      404,
      `User ${person} is not a member of Team ${id} not found`,
    ]);
  });

  it('has at most one notification rule', () => {
    const { id } = create();
    const rules = `${PATH}/${id}/notification-rules`;
    const rule = { data: { attributes: { email: { enabled: false }, slack: { channel: 'c' } } } };
    const made = jsonBody(send('POST', rules, rule)).data;
    assert.deepEqual(made.attributes, { slack: { channel: 'c' } }, 'disabled email is omitted');
    const detail = (response: ReturnType<typeof send>) => [
      response.status,
      jsonBody(response).errors[0].detail,
    ];
    assert.deepEqual(detail(send('POST', rules, rule)), [
      409,
      'notification rule already exists for this team',
    ]);
    assert.deepEqual(detail(send('PUT', `${rules}/${NONE}`, rule)), [
      409,
      "rule id does not match with team's rule id",
    ]);
    assert.deepEqual(detail(send('GET', `${rules}/${NONE}`)), [404, 'rule not found']);
    assert.deepEqual(detail(send('DELETE', `${rules}/${NONE}`)), [
      404,
      `rule ID ${NONE} was not found in team ID ${id}`,
    ]);
    assert.equal(send('DELETE', `${rules}/${made.id}`).status, 204);
    assert.equal(jsonBody(send('GET', rules)).meta.page.total, 0);
  });

  it('is rejected, or not found, with these messages', () => {
    const { id } = create();
    assert.deepEqual(statusAndErrors(send('POST', PATH, sent({ name: 'n', handle: 'x' }))), [
      409,
      'Team name and handle must be unique',
    ]);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/${NONE}`)), [404, `Team for ID ${NONE} not found`]);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/REPLACE.ME/links`)), [
      404,
      'REPLACE.ME is not a valid UUID not found',
    ]);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/${id}/links/${NONE}`)), [
      404,
      `Link for ID ${NONE} not found`,
    ]);
    assert.deepEqual(
      statusAndErrors(send('POST', `${PATH}/${id}/links`, { data: { attributes: { label: '' } } })),
      [422, 'label cannot be empty'],
    );
    assert.deepEqual(statusAndErrors(send('PATCH', `${PATH}/${id}/memberships/${NONE}`, {})), [
      404,
      `User for ID ${NONE} not found`,
    ]);
    assert.equal(send('DELETE', `${PATH}/${id}`).status, 204);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/${id}`)), [404, `Team for ID ${id} not found`]);
  });
});
