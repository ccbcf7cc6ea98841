import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);

describe('the software catalog', () => {
  const PATH = '/api/v2/catalog/entity';
  const DOCUMENT = {
    apiVersion: 'v3',
    kind: 'service',
    metadata: { name: 'Web', owner: 'team-a', tags: ['a:b'] },
  };
  const names = (query: string) =>
    jsonBody(send('GET', `${PATH}?${query}`)).data.map(
      (e: { attributes: { name: string } }) => e.attributes.name,
    );

  it('creates an entity from JSON or YAML, and updates it when it is sent again', () => {
    const first = send('POST', PATH, DOCUMENT);
    assert.equal(first.status, 202);
    const { id } = jsonBody(first).data[0];
    const again = jsonBody(
      send('POST', PATH, 'apiVersion: v3\nkind: service\nmetadata: {name: Web, displayName: W}\n'),
    );
    assert.deepEqual([again.data[0].id, again.data[0].attributes.displayName], [id, 'W']);
    assert.equal(again.included[0].attributes.schema.metadata.managed.ingestionSource, 'api');
  });

  it('filters by case-sensitive name, reference, kind and owner, in pages', () => {
    send('POST', PATH, DOCUMENT);
    assert.deepEqual(names('filter[name]=Web'), ['Web']);
    assert.deepEqual(names('filter[name]=web'), []);
    assert.deepEqual(names('filter[ref]=service:Web'), ['Web']);
    assert.deepEqual(names('filter[ref]=service:default/Web&filter[kind]=service'), ['Web']);
    assert.deepEqual(names('filter[owner]=team-a'), ['Web']);
    const page = jsonBody(send('GET', `${PATH}?page[limit]=1`));
    assert.match(page.links.next, /page%5Boffset%5D=1/);
    assert.deepEqual(names('page[limit]=1&page[offset]=1'), ['Web']);
  });

  it('includes documents and their original text on request', () => {
    send('POST', PATH, JSON.stringify(DOCUMENT));
    const [schema] = jsonBody(send('GET', `${PATH}?filter[name]=Web&include=schema`)).included;
    assert.deepEqual([schema.type, schema.attributes.schema.metadata.namespace], ['schema', 'default']);
    const [raw] = jsonBody(send('GET', `${PATH}?filter[name]=Web&include=raw_schema`)).included;
    assert.equal(
      Buffer.from(raw.attributes.rawSchema, 'base64').toString(),
      `---\n${JSON.stringify(DOCUMENT)}\n`,
    );
  });

  it('removes ids and empty lists from a document', () => {
    const metadata = { ...DOCUMENT.metadata, id: 'x', additionalOwners: [] };
    const [schema] = jsonBody(send('POST', PATH, { ...DOCUMENT, metadata })).included;
    assert.deepEqual(
      [schema.attributes.schema.metadata.id, schema.attributes.schema.metadata.additionalOwners],
      [undefined, undefined],
    );
  });

  it('deletes an entity by id or by reference', () => {
    const { id } = jsonBody(send('POST', PATH, DOCUMENT)).data[0];
    assert.equal(send('DELETE', `${PATH}/${id}`).status, 204);
    send('POST', PATH, DOCUMENT);
    assert.equal(send('DELETE', `${PATH}/service:default/Web`).status, 204);
    assert.equal(send('DELETE', `${PATH}/service:default/Web`).status, 404);
    assert.equal(send('POST', PATH, 'a: [').status, 400);
  });
});

describe('service definitions', () => {
  const PATH = '/api/v2/services/definitions';
  const V2 = {
    'schema-version': 'v2',
    'dd-service': 'Web-API',
    team: 'Team A',
    repos: [{ name: 'r', url: 'u' }],
    integrations: { pagerduty: 'p' },
  };

  it('have lower-case names, and an id in reads but not in the response to a write', () => {
    const [made] = jsonBody(send('POST', PATH, V2)).data;
    assert.deepEqual(
      [made.id, made.attributes.schema['dd-service'], made.attributes.schema['dd-team']],
      [undefined, 'web-api', 'team-a'],
    );
    assert.match(jsonBody(send('GET', `${PATH}/web-api`)).data.id, /^[0-9a-f]{32}$/);
  });

  it('convert from version 2 to 2.1 on request: repositories become links, PagerDuty an object', () => {
    send('POST', PATH, V2);
    const { schema } = jsonBody(send('GET', `${PATH}/web-api?schema_version=v2.1`)).data.attributes;
    assert.deepEqual(
      [schema.links, schema.repos, schema.integrations],
      [[{ name: 'r', url: 'u', type: 'repo' }], undefined, { pagerduty: { 'service-url': 'p' } }],
    );
  });

  it('appear in pages, and in the catalog too', () => {
    for (const name of ['a', 'b']) send('POST', PATH, `schema-version: v2.2\ndd-service: ${name}\n`);
    assert.equal(jsonBody(send('GET', `${PATH}?page[size]=1&page[number]=1`)).data.length, 1);
    assert.equal(
      jsonBody(send('GET', '/api/v2/catalog/entity?filter[name]=b')).data[0].attributes.apiVersion,
      'v2.2',
    );
  });

  it('answer 404 with error_details for an unknown name', () => {
    for (const method of ['GET', 'DELETE']) {
      const response = send(method, `${PATH}/none`);
      assert.deepEqual(
        [response.status, jsonBody(response)],
        [404, { errors: ['Not Found'], error_details: [{}] }],
      );
    }
    assert.equal(statusAndErrors(send('POST', PATH, '[]'))[0], 400);
  });
});
