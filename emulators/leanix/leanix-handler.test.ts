import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FactSheetInput, SANDBOX_FACT_SHEETS } from './fact-sheets.ts';
import { createLeanixHandler, type LeanixOptions } from './leanix-handler.ts';

const TOKEN_PATH = '/services/mtm/v1/oauth2/token';
const GRAPHQL = '/services/pathfinder/v1/graphql';
const QUERY = `query ($filter: FilterInput, $first: Int, $after: String) {
  allFactSheets(factSheetType: Application, filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { name displayName ... on Application { number: externalId { externalId } } } }
  }
}`;

function leanix(options: Partial<LeanixOptions> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1) };
  const handler = createLeanixHandler({
    sheets: SANDBOX_FACT_SHEETS,
    apiToken: 'secret',
    tokenSeconds: 3600,
    requestsPerMinute: 1800,
    retryAfter: true,
    unsupportedFilters: [],
    now: () => clock.now,
    ...options,
  });
  const send = (
    route: 'handle' | 'control',
    method: string,
    path: string,
    headers: Record<string, string>,
    body = '',
  ) => {
    const response = handler[route]({ method, path, query: new URLSearchParams(), headers, body });
    return {
      status: response?.status,
      headers: response?.headers ?? {},
      json: response?.body ? JSON.parse(response.body) : undefined,
    };
  };
  const login = (user = 'apitoken:secret', body = 'grant_type=client_credentials') =>
    send(
      'handle',
      'POST',
      TOKEN_PATH,
      {
        authorization: `Basic ${Buffer.from(user).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    );
  const bearer = (): string => login().json.access_token;
  const graphql = (query: string, variables: object = {}, token = bearer()) =>
    send(
      'handle',
      'POST',
      GRAPHQL,
      { authorization: `Bearer ${token}` },
      JSON.stringify({ query, variables }),
    );
  const names = (filter: object): string[] =>
    graphql(QUERY, { filter }).json.data.allFactSheets.edges.map(
      (e: { node: { displayName: string } }) => e.node.displayName,
    );
  return { clock, login, bearer, graphql, names, control: send.bind(undefined, 'control'), send };
}

const sheet = (id: string, name: string, more: Partial<FactSheetInput> = {}): FactSheetInput => ({
  id,
  name,
  ...more,
});

describe('the token endpoint', () => {
  it('returns a JWT and its lifetime in seconds', () => {
    const { status, json } = leanix().login();
    assert.deepEqual([status, json.token_type, json.expires_in], [200, 'bearer', 3600]);
    assert.equal(json.access_token.split('.').length, 3);
  });

  it('rejects another token, and a user name other than apitoken', () => {
    for (const user of ['apitoken:wrong', 'me:secret', '']) {
      const { status, json } = leanix().login(user);
      assert.deepEqual([status, json.error], [401, 'invalid_client']);
    }
  });

  it('rejects another grant type', () => {
    assert.equal(leanix().login('apitoken:secret', '{}').status, 400);
  });

  it('invalidates a token when it expires or when all are revoked', () => {
    const { bearer, clock, graphql, control } = leanix();
    const first = bearer();
    assert.equal(graphql(QUERY, {}, first).status, 200);
    clock.now += 3600 * 1000;
    assert.equal(graphql(QUERY, {}, first).status, 401);
    const second = bearer();
    control('DELETE', '/__control/tokens', {});
    assert.equal(graphql(QUERY, {}, second).status, 401);
  });
});

describe('the search', () => {
  it('is a full-text search: a hit may have another name', () => {
    assert.deepEqual(leanix().names({ fullTextSearch: 'checkout' }), [
      'checkout',
      'checkout-frontend',
      'basket',
    ]);
  });

  it('omits archived fact sheets unless the trash bin is requested', () => {
    const facetFilters = [{ facetKey: 'TrashBin', keys: ['archived'] }];
    assert.deepEqual(leanix().names({ fullTextSearch: 'checkout', facetFilters }), ['checkout']);
    const types = [{ facetKey: 'FactSheetTypes', operator: 'NOR', keys: ['Application'] }];
    assert.deepEqual(leanix().names({ facetFilters: types }), []);
  });

  it('puts the parents before a display name', () => {
    const sheets = [sheet('1', 'Shop'), sheet('2', 'Basket', { parent: '1' })];
    assert.deepEqual(leanix({ sheets }).names({ fullTextSearch: 'basket' }), ['Shop / Basket']);
  });

  it('finds by external id with the field name as prefix', () => {
    assert.deepEqual(leanix().names({ externalIds: ['externalId/APP-1002'] }), ['legacy-crm']);
    assert.deepEqual(leanix().names({ externalIds: ['APP-1002'] }), []);
  });

  it('pages by cursor', () => {
    const { graphql } = leanix({ sheets: ['a', 'b', 'c'].map((n) => sheet(n, n)) });
    const first = graphql(QUERY, { first: 2 }).json.data.allFactSheets;
    assert.deepEqual([first.totalCount, first.edges.length, first.pageInfo.hasNextPage], [3, 2, true]);
    const second = graphql(QUERY, { first: 2, after: first.pageInfo.endCursor }).json.data.allFactSheets;
    assert.deepEqual([second.edges[0].node.name, second.pageInfo.hasNextPage], ['c', false]);
  });
});

describe('a query', () => {
  const failures: [string, string, RegExp][] = [
    [
      'a field that is not in the model',
      '{ allFactSheets { edges { node { nmae } } } }',
      /FieldUndefined.*nmae/,
    ],
    [
      'a field of another type',
      '{ allFactSheets { edges { node { ... on ITComponent { alias } } } } }',
      /FieldUndefined.*alias/,
    ],
    ['an argument that does not exist', '{ allFactSheets(name: "x") { totalCount } }', /WrongType/],
    ['text that is not a query', '{ allFactSheets ', /Invalid Syntax/],
    ['an unexpected character', '{ allFactSheets % }', /Invalid Syntax.*%/],
    ['more than one operation', '{ allFactSheets { totalCount } } { x }', /Invalid Syntax/],
    [
      'a variable that is not given',
      'query ($f: FilterInput!) { allFactSheets(filter: $f) { totalCount } }',
      /coerced Null/,
    ],
  ];
  for (const [what, query, message] of failures) {
    it(`with ${what} is rejected with HTTP 200`, () => {
      const { status, json } = leanix().graphql(query);
      assert.deepEqual([status, json.data], [200, null]);
      assert.match(json.errors[0].message, message);
    });
  }

  it('may contain values in its text, so that an injected name changes the query', () => {
    const { graphql } = leanix();
    const pasted = (name: string) =>
      graphql(`{ allFactSheets(filter: {fullTextSearch: "${name}"}) { totalCount } }`).json;
    assert.equal(pasted('none').data.allFactSheets.totalCount, 0);
    assert.equal(pasted('none", fullTextSearch: "legacy-crm').data.allFactSheets.totalCount, 1);
    assert.match(pasted('x"').errors[0].message, /Invalid Syntax/);
  });

  it('by external id fails in a workspace that does not support the filter', () => {
    const { graphql } = leanix({ unsupportedFilters: ['externalIds'] });
    const { status, json } = graphql(QUERY, { filter: { externalIds: ['externalId/x'] } });
    assert.equal(status, 200);
    assert.match(json.errors[0].message, /FilterInput/);
  });

  it('that is not JSON is rejected with 400', () => {
    const { bearer, send } = leanix();
    assert.equal(send('handle', 'POST', GRAPHQL, { authorization: `Bearer ${bearer()}` }, '{').status, 400);
  });
});

describe('the limit', () => {
  it('rejects requests beyond it within a minute, with or without retry-after', () => {
    const { graphql, clock, bearer } = leanix({ requestsPerMinute: 1 });
    const token = bearer();
    assert.equal(graphql(QUERY, {}, token).status, 200);
    clock.now += 15_000;
    const refused = graphql(QUERY, {}, token);
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '45']);
    assert.match(JSON.stringify(refused.json), /USER_INTERVAL_REQUEST_LIMIT_EXCEEDED/);
    clock.now += 45_000;
    assert.equal(graphql(QUERY, {}, token).status, 200);

    const silent = leanix({ requestsPerMinute: 0, retryAfter: false }).graphql(QUERY);
    assert.deepEqual([silent.status, silent.headers['retry-after']], [429, undefined]);
  });
});

it('replaces the fact sheets through the control route, after validation', () => {
  const { control, names } = leanix();
  assert.equal(control('PUT', '/__control/fact-sheets', {}, JSON.stringify([sheet('1', 'new')])).status, 204);
  assert.deepEqual(names({}), ['new']);
  assert.equal(control('PUT', '/__control/fact-sheets', {}, '[{"nmae":"x"}]').status, 400);
});
