import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowInput } from './cmdb.ts';
import { createServicenowHandler, type ServicenowOptions } from './servicenow-handler.ts';

const BASIC = `Basic ${Buffer.from('me:pass').toString('base64')}`;

const row = (table: string, sys_id: string, name: string, more: Partial<RowInput> = {}): RowInput => ({
  table,
  sys_id,
  values: { name },
  ...more,
});
const ROWS = [
  row('cmdb_ci_business_app', 'b1', 'Basket'),
  row('cmdb_ci_business_app', 'b2', 'checkout'),
  row('cmdb_ci_business_app', 'b3', 'Checkout'),
  row('cmdb_ci_service', 's1', 'pay'),
  row('cmdb_ci_service_discovered', 's2', 'payroll'),
];

function servicenow(options: Partial<ServicenowOptions> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12, 59) };
  const handler = createServicenowHandler({
    rows: ROWS,
    username: 'me',
    password: 'pass',
    invalidQueryReturnsNoRows: false,
    requestsPerHour: undefined,
    now: () => clock.now,
    ...options,
  });
  const get = (path: string, parameters: Record<string, string> = {}, authorization = BASIC) => {
    const query = new URLSearchParams(parameters);
    const response = handler.handle({ method: 'GET', path, query, headers: { authorization }, body: '' });
    const { status, headers = {}, body = '' } = response ?? {};
    return { status, headers, body, json: () => JSON.parse(body) };
  };
  const ids = (table: string, sysparm_query: string): string[] =>
    get(`/api/now/table/${table}`, { sysparm_query, sysparm_fields: 'sys_id' })
      .json()
      .result.map((r: { sys_id: string }) => r.sys_id);
  const control = (path: string, body: unknown) =>
    handler.control({
      method: 'PUT',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: JSON.stringify(body),
    })?.status;
  return { clock, get, ids, control };
}

const APPS = 'cmdb_ci_business_app';

describe('an encoded query', () => {
  const queries: [string, string[]][] = [
    ['name=basket', ['b1']],
    ['name=checkout', ['b2', 'b3']],
    ['name!=checkout', ['b1']],
    ['nameSTARTSWITHcheck', ['b2', 'b3']],
    ['nameENDSWITHket', ['b1']],
    ['nameLIKEeck', ['b2', 'b3']],
    ['nameNOT LIKEeck', ['b1']],
    ['nameINbasket,x', ['b1']],
    ['name=checkout^sys_id=b3', ['b3']],
    ['name=basket^ORsys_id=b3', ['b1', 'b3']],
    ['name=basket^NQsys_id=b3', ['b1', 'b3']],
    ['ORDERBYDESCsys_id', ['b3', 'b2', 'b1']],
    ['sys_idINb1,b2^ORDERBYDESCname', ['b2', 'b1']],
    ['nameISEMPTY', []],
    ['nameISNOTEMPTY', ['b1', 'b2', 'b3']],
  ];
  for (const [query, expected] of queries) {
    it(`finds ${expected.join(', ') || 'nothing'} by ${query}`, () => {
      assert.deepEqual(servicenow().ids(APPS, query), expected);
    });
  }

  it('with a misspelt column returns every row, without an error', () => {
    assert.deepEqual(servicenow().ids(APPS, 'nmae=checkout'), ['b1', 'b2', 'b3']);
    assert.deepEqual(servicenow().ids(APPS, 'nmae=checkout^sys_id=b2'), ['b2']);
  });

  it('with a misspelt column returns no row if the instance is configured so', () => {
    assert.deepEqual(servicenow({ invalidQueryReturnsNoRows: true }).ids(APPS, 'nmae=checkout'), []);
    assert.deepEqual(servicenow({ invalidQueryReturnsNoRows: true }).ids(APPS, 'name=checkout'), [
      'b2',
      'b3',
    ]);
  });

  it('is changed by a ^ in a value', () => {
    assert.deepEqual(servicenow().ids(APPS, 'name=a^ORnameISNOTEMPTY'), ['b1', 'b2', 'b3']);
  });

  it('evaluates a javascript: value', () => {
    assert.deepEqual(servicenow().ids(APPS, "name=javascript:'basket'"), ['b1']);
  });
});

