import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import { type EmulatorResponse, startEmulatorServer } from '../../emulators/server/emulator-server.ts';
import type { Deadline } from '../domain/deadline.ts';
import { createOutbound } from '../runtime/outbound.ts';
import type { CatalogAnswer } from './catalog.ts';
import { createDatadogCatalog } from './datadog-catalog.ts';

const outbound = createOutbound();
after(() => outbound.close());
const deadline: Deadline = { left: () => 60_000, signal: new AbortController().signal };

interface Seen {
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** Returns the page of a catalog that starts at an offset, in Datadog's recorded format. */
type Page = (offset: number) => EmulatorResponse;

const entity = (name: string, more: object = {}) => ({
  id: name,
  type: 'entity',
  attributes: { apiVersion: 'v3', kind: 'service', name, namespace: 'default', ...more },
});

const page = (data: object[], next?: string): EmulatorResponse => ({
  status: 200,
  headers: { 'content-type': 'application/vnd.api+json' },
  body: JSON.stringify({
    data,
    meta: { count: data.length, includeCount: 0 },
    links: { self: '/', ...(next ? { next } : {}) },
  }),
});

async function catalog(t: TestContext, answer: EmulatorResponse | Page) {
  const seen: Seen[] = [];
  const server = await startEmulatorServer({
    name: 'datadog-catalog',
    port: 0,
    handle: ({ path, query, headers }) => {
      seen.push({ path, query: Object.fromEntries(query), headers });
      return typeof answer === 'function' ? answer(Number(query.get('page[offset]'))) : answer;
    },
  });
  t.after(() => server.close());
  let requestNumber = 0;
  const ask = createDatadogCatalog({
    url: new URL(server.url),
    outbound,
    headers: () => ({ 'dd-api-key': `api-${(requestNumber += 1)}`, 'dd-application-key': 'app' }),
  });
  return { ask: (name: string, alias = false) => ask({ name, alias, deadline }), seen };
}

const unknown = (answer: CatalogAnswer, why: RegExp) => {
  assert.equal(answer.answer, 'unknown');
  assert.match(answer.answer === 'unknown' ? answer.reason : '', why);
};

describe("Datadog's catalog", () => {
  it('is searched for services with the name, with the current keys', async (t) => {
    const { ask, seen } = await catalog(t, page([entity('checkout')]));
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
    await ask('checkout');
    assert.deepEqual(
      seen.map((s) => [s.headers['dd-api-key'], s.headers['dd-application-key']]),
      [
        ['api-1', 'app'],
        ['api-2', 'app'],
      ],
    );
    assert.equal(seen[0]?.path, '/api/v2/catalog/entity');
    assert.deepEqual(seen[0]?.query, {
      'filter[name]': 'checkout',
      'filter[kind]': 'service',
      'page[limit]': '100',
      'page[offset]': '0',
    });
  });

  it('has no match if the list is empty', async (t) => {
    assert.deepEqual(await (await catalog(t, page([]))).ask('checkout'), { answer: 'not_found' });
  });

  it('has no match for other names, display names or kinds', async (t) => {
    const others = [
      entity('checkout-frontend'),
      entity('basket', { displayName: 'checkout' }),
      entity('checkout', { kind: 'datastore' }),
    ];
    assert.deepEqual(await (await catalog(t, page(others))).ask('checkout'), { answer: 'not_found' });
  });

  it("ignores case, and returns the catalog's spelling", async (t) => {
    const { ask } = await catalog(t, page([entity('CheckOut')]));
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'CheckOut' });
  });

  it('is ambiguous for names that differ only in case or namespace, unless the alias is an entity reference', async (t) => {
    const { ask, seen } = await catalog(
      t,
      page([entity('checkout'), entity('Checkout'), entity('checkout', { namespace: 'shop' })]),
    );
    assert.deepEqual(await ask('checkout'), {
      answer: 'ambiguous',
      matches: ['service:default/checkout', 'service:default/Checkout', 'service:shop/checkout'],
    });
    assert.deepEqual(await ask('service:default/Checkout', true), { answer: 'found', name: 'Checkout' });
    assert.equal(seen[1]?.query['filter[name]'], 'Checkout');
    assert.deepEqual(await ask('service:default/Checkout'), { answer: 'not_found' });
  });

  it('is read to the last page', async (t) => {
    const many = Array.from({ length: 100 }, (_, i) => entity(`checkout-${i}`));
    const { ask, seen } = await catalog(t, (offset) => page(offset === 0 ? many : [entity('checkout')]));
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
    assert.deepEqual(
      seen.map((s) => s.query['page[offset]']),
      ['0', '100'],
    );
  });

  it('is read further if a short page links to a next page', async (t) => {
    const { ask } = await catalog(t, (offset) =>
      offset === 0 ? page([entity('checkout-a')], '/next') : page([entity('checkout')]),
    );
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
  });
});

describe("Datadog's catalog answers unknown", () => {
  const json = { 'content-type': 'application/json' };
  const cases: [string, EmulatorResponse, RegExp][] = [
    [
      'when it rejects the keys',
      { status: 403, headers: json, body: '{"errors":["Forbidden"]}' },
      /HTTP 403/,
    ],
    ['when it fails', { status: 500, headers: json, body: '{}' }, /failed \(HTTP 500\)/],
    [
      'when the path does not exist',
      { status: 404, headers: json, body: '{"errors":["Not Found"]}' },
      /HTTP 404/,
    ],
    ['when there is no list', { status: 200, headers: json, body: '{"error":"x"}' }, /without a list/],
    ['when an entity has no name', page([{ id: '1' }]), /no name/],
    [
      'when it answers with HTML',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '' },
      /instead of JSON/,
    ],
  ];
  for (const [what, answer, why] of cases) {
    it(what, async (t) => unknown(await (await catalog(t, answer)).ask('checkout'), why));
  }

  it('when it sends the same page twice', async (t) => {
    const { ask, seen } = await catalog(t, page([entity('checkout-a')], '/next'));
    unknown(await ask('checkout'), /same page twice/);
    assert.equal(seen.length, 2);
  });

  it('when it limits the rate, with the seconds to wait', async (t) => {
    const limited = { status: 429, headers: { ...json, 'x-ratelimit-reset': '7' }, body: '{}' };
    const answer = await (await catalog(t, limited)).ask('checkout');
    assert.equal(answer.answer === 'unknown' && answer.retryAfter, 7);
  });
});
