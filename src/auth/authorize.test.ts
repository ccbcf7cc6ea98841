import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPERATIONS } from '../contract/operations.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { DOCUMENT_LIMITS } from '../format/decoded.ts';
import { readEnvelope } from '../pipeline/envelope.ts';
import { subjectOf } from '../pipeline/subject.ts';
import type { AccessRule } from './access-file.ts';
import { authorize, precheck, readableBy } from './authorize.ts';
import { requiredPermissions } from './required-permissions.ts';

const RULES: readonly AccessRule[] = [
  { groups: ['payments'], applications: ['payments-*'], may: ['write'], catalogs: ['Payments (EU)'] },
  { groups: ['payments', 'audit'], applications: ['checkout'], may: ['read'] },
  { groups: ['platform'], applications: ['*'], may: ['write', 'adopt'] },
  { groups: ['scouts'], applications: ['payments-*'], may: ['read', 'adopt'] },
  { groups: ['jobs'], applications: ['shop'], may: ['apply_reviewed'], catalogs: ['Shop (EU)'] },
];

interface TestRequest {
  readonly groups?: readonly string[];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** Returns the problem of a forbidden request, or undefined if it is allowed. */
async function refusal({
  groups = ['payments'],
  path,
  query = {},
  body,
}: TestRequest): Promise<ProblemError | undefined> {
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation, path);
  const decoded =
    body === undefined ? undefined : await decode(JSON.stringify(body, null, 1), 'json', DOCUMENT_LIMITS);
  const request = { operation, query, ...(decoded ? { body: decoded } : {}) };
  try {
    authorize(RULES, { name: 'zoë', groups }, requiredPermissions(request, subjectOf(request)), decoded);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.code, 'forbidden');
    return error;
  }
}

const monitor = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };
const create = (application: string, more: object = {}) => ({ application, team: 't', ...more, monitor });
const document = (application: string, more: object = {}) => ({
  apiVersion: 'birddog/v1',
  application,
  team: 't',
  ...more,
});

describe('the applications that a caller may read', () => {
  const readable = (...groups: string[]) =>
    ['checkout', 'payments-x', 'shop', 'other'].filter(readableBy(RULES, { name: 'zoë', groups }));

  it('are those of all rules for its groups that grant read, or what includes read', () => {
    assert.deepEqual(readable('payments'), ['checkout', 'payments-x']);
    assert.deepEqual(readable('jobs', 'audit'), ['checkout', 'shop']);
    assert.deepEqual(readable('platform'), ['checkout', 'payments-x', 'shop', 'other']);
    assert.deepEqual([readable('others'), readable()], [[], []]);
  });
});

