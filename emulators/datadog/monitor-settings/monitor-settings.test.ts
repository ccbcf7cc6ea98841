import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
const NONE = '00000000-0000-4000-8000-000000000000';

const data = (type: string, attributes: object, more: object = {}) => ({
  data: { type, attributes, ...more },
});

describe('a policy of monitor tags', () => {
  const PATH = '/api/v2/monitor/policy';
  const sent = (policy: object = {}, more: object = {}) =>
    data(
      'monitor-config-policy',
      {
        policy_type: 'tag',
        policy: { tag_key: 'team', tag_key_required: false, valid_tag_values: ['a', 'b'], ...policy },
      },
      more,
    );
  const create = (policy: object = {}) => jsonBody(send('POST', PATH, sent(policy))).data;
  const monitor = (tags: string[]) =>
    send('POST', '/api/v1/monitor', { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1', tags });

  it('is returned with an id, listed, replaced and deleted', () => {
    const made = create();
    assert.deepEqual(Object.keys(made), ['type', 'attributes', 'id']);
    assert.deepEqual(jsonBody(send('GET', PATH)).data, [made]);
    const after = jsonBody(
      send('PATCH', `${PATH}/${made.id}`, sent({ tag_key: 'env' }, { id: made.id })),
    ).data;
    assert.equal(after.attributes.policy.tag_key, 'env');
    assert.equal(send('DELETE', `${PATH}/${made.id}`).status, 204);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/${made.id}`)), [
      404,
      'Monitor config policy not found',
    ]);
  });

  it('rejects monitors with another value of its tag, or without a required tag', () => {
    create();
    assert.equal(monitor(['team:a']).status, 200);
    assert.equal(monitor([]).status, 200);
    assert.match(
      String(statusAndErrors(monitor(['team:c']))[1]),
      /'c' is not a valid value of the tag key 'team'/,
    );
    create({ tag_key: 'env', tag_key_required: true });
    assert.match(String(statusAndErrors(monitor(['team:b']))[1]), /the tag key 'env' is required/);
  });

  it('blocks edits of monitors that violate it until they are fixed', () => {
    const { id } = jsonBody(monitor(['team:c']));
    create();
    assert.equal(send('PUT', `/api/v1/monitor/${id}`, { message: 'm' }).status, 400);
    assert.equal(send('PUT', `/api/v1/monitor/${id}`, { tags: ['team:a'] }).status, 200);
  });

  it('is rejected, or not found, with these messages', () => {
    const { id } = create();
    assert.deepEqual(statusAndErrors(send('POST', PATH, data('x', { policy_type: 'INVALID' }))), [
      400,
      "Value of parameter 'policy_type' should be any of these ['tag']",
    ]);
    assert.deepEqual(statusAndErrors(send('DELETE', `${PATH}/x`)), [
      400,
      'Invalid URL param: policy_id must be an uuid',
    ]);
    assert.deepEqual(statusAndErrors(send('PATCH', `${PATH}/${id}`, sent({}, { id: NONE }))), [
      422,
      'Policy id in request body does not match id in URL param',
    ]);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/${NONE}`)), [
      404,
      'Monitor configuration policy not found',
    ]);
  });
});

describe('a notification rule', () => {
  const PATH = '/api/v2/monitor/notification_rule';
  const sent = (attributes: object = {}) =>
    data('monitor-notification-rule', {
      name: 'r',
      filter: { tags: ['a:b'] },
      recipients: ['slack-x'],
      ...attributes,
    });
  const create = (attributes: object = {}) => jsonBody(send('POST', PATH, sent(attributes)));

  it('has no modification time but a creator in the response to a create, unlike in reads', () => {
    const { data: made, included } = create();
    assert.equal(made.attributes.modified_at, '1970-01-01T00:00:00+00:00');
    assert.deepEqual([included[0].type, made.relationships.created_by.data.id], ['users', included[0].id]);
    const read = jsonBody(send('GET', `${PATH}/${made.id}`));
    assert.deepEqual([read.included, read.data.relationships], [undefined, undefined]);
    assert.equal(read.data.attributes.modified_at, '2026-05-14T10:58:54.236000+00:00');
    assert.equal(jsonBody(send('GET', `${PATH}/${made.id}?include=created_by`)).included.length, 1);
  });

  it('is listed in pages, sorted and filtered, updated, and deleted', () => {
    const ids = ['b', 'a'].map((name) => create({ name, filter: { tags: [`n:${name}`] } }).data.id);
    const listed = (query: string) =>
      jsonBody(send('GET', `${PATH}?${query}`)).data.map(({ id }: { id: string }) => id);
    assert.deepEqual(listed('sort=name:asc'), ids.toReversed());
    assert.deepEqual(listed('per_page=1&page=1'), [ids[1]]);
    assert.deepEqual(listed(`filters=${encodeURIComponent('{"tags":["n:a"]}')}`), [ids[1]]);
    const after = jsonBody(send('PATCH', `${PATH}/${ids[0]}`, sent({ name: 'c' }))).data;
    assert.equal(after.attributes.name, 'c');
    assert.equal(send('DELETE', `${PATH}/${ids[0]}`).status, 204);
    assert.deepEqual(statusAndErrors(send('GET', `${PATH}/${ids[0]}`)), [
      404,
      'Monitor Notification Rule not found',
    ]);
  });

  const rejected: readonly [object, RegExp][] = [
    [{ recipients: ['@slack-x'] }, /^Invalid recipients: Recipient handle should not start with '@'$/],
    [{ recipients: undefined }, /exactly one of recipients and conditional_recipients/],
    [{ recipients: Array.from({ length: 21 }, (_, at) => `r${at}`) }, /1 to 20/],
    [{ recipients: undefined, conditional_recipients: { conditions: [] } }, /1 to 10/],
    [
      {
        recipients: undefined,
        conditional_recipients: { conditions: [{ scope: 'a:b', recipients: ['@x'] }] },
      },
      /should not start with '@'/,
    ],
    [{ filter: undefined }, /'filter'/],
  ];
  for (const [attributes, message] of rejected) {
    it(`is rejected: ${message.source}`, () => {
      const [status, text] = statusAndErrors(send('POST', PATH, sent(attributes)));
      assert.equal(status, 400);
      assert.match(String(text), message);
    });
  }
});

