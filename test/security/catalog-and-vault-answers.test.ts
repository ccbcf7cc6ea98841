import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Catalog } from '../../src/catalogs/catalog.ts';
import { createDatadogCatalog } from '../../src/catalogs/datadog-catalog.ts';
import { createLeanix } from '../../src/catalogs/leanix.ts';
import { createServicenow } from '../../src/catalogs/servicenow.ts';
import { deadlineAfter } from '../../src/domain/deadline.ts';
import { isObject, type Json, printJson } from '../../src/domain/json.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Outbound, OutboundRequest } from '../../src/runtime/outbound.ts';
import { VaultFailure } from '../../src/init/vault/failures.ts';
import { createVault } from '../../src/init/vault/vault.ts';
import { manualClock } from '../manual-clock.ts';

const clock = manualClock();
const deadline = () => deadlineAfter(60_000, clock);
const secret = () => new Secret('s');
const token = { secret: secret(), lifeMs: 0, renewable: true, revocable: true, limitedUses: false };
const url = new URL('https://peer.example.test');

interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
}

function answering(answer: (request: OutboundRequest, nth: number) => Scripted): Outbound & { sent: number } {
  const outbound = {
    sent: 0,
    async send(request: OutboundRequest) {
      outbound.sent += 1;
      for (const text of Object.values(request.headers ?? {})) assert.match(text, /^[\x20-\x7e]*$/);
      const { status = 200, headers = {}, body } = answer(request, outbound.sent);
      const more = { 'content-type': 'application/json', 'x-total-count': '1', ...headers };
      return { status, headers: more, body: Buffer.from(printJson(body)) };
    },
    close: () => {},
  };
  return outbound;
}

const CATALOGS: Readonly<Record<string, (outbound: Outbound) => Catalog>> = {
  datadog: (outbound) => createDatadogCatalog({ url, outbound, headers: () => ({}) }),
  leanix: (outbound) => createLeanix({ url, outbound, clock, apiToken: secret }),
  servicenow: (outbound) =>
    createServicenow({ url, outbound, tables: ['a', 'b'], username: secret, password: secret }),
};

const NAMES =
  'warnings mfa_requirement num_uses token_type data attributes name kind namespace links next errors message allFactSheets pageInfo hasNextPage endCursor edges node id type status displayName externalId access_token expires_in result sys_id auth client_token lease_duration renewable metadata __proto__ toString'.split(
    ' ',
  );
const TEXTS = ['', 'x', 'Application', 'service', 'a\r\nb: c', '\u2028', '1e300', 'token'];
const leaf = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1e300,
    JSON.rawJSON('1.0'),
    JSON.rawJSON('1e999'),
    ...TEXTS,
  ),
  fc.string(),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 6 }),
  ),
}));
const sheet = fc.record({
  id: leaf,
  name: leaf,
  displayName: json,
  type: fc.constant('Application'),
  externalId: json,
});
const sheets = fc.record({
  pageInfo: fc.record({ hasNextPage: fc.boolean(), endCursor: leaf }),
  edges: fc.array(
    sheet.map((node) => ({ node })),
    { maxLength: 3 },
  ),
});
const body = fc.oneof(
  json,
  sheets.map((allFactSheets) => ({ data: { allFactSheets } })),
  fc.record({ access_token: leaf, expires_in: json }),
  fc.record({ result: fc.array(fc.record({ name: leaf, sys_id: leaf }), { maxLength: 3 }) }),
  fc.record({ data: fc.array(fc.record({ attributes: json }), { maxLength: 3 }), links: json }),
  fc.record({ auth: fc.record({ client_token: leaf, lease_duration: json, renewable: json }) }),
  fc.record({ errors: fc.array(json, { maxLength: 3 }), data: json }),
);
const scripted = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    204,
    206,
    301,
    307,
    400,
    401,
    403,
    404,
    412,
    418,
    429,
    472,
    500,
    501,
    503,
    599,
  ),
  headers: fc.dictionary(
    fc.constantFrom('retry-after', 'x-ratelimit-reset', 'x-total-count'),
    fc.oneof(fc.constantFrom(...TEXTS, '9'.repeat(40)), fc.nat().map(String)),
    { maxKeys: 2 },
  ),
  body,
});