describe('the permissions that a request requires', () => {
  it('are read or write, and write includes read', async () => {
    const reads = ['/get_monitors', '/import'];
    for (const path of reads) {
      assert.equal(await refusal({ path, query: { application: 'checkout' } }), undefined, path);
      assert.equal(await refusal({ path, query: { application: 'payments-x' } }), undefined, path);
      assert.ok(await refusal({ path, query: { application: 'shop' } }), path);
    }
    for (const path of ['/plan', '/drift'])
      assert.equal(await refusal({ path, body: document('checkout') }), undefined);
    assert.ok(await refusal({ path: '/apply', body: document('checkout') }));
    for (const path of ['/create_monitor', '/update_monitor']) {
      assert.ok(await refusal({ path, body: create('checkout') }), path);
      assert.equal(await refusal({ path, body: create('payments-x') }), undefined, path);
      const dry = { path, body: create('checkout'), query: { dry_run: 'true' } };
      assert.equal(await refusal(dry), undefined, path);
      assert.ok(await refusal({ ...dry, query: { dry_run: 'false' } }), path);
    }
    const deletion = { path: '/delete_monitor', query: { application: 'checkout', key: 'k' } };
    assert.ok(await refusal(deletion));
    assert.equal(await refusal({ ...deletion, query: { ...deletion.query, dry_run: 'true' } }), undefined);
  });

  it('are named in the problem, with the caller and the allowed groups', async () => {
    const problem = await refusal({ path: '/apply', body: document('checkout') });
    assert.equal(
      problem?.message,
      'zoë (groups: payments) may not write the application "checkout". Allowed groups: platform.',
    );
    assert.deepEqual(problem.extras.members, {
      wanted: { right: 'write', application: 'checkout' },
      groups: ['platform'],
    });
    const nobody = await refusal({ groups: [], path: '/plan', body: document('checkout') });
    assert.match(
      nobody?.message ?? '',
      /^zoë \(no groups\) may not read.* Allowed groups: audit, payments, platform\.$/,
    );
  });

  it('are for the application in the query or the body', async () => {
    const inBoth = {
      path: '/create_monitor',
      body: create('checkout'),
      query: { application: 'payments-x' },
    };
    assert.equal(await refusal(inBoth), undefined, 'the query decides; lint refuses the body that differs');
    assert.ok(await refusal({ ...inBoth, body: create('payments-x'), query: { application: 'checkout' } }));
    const envelope = readEnvelope('create', 'monitor', inBoth.body, inBoth.query);
    assert.equal(envelope.application, 'payments-x');
    assert.deepEqual(
      envelope.findings.map(({ code, severity }) => [code, severity]),
      [['conflicting_value', 'error']],
    );
    const withoutEnvelope = {
      path: '/create_monitor',
      body: monitor,
      query: { application: 'checkout', team: 't' },
    };
    assert.ok(await refusal(withoutEnvelope));
    const tagged = { ...monitor, tags: ['application:payments-x'] };
    assert.ok(await refusal({ ...withoutEnvelope, body: tagged }));
  });

  it('include read for other applications whose objects a document references', async () => {
    const referringTo = (to: string) => ({
      path: '/plan',
      body: document('payments-x', {
        monitors: [
          { ...monitor, key: 'k', type: 'composite', query: `\${monitor:${to}} && \${monitor:own}` },
        ],
      }),
    });
    assert.equal(await refusal(referringTo('own')), undefined);
    assert.equal(await refusal(referringTo('payments-y/k')), undefined);
    assert.equal(await refusal(referringTo('checkout/k')), undefined, 'read is sufficient');
    const problem = await refusal(referringTo('shop/k'));
    assert.match(problem?.message ?? '', /may not read the application "shop"/);
    assert.deepEqual(
      problem?.extras.findings?.map(({ pointer, line }) => [pointer, line]),
      [['/monitors/0/query', 9]],
    );
  });

  it('include read for other applications whose monitors an alert combines, in a document or on its own', async () => {
    const combining = (member: string) => ({ title: 'T', signal: { all_of: ['own', { not: member }] } });
    for (const [path, body, pointer] of [
      [
        '/plan',
        (alert: JsonObject) => document('payments-x', { alerts: [{ ...alert, key: 'k' }] }),
        '/alerts/0',
      ],
      ['/create_alert', (alert: JsonObject) => ({ application: 'payments-x', team: 't', alert }), '/alert'],
      ['/update_alert', (alert: JsonObject) => ({ application: 'payments-x', key: 'k', alert }), '/alert'],
      ['/preview', (alert: JsonObject) => ({ application: 'payments-x', key: 'k', alert }), '/alert'],
    ] as const) {
      assert.equal(await refusal({ path, body: body(combining('payments-y/k')) }), undefined);
      const problem = await refusal({ path, body: body(combining('shop/k')) });
      assert.match(problem?.message ?? '', /may not read the application "shop"/);
      assert.equal(problem?.extras.findings?.[0]?.pointer, `${pointer}/signal/all_of/1/not`);
    }
  });

  it('are the same for applications whose objects a document renames', async () => {
    const body = document('payments-eu', {
      monitors: [{ ...monitor, key: 'b', renamed_from: ['payments-us/a', 'checkout/a'] }],
    });
    const refused = await refusal({ path: '/apply', body });
    assert.match(refused?.message ?? '', /may not write the application "checkout"/);
    assert.equal(refused?.extras.findings?.[0]?.pointer, '/monitors/0/renamed_from');
    assert.equal(await refusal({ path: '/plan', body }), undefined);
    const own = document('payments-eu', {
      monitors: [{ ...monitor, key: 'b', renamed_from: 'payments-us/a' }],
    });
    assert.equal(await refusal({ path: '/apply', body: own }), undefined);
    assert.ok(await refusal({ groups: ['audit'], path: '/plan', body: own }));
  });

  it('include the name of the application in a catalog, if it differs', async () => {
    const withAlias = (application: string, leanix: string) => ({
      path: '/create_monitor',
      body: create(application, { catalogs: { leanix } }),
    });
    for (const name of ['payments-x', 'payments-y', 'Payments (EU)'])
      assert.equal(await refusal(withAlias('payments-x', name)), undefined, name);
    const problem = await refusal(withAlias('payments-x', 'shop'));
    assert.match(problem?.message ?? '', /under the catalog name "shop"\. Allowed groups: platform\.$/);
    assert.equal(problem?.extras.findings?.[0]?.pointer, '/catalogs/leanix');
    assert.ok(
      await refusal(withAlias('payments-x', 'checkout')),
      'read is not sufficient to write under that name',
    );
    const plan = { path: '/plan', body: document('payments-x', { catalogs: { datadog: 'shop' } }) };
    assert.ok(await refusal(plan));
  });

  it('include apply_reviewed for a plan that was seen, which includes read but not write', async () => {
    const job = (path: string, query: Record<string, string> = {}, body: Json = document('shop')) =>
      refusal({ groups: ['jobs'], path, query, body });
    const seen = { basis: 'b' };
    for (const [path, query] of [
      ['/plan', {}],
      ['/drift', {}],
      ['/apply', seen],
      ['/apply', { ...seen, prune: 'true', force: 'true' }],
      ['/apply', { dry_run: 'true' }],
      ['/restore', {}],
    ] as const)
      assert.equal(await job(path, query), undefined, path);
    const problem = await job('/apply');
    assert.match(problem?.message ?? '', /^zoë \(groups: jobs\) may not write the application "shop"\./);
    assert.match(problem?.extras.hint ?? '', /only apply a reviewed plan.*`basis`.*birddog apply FILE/);
    for (const path of ['/create_monitor', '/update_monitor'])
      assert.match((await job(path, {}, create('shop')))?.extras.hint ?? '', /reviewed plan/, path);
    const deletion = await refusal({
      groups: ['jobs'],
      path: '/delete_monitor',
      query: { application: 'shop', key: 'k' },
    });
    assert.deepEqual(deletion?.extras.members?.['wanted'], { right: 'write', application: 'shop' });
    const elsewhere = await job('/apply', seen, document('checkout'));
    assert.match(elsewhere?.message ?? '', /may not apply plans to the application "checkout"/);
    assert.equal(elsewhere?.extras.hint, undefined);
    assert.equal((await job('/apply', {}, document('checkout')))?.extras.hint, undefined);
    const named = (leanix: string) => job('/apply', seen, document('shop', { catalogs: { leanix } }));
    assert.equal(await named('Shop (EU)'), undefined);
    assert.match((await named('Checkout'))?.message ?? '', /under the catalog name "Checkout"/);
    const adopts = document('shop', { monitors: [{ ...monitor, key: 'k', adopt: 7 }] });
    assert.match((await job('/apply', seen, adopts))?.message ?? '', /permission "adopt"/);
  });

  it('include adopt for imports and adoptions of unmanaged objects', async () => {
    for (const name of ['query', 'tag', 'id']) {
      const query = { application: 'payments-x', [name]: '' };
      assert.match((await refusal({ path: '/import', query }))?.message ?? '', /permission "adopt"/, name);
      assert.equal(await refusal({ path: '/import', query, groups: ['scouts'] }), undefined, name);
    }
    const adopts = document('payments-x', { monitors: [{ ...monitor, key: 'k', adopt: 7 }] });
    for (const path of ['/plan', '/apply', '/drift']) {
      const problem = await refusal({ path, body: adopts });
      assert.equal(problem?.extras.findings?.[0]?.pointer, '/monitors/0/adopt', path);
    }
    assert.equal(await refusal({ path: '/plan', body: adopts, groups: ['scouts'] }), undefined);
    assert.ok(
      await refusal({ path: '/apply', body: adopts, groups: ['scouts'] }),
      'write is a separate permission',
    );
    assert.equal(await refusal({ path: '/apply', body: adopts, groups: ['platform'] }), undefined);
  });
});