describe('the Table API', () => {
  it('returns the rows of the tables that extend the requested one', () => {
    assert.deepEqual(servicenow().ids('cmdb_ci_service', ''), ['s1', 's2']);
    assert.deepEqual(servicenow().ids('cmdb_ci_service_auto', ''), ['s2']);
    assert.equal(servicenow().ids('cmdb_ci', '').length, 5);
  });

  it('applies the limit before the access rules, so that a page may be short or empty', () => {
    const rows = [row(APPS, 'h', 'pay', { hidden: true }), row(APPS, 'v', 'pay')];
    const { get } = servicenow({ rows });
    const first = get(`/api/now/table/${APPS}`, { sysparm_query: 'name=pay', sysparm_limit: '1' });
    assert.deepEqual(first.json(), { result: [] });
    assert.equal(first.headers['x-total-count'], '2');
    assert.match(first.headers['link'] ?? '', /sysparm_offset=1[^>]*>;rel="next"/);
  });

  it('ignores unknown fields and omits those that access rules hide', () => {
    const { get } = servicenow({ rows: [row(APPS, 'a', 'pay', { hiddenColumns: ['name'] })] });
    const response = get(`/api/now/table/${APPS}`, { sysparm_fields: 'sys_id,name,nmae' });
    assert.deepEqual(response.json(), { result: [{ sys_id: 'a' }] });
  });

  it('returns references and display values in the requested form', () => {
    const owned_by = { link: 'https://x/u1', value: 'u1', display: 'Ada' };
    const { get } = servicenow({ rows: [row(APPS, 'a', 'pay', { values: { owned_by } })] });
    const read = (more: Record<string, string>) =>
      get(`/api/now/table/${APPS}/a`, { sysparm_fields: 'owned_by', ...more }).json().result.owned_by;
    assert.deepEqual(read({}), { link: 'https://x/u1', value: 'u1' });
    assert.equal(read({ sysparm_exclude_reference_link: 'true' }), 'u1');
    assert.deepEqual(read({ sysparm_display_value: 'true' }), {
      display_value: 'Ada',
      link: 'https://x/u1',
    });
    assert.deepEqual(read({ sysparm_display_value: 'all' }), {
      display_value: 'Ada',
      value: 'u1',
      link: 'https://x/u1',
    });
  });

  it('answers 200 and an empty list without a match, and 404 on the v1 path', () => {
    const none = { sysparm_query: 'name=none' };
    const plain = servicenow().get(`/api/now/table/${APPS}`, none);
    assert.deepEqual(
      [plain.status, plain.json(), plain.headers['x-total-count']],
      [200, { result: [] }, '0'],
    );
    assert.equal(servicenow().get(`/api/now/v2/table/${APPS}`, none).status, 200);
    assert.equal(servicenow().get(`/api/now/v1/table/${APPS}`, none).status, 404);
    assert.equal(servicenow().get(`/api/now/table/${APPS}/none`).status, 404);
  });

  it('filters by plain parameters, and skips rows by offset', () => {
    const { get } = servicenow();
    const named = get(`/api/now/table/${APPS}`, { name: 'basket' }).json();
    assert.equal(named.result.length, 1);
    const later = get(`/api/now/table/${APPS}`, { sysparm_offset: '2' }).json();
    assert.equal(later.result[0].sys_id, 'b3');
    assert.equal(get(`/api/now/table/${APPS}`, { sysparm_offset: '-1' }).status, 400);
  });

  it('rejects an unknown table, and a caller without the password', () => {
    const { get } = servicenow();
    assert.equal(get('/api/now/table/cmdb_x').json().error.message, 'Invalid table cmdb_x');
    const rejected = get(`/api/now/table/${APPS}`, {}, 'Basic eDp5');
    assert.deepEqual([rejected.status, rejected.json().error.message], [401, 'User Not Authenticated']);
  });
});

it('limits requests per hour, with a reset in Unix time and retry-after in seconds', () => {
  const { get, clock } = servicenow({ requestsPerHour: 1 });
  const first = get(`/api/now/table/${APPS}`);
  assert.deepEqual([first.status, first.headers['x-ratelimit-limit']], [200, '1']);
  const second = get(`/api/now/table/${APPS}`);
  assert.deepEqual([second.status, second.headers['retry-after']], [429, '60']);
  assert.equal(second.headers['x-ratelimit-reset'], String(Date.UTC(2026, 8, 1, 13) / 1000));
  assert.match(second.json().error.detail, /Rate limit of 1 requests per hour for Table API exceeded/);
  clock.now += 60_000;
  assert.equal(get(`/api/now/table/${APPS}`).status, 200);
});

it('answers with a page of HTML while hibernating', () => {
  const { get, control } = servicenow();
  assert.equal(control('/__control/mode', { mode: 'hibernating' }), 204);
  const response = get(`/api/now/table/${APPS}`);
  assert.deepEqual([response.status, response.headers['content-type']], [200, 'text/html;charset=UTF-8']);
  assert.equal(control('/__control/mode', { mode: 'awake' }), 204);
  assert.equal(get(`/api/now/table/${APPS}`).json().result.length, 3);
  assert.equal(control('/__control/mode', { mode: 'x' }), 400);
});

it('replaces the rows through the control route, after validation', () => {
  const { control, ids } = servicenow();
  assert.equal(control('/__control/rows', [row(APPS, 'n', 'new')]), 204);
  assert.deepEqual(ids(APPS, ''), ['n']);
  assert.equal(control('/__control/rows', [{ sys_id: 1 }]), 400);
});