describe('a monitor template', () => {
  const PATH = '/api/v2/monitor/template';
  const sent = (definition: object = { type: 'query alert', query: 'q' }, title = 't') =>
    data('monitor-user-template', {
      title,
      monitor_definition: definition,
      tags: [],
      template_variables: [],
    });
  const create = () => jsonBody(send('POST', PATH, sent())).data;

  it('starts at version 0; each update adds a version, lists all, and ignores the id of the body', () => {
    const { id, attributes } = create();
    assert.equal(attributes.version, 0);
    const after = jsonBody(send('PUT', `${PATH}/${id}`, sent(undefined, 'new'))).data;
    assert.deepEqual([after.id, after.attributes.version, after.attributes.title], [id, 1, 'new']);
    assert.deepEqual(
      after.attributes.versions.map(({ version, title }: { version: number; title: string }) => [
        version,
        title,
      ]),
      [
        [0, 't'],
        [1, 'new'],
      ],
    );
    assert.equal(jsonBody(send('GET', PATH)).data[0].attributes.versions, undefined);
    assert.equal(jsonBody(send('GET', `${PATH}/${id}`)).data.attributes.versions.length, 2);
  });

  it('is validated, rejected or not found with these messages', () => {
    const { id } = create();
    const empty = 'Invalid monitor_definition or template variables: Monitor definition cannot be empty.';
    assert.equal(send('POST', `${PATH}/validate`, sent()).status, 204);
    for (const [method, path] of [
      ['POST', ''],
      ['POST', '/validate'],
      ['PUT', `/${id}`],
      ['POST', `/${id}/validate`],
    ])
      assert.deepEqual(statusAndErrors(send(method ?? '', PATH + path, sent({}))), [400, empty]);
    assert.equal(send('DELETE', `${PATH}/${id}`).status, 204);
    for (const method of ['GET', 'DELETE'])
      assert.deepEqual(statusAndErrors(send(method, `${PATH}/${id}`)), [404, 'Monitor template not found']);
  });
});

describe('a restriction policy', () => {
  const path = (resource: string) => `/api/v2/restriction_policy/${resource}`;
  const restrict = (resource: string, principals: string[]) =>
    send(
      'POST',
      path(resource),
      data('restriction_policy', { bindings: [{ relation: 'editor', principals }] }, { id: resource }),
    );

  it('has no bindings for an unrestricted resource, and is replaced and deleted', () => {
    assert.deepEqual(jsonBody(send('GET', path('slo:x'))).data.attributes.bindings, []);
    restrict('dashboard:a-b', ['org:1']);
    assert.deepEqual(jsonBody(send('GET', path('dashboard%3Aa-b'))).data.attributes.bindings[0].principals, [
      'org:1',
    ]);
    assert.equal(send('DELETE', path('dashboard:a-b')).status, 204);
    assert.deepEqual(jsonBody(send('GET', path('dashboard:a-b'))).data.attributes.bindings, []);
  });

  it("sets the monitor's restricted_roles to the roles among its editors, and to null when it is deleted", () => {
    const { id } = jsonBody(
      send('POST', '/api/v1/monitor', { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' }),
    );
    const roles = () => jsonBody(send('GET', `/api/v1/monitor/${id}`)).restricted_roles;
    restrict(`monitor:${id}`, ['org:1', 'role:2']);
    assert.deepEqual(roles(), ['2']);
    assert.equal(
      jsonBody(send('GET', `/api/v1/monitor/${id}?with_restricted_roles=false`)).restricted_roles,
      undefined,
    );
    send('DELETE', path(`monitor:${id}`));
    assert.equal(roles(), null);
  });

  it('is rejected for a resource without a type', () =>
    assert.deepEqual(statusAndErrors(send('GET', path('malformed'))), [
      400,
      "Invalid resource: 'malformed' is not in a valid format",
    ]));
});