describe('the precheck before the body is read', () => {
  const may = (
    groups: readonly string[],
    right: 'read' | 'apply_reviewed' | 'write',
    application?: string,
  ) => {
    try {
      precheck(RULES, { name: 'zoë', groups }, right, application);
      return true;
    } catch (error) {
      assert.ok(error instanceof ProblemError && error.code === 'forbidden', String(error));
      return error.extras.hint === undefined ? error.message : `${error.message} ${error.extras.hint}`;
    }
  };

  it('requires the permission for any application, or for the one in the query', () => {
    assert.equal(may(['payments'], 'write'), true);
    assert.equal(may(['audit'], 'read'), true);
    assert.equal(
      may(['audit'], 'write'),
      'zoë (groups: audit) may not write any application. Allowed groups: payments, platform.',
    );
    assert.match(String(may([], 'read')), /no groups/);
    assert.equal(may(['payments'], 'write', 'payments-x'), true);
    assert.match(String(may(['payments'], 'write', 'checkout')), /may not write the application "checkout"/);
    assert.equal(may(['jobs'], 'apply_reviewed'), true);
    assert.equal(may(['payments'], 'apply_reviewed'), true);
    assert.match(
      String(may(['jobs'], 'write')),
      /may not write any application\. .* only apply a reviewed plan/,
    );
    assert.match(
      String(may(['audit'], 'apply_reviewed')),
      /may not apply plans to any application .* groups: jobs, payments, platform/,
    );
  });
});

it('tries a thousand applications against thousands of rules without comparing each with each', () => {
  let tried = 0;
  const rules = Array.from(
    { length: 5000 },
    (_, at): AccessRule => ({
      groups: ['g'],
      get applications() {
        tried += 1;
        return [`app-${at}`];
      },
      may: ['read'],
    }),
  );
  const required = Array.from({ length: 1000 }, (_, at) => ({
    permission: 'read' as const,
    application: `app-${at}`,
  }));
  authorize(rules, { name: 'zoë', groups: ['g'] }, required, undefined);
  assert.ok(tried <= 10_000, `${tried}`);
});