describe('the answer of a catalog', () => {
  for (const [name, create] of Object.entries(CATALOGS)) {
    it(`is found, not found or unknown, for any JSON from ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(scripted, { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          async (answers, alias) => {
            const outbound = answering((_request, nth) => answers[nth % answers.length] ?? { body: null });
            const answer = await create(outbound)({ name: 'x', alias, deadline: deadline() });
            assert.ok(['found', 'not_found', 'ambiguous', 'unknown'].includes(answer.answer));
            if (answer.answer === 'unknown') {
              assert.ok(answer.reason.length < 400, answer.reason);
              assert.ok(
                answer.retryAfter === undefined || (answer.retryAfter >= 0 && answer.retryAfter <= 3600),
              );
            }
            assert.ok(outbound.sent <= 50);
          },
        ),
        { numRuns: 1000 },
      );
    });
  }

  it('is unknown at once if LeanIX repeats a cursor or sends too large a page', async () => {
    const page = (endCursor: string, length = 1) => ({
      data: {
        allFactSheets: {
          pageInfo: { hasNextPage: true, endCursor },
          edges: Array.from({ length }, () => ({ node: { id: 'i', name: 'y', type: 'Application' } })),
        },
      },
    });
    for (const [answer, calls] of [
      [page('same'), 3],
      [page('new', 201), 2],
    ] as const) {
      const outbound = answering((_request, nth) => ({
        body: nth === 1 ? { access_token: 't', expires_in: 60 } : answer,
      }));
      const told = await CATALOGS['leanix']?.(outbound)({ name: 'x', alias: false, deadline: deadline() });
      assert.deepEqual([told?.answer, outbound.sent], ['unknown', calls]);
    }
  });

  it("is unknown at once if Datadog's catalog repeats a page or sends too large a page", async () => {
    for (const [length, calls] of [
      [100, 2],
      [101, 1],
    ] as const) {
      const data = Array.from({ length }, (_, at) => ({ attributes: { name: `n${at}` } }));
      const outbound = answering(() => ({ body: { data } }));
      const told = await CATALOGS['datadog']?.(outbound)({ name: 'x', alias: false, deadline: deadline() });
      assert.deepEqual([told?.answer, outbound.sent], ['unknown', calls]);
    }
  });

  it('is unknown after 20 pages that are all different', async () => {
    const pages: Readonly<Record<string, (nth: number) => Json>> = {
      datadog: (nth) => ({ data: [{ attributes: { name: `n${nth}` } }], links: { next: '/next' } }),
      leanix: (nth) => ({
        access_token: 't',
        data: { allFactSheets: { pageInfo: { hasNextPage: true, endCursor: `c${nth}` }, edges: [] } },
      }),
    };
    for (const [name, page] of Object.entries(pages)) {
      const outbound = answering((_request, nth) => ({ body: page(nth) }));
      const told = await CATALOGS[name]?.(outbound)({ name: 'x', alias: false, deadline: deadline() });
      assert.ok(told?.answer === 'unknown' && /too many/.test(told.reason));
    }
  });

  it('is unknown if ServiceNow sends more rows than requested', async () => {
    const result = ['1', '2', '3'].map((sys_id) => ({ name: 'x', sys_id }));
    const outbound = answering(() => ({ body: { result }, headers: { 'x-total-count': '3' } }));
    const told = await CATALOGS['servicenow']?.(outbound)({ name: 'x', alias: false, deadline: deadline() });
    assert.equal(told?.answer, 'unknown');
  });
});

describe('the answer of Vault', () => {
  it('is a value or a VaultFailure with a one-line message, for any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scripted, { minLength: 1, maxLength: 3 }), async (answers) => {
        const outbound = answering((_request, nth) => answers[nth % answers.length] ?? { body: null });
        const vault = createVault({ address: url, outbound, kv: { mount: 'secret', version: 2 } });
        const asks = [
          async () => requireToken(await vault.login('kubernetes', 'r', secret(), deadline())),
          async () => requireToken(await vault.renew(token, deadline())),
          async () => assert.ok(isObject(await vault.read('a/b', token, deadline()))),
          () => vault.revoke(token, deadline()),
        ];
        for (const ask of asks)
          await ask().catch((error: unknown) => {
            assert.ok(error instanceof VaultFailure, inspect(error));
            assert.ok(error.message.length < 2000 && !/[\n\r\u2028]/.test(error.message), error.message);
          });
      }),
      { numRuns: 1000 },
    );
  });

  it('is a failure if the token is not valid in a header', async () => {
    for (const client_token of ['a\r\nb: c', 'ä', '', ' ', 'x'.repeat(16_385)]) {
      const outbound = answering(() => ({ body: { auth: { client_token, lease_duration: 60 } } }));
      const vault = createVault({ address: url, outbound, kv: { mount: 'secret', version: 2 } });
      await assert.rejects(vault.login('kubernetes', 'r', secret(), deadline()), VaultFailure);
    }
  });

  it('is a VaultFailure if its errors are not strings', async () => {
    for (const error of [JSON.rawJSON('1.0'), { toString: 1 }, [[]]]) {
      const outbound = answering(() => ({ status: 400, body: { errors: [error] } }));
      const vault = createVault({ address: url, outbound, kv: { mount: 'secret', version: 2 } });
      await assert.rejects(vault.read('a', token, deadline()), VaultFailure);
    }
  });

  it('is a failure if the lease is negative or not a number', async () => {
    for (const lease of [-1, '60', {}, true, JSON.rawJSON('-1e300')]) {
      const outbound = answering(() => ({ body: { auth: { client_token: 't', lease_duration: lease } } }));
      const vault = createVault({ address: url, outbound, kv: { mount: 'secret', version: 2 } });
      await assert.rejects(vault.login('kubernetes', 'r', secret(), deadline()), VaultFailure);
    }
  });
});

function requireToken({ lifeMs }: { readonly lifeMs: number }): void {
  assert.ok(lifeMs >= 0 && lifeMs <= 315_360_000_000);
}
