import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPERATIONS } from '../contract/operations.ts';
import type { Json } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { DOCUMENT_LIMITS } from '../format/decoded.ts';
import { readEnvelope } from '../pipeline/envelope.ts';
import { subjectOf } from '../pipeline/subject.ts';
import type { AccessRule } from './access-file.ts';
import { authorise, precheck } from './authorize.ts';
import { wantsOf } from './required-permissions.ts';

const RULES: readonly AccessRule[] = [
  { groups: ['payments'], applications: ['payments-*'], may: ['write'], catalogs: ['Payments (EU)'] },
  { groups: ['payments', 'audit'], applications: ['checkout'], may: ['read'] },
  { groups: ['platform'], applications: ['*'], may: ['write', 'adopt'] },
  { groups: ['scouts'], applications: ['payments-*'], may: ['read', 'adopt'] },
];

interface Asked {
  readonly groups?: readonly string[];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** The problem that a request is refused with, or undefined where it is let through. */
async function refused({
  groups = ['payments'],
  path,
  query = {},
  body,
}: Asked): Promise<ProblemError | undefined> {
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation, path);
  const decoded =
    body === undefined ? undefined : await decode(JSON.stringify(body, null, 1), 'json', DOCUMENT_LIMITS);
  const request = { operation, query, ...(decoded ? { body: decoded } : {}) };
  try {
    authorise(RULES, { name: 'zoë', groups }, wantsOf(request, subjectOf(request)), decoded);
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

describe('what a request reaches for', () => {
  it('is read or written, and writing holds reading', async () => {
    const reads = ['/get_monitors', '/import'];
    for (const path of reads) {
      assert.equal(await refused({ path, query: { application: 'checkout' } }), undefined, path);
      assert.equal(await refused({ path, query: { application: 'payments-x' } }), undefined, path);
      assert.ok(await refused({ path, query: { application: 'shop' } }), path);
    }
    for (const path of ['/plan', '/drift'])
      assert.equal(await refused({ path, body: document('checkout') }), undefined);
    assert.ok(await refused({ path: '/apply', body: document('checkout') }));
    for (const path of ['/create_monitor', '/update_monitor']) {
      assert.ok(await refused({ path, body: create('checkout') }), path);
      assert.equal(await refused({ path, body: create('payments-x') }), undefined, path);
      const dry = { path, body: create('checkout'), query: { dry_run: 'true' } };
      assert.equal(await refused(dry), undefined, path);
      assert.ok(await refused({ ...dry, query: { dry_run: 'false' } }), path);
    }
    const gone = { path: '/delete_monitor', query: { application: 'checkout', key: 'k' } };
    assert.ok(await refused(gone));
    assert.equal(await refused({ ...gone, query: { ...gone.query, dry_run: 'true' } }), undefined);
  });

  it('is refused with who, what, and which groups could', async () => {
    const problem = await refused({ path: '/apply', body: document('checkout') });
    assert.equal(
      problem?.message,
      'zoë (of payments) may not write the application "checkout". Who may: platform.',
    );
    assert.deepEqual(problem.extras.members, {
      wanted: { right: 'write', application: 'checkout' },
      groups: ['platform'],
    });
    const nobody = await refused({ groups: [], path: '/plan', body: document('checkout') });
    assert.match(
      nobody?.message ?? '',
      /^zoë \(of no group\) may not read.* Who may: audit, payments, platform\.$/,
    );
  });

  it('is the application that is acted on, wherever it is said', async () => {
    const inBoth = {
      path: '/create_monitor',
      body: create('checkout'),
      query: { application: 'payments-x' },
    };
    assert.equal(await refused(inBoth), undefined, 'the query decides; lint refuses the body that differs');
    assert.ok(await refused({ ...inBoth, body: create('payments-x'), query: { application: 'checkout' } }));
    const envelope = readEnvelope('create', 'monitor', inBoth.body, inBoth.query);
    assert.equal(envelope.application, 'payments-x');
    assert.deepEqual(
      envelope.findings.map(({ code, severity }) => [code, severity]),
      [['conflicting_value', 'error']],
    );
    const bare = { path: '/create_monitor', body: monitor, query: { application: 'checkout', team: 't' } };
    assert.ok(await refused(bare));
    const tagged = { ...monitor, tags: ['application:payments-x'] };
    assert.ok(await refused({ ...bare, body: tagged }));
  });

  it('is other applications too, where a document refers to their objects', async () => {
    const refers = (to: string) => ({
      path: '/plan',
      body: document('payments-x', {
        monitors: [
          { ...monitor, key: 'k', type: 'composite', query: `\${monitor:${to}} && \${monitor:own}` },
        ],
      }),
    });
    assert.equal(await refused(refers('own')), undefined);
    assert.equal(await refused(refers('payments-y/k')), undefined);
    assert.equal(await refused(refers('checkout/k')), undefined, 'reading is enough');
    const problem = await refused(refers('shop/k'));
    assert.match(problem?.message ?? '', /may not read the application "shop"/);
    assert.deepEqual(
      problem?.extras.findings?.map(({ pointer, line }) => [pointer, line]),
      [['/monitors/0/query', 9]],
    );
  });

  it('is what a catalog calls the application, where that is another name', async () => {
    const known = (application: string, leanix: string) => ({
      path: '/create_monitor',
      body: create(application, { catalogs: { leanix } }),
    });
    for (const name of ['payments-x', 'payments-y', 'Payments (EU)'])
      assert.equal(await refused(known('payments-x', name)), undefined, name);
    const problem = await refused(known('payments-x', 'shop'));
    assert.match(problem?.message ?? '', /as what a catalog calls "shop"\. Who may: platform\.$/);
    assert.equal(problem?.extras.findings?.[0]?.pointer, '/catalogs/leanix');
    assert.ok(
      await refused(known('payments-x', 'checkout')),
      'to read it is not enough to write in its name',
    );
    const plan = { path: '/plan', body: document('payments-x', { catalogs: { datadog: 'shop' } }) };
    assert.ok(await refused(plan));
  });

  it('is what nobody manages, where it is imported or adopted', async () => {
    for (const name of ['query', 'tag', 'id']) {
      const query = { application: 'payments-x', [name]: '' };
      assert.match((await refused({ path: '/import', query }))?.message ?? '', /right "adopt"/, name);
      assert.equal(await refused({ path: '/import', query, groups: ['scouts'] }), undefined, name);
    }
    const adopts = document('payments-x', { monitors: [{ ...monitor, key: 'k', adopt: 7 }] });
    for (const path of ['/plan', '/apply', '/drift']) {
      const problem = await refused({ path, body: adopts });
      assert.equal(problem?.extras.findings?.[0]?.pointer, '/monitors/0/adopt', path);
    }
    assert.equal(await refused({ path: '/plan', body: adopts, groups: ['scouts'] }), undefined);
    assert.ok(
      await refused({ path: '/apply', body: adopts, groups: ['scouts'] }),
      'to write is another right',
    );
    assert.equal(await refused({ path: '/apply', body: adopts, groups: ['platform'] }), undefined);
  });
});

describe('before the body is read', () => {
  const may = (groups: readonly string[], right: 'read' | 'write', application?: string) => {
    try {
      precheck(RULES, { name: 'zoë', groups }, right, application);
      return true;
    } catch (error) {
      assert.ok(error instanceof ProblemError && error.code === 'forbidden', String(error));
      return error.message;
    }
  };

  it('a caller needs the right for some application, or for the one that the query names', () => {
    assert.equal(may(['payments'], 'write'), true);
    assert.equal(may(['audit'], 'read'), true);
    assert.equal(
      may(['audit'], 'write'),
      'zoë (of audit) may not write any application. Who may: payments, platform.',
    );
    assert.match(String(may([], 'read')), /of no group/);
    assert.equal(may(['payments'], 'write', 'payments-x'), true);
    assert.match(String(may(['payments'], 'write', 'checkout')), /may not write the application "checkout"/);
  });
});
