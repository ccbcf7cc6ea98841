import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { FactSheetInput } from '../../emulators/leanix/fact-sheets.ts';
import { type LeanixEmulatorOptions, startLeanixEmulator } from '../../emulators/leanix/leanix-emulator.ts';
import { startEmulatorServer } from '../../emulators/server/emulator-server.ts';
import type { Clock } from '../domain/clock.ts';
import type { Deadline } from '../domain/deadline.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound } from '../runtime/outbound.ts';
import type { CatalogAnswer } from './catalog.ts';
import { createLeanix } from './leanix.ts';

const TOKEN = '/services/mtm/v1/oauth2/token';
const GRAPHQL = '/services/pathfinder/v1/graphql';
const sheet = (id: string, name: string, more: Partial<FactSheetInput> = {}): FactSheetInput => ({
  id,
  name,
  ...more,
});

const outbound = createOutbound();
after(() => outbound.close());
const deadline: Deadline = { left: () => 60_000, signal: new AbortController().signal };

function testClock() {
  const clock: Clock & { time: number } = {
    time: Date.UTC(2026, 8, 1),
    now: () => clock.time,
    monotonic: () => clock.time,
    sleep: () => Promise.resolve(),
  };
  return clock;
}

function client(url: string, apiToken = 'sandbox-leanix-token', clock: Clock = testClock()) {
  const catalog = createLeanix({ url: new URL(url), outbound, clock, apiToken: () => new Secret(apiToken) });
  return (name: string, alias = false) => catalog({ name, alias, deadline });
}

async function emulated(t: TestContext, options: Partial<LeanixEmulatorOptions> = {}) {
  const clock = testClock();
  const emulator = await startLeanixEmulator({ port: 0, control: true, now: clock.now, ...options });
  t.after(() => emulator.close());
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${emulator.url}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const paths = async (): Promise<string[]> =>
    JSON.parse(await (await control('GET', 'requests')).text()).map((r: { path: string }) => r.path);
  return { url: emulator.url, clock, control, paths, ask: client(emulator.url, undefined, clock) };
}

/** Starts a workspace that issues tokens, sends a scripted GraphQL response, and records request bodies. */
async function scripted(t: TestContext, answer: unknown, type = 'application/json') {
  const bodies: { query: string; variables: { filter: object; first: number; after: null } }[] = [];
  const headers = { 'content-type': type };
  const server = await startEmulatorServer({
    name: 'scripted',
    port: 0,
    handle: ({ path, body }) => {
      if (path === TOKEN) {
        const token = { access_token: 'a', expires_in: 3600 };
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(token) };
      }
      bodies.push(JSON.parse(body));
      return { status: 200, headers, body: JSON.stringify(answer) };
    },
  });
  t.after(() => server.close());
  return { ask: client(server.url), bodies };
}

const nothing = { data: { allFactSheets: { totalCount: 0, pageInfo: { hasNextPage: false }, edges: [] } } };
const unknown = (answer: CatalogAnswer, why: RegExp) => {
  assert.equal(answer.answer, 'unknown');
  assert.match(answer.answer === 'unknown' ? answer.reason : '', why);
};

describe('LeanIX', () => {
  it('finds the application with the name in the search results', async (t) => {
    const { ask } = await emulated(t);
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
    assert.deepEqual(await ask('legacy-crm'), { answer: 'found', name: 'legacy-crm' });
    assert.deepEqual(await ask('payments-batch'), { answer: 'not_found' });
  });

  it('ignores search results with another name', async (t) => {
    const sheets = [
      sheet('1', 'pay-frontend'),
      sheet('2', 'basket', { description: 'pay' }),
      sheet('3', 'Pay'),
    ];
    const { ask } = await emulated(t, { sheets });
    assert.deepEqual(await ask('pay'), { answer: 'not_found' });
  });

  it('ignores leading and trailing spaces', async (t) => {
    const { ask } = await emulated(t, { sheets: [sheet('1', ' pay ')] });
    assert.deepEqual(await ask('pay'), { answer: 'found', name: 'pay' });
  });

  it('ignores archived fact sheets and those of another type', async (t) => {
    const node = { id: '1', name: 'pay', displayName: 'pay', type: 'Application', status: 'ACTIVE' };
    const nodes = [
      { ...node, status: 'ARCHIVED' },
      { ...node, id: '2', type: 'ITComponent' },
    ];
    const allFactSheets = { pageInfo: { hasNextPage: false }, edges: nodes.map((n) => ({ node: n })) };
    const { ask } = await scripted(t, { data: { allFactSheets } });
    assert.deepEqual(await ask('pay'), { answer: 'not_found' });
  });

  it('ignores results with another external id', async (t) => {
    const node = { id: '1', name: 'pay', displayName: 'pay', type: 'Application', status: 'ACTIVE' };
    const edges = [{ node: { ...node, externalId: { externalId: 'APP-10' } } }];
    const { ask } = await scripted(t, {
      data: { allFactSheets: { pageInfo: { hasNextPage: false }, edges } },
    });
    assert.deepEqual(await ask('APP-1', true), { answer: 'not_found' });
    assert.deepEqual(await ask('APP-10', true), { answer: 'found', name: 'pay' });
  });

  it('is ambiguous if two parents have an application with the name, unless an alias identifies one', async (t) => {
    const sheets = [
      sheet('1', 'Shop'),
      sheet('2', 'pay', { parent: '1' }),
      sheet('3', 'pay', { externalId: 'APP-3' }),
    ];
    const { ask } = await emulated(t, { sheets });
    assert.deepEqual(await ask('pay'), { answer: 'ambiguous', matches: ['Shop / pay', 'APP-3'] });
    assert.deepEqual(await ask('Shop / pay', true), { answer: 'found', name: 'pay' });
    assert.deepEqual(await ask('Shop / pay'), { answer: 'not_found' });
    assert.deepEqual(await ask('APP-3', true), { answer: 'found', name: 'pay' });
    assert.deepEqual(await ask('APP-9', true), { answer: 'not_found' });
  });

  it('searches by external id only for an alias without a matching name', async (t) => {
    const sheets = [sheet('1', 'pay', { externalId: 'app-1' })];
    const { ask, paths } = await emulated(t, { sheets, unsupportedFilters: ['externalIds'] });
    assert.deepEqual(await ask('app-1'), { answer: 'not_found' });
    assert.deepEqual(await ask('pay', true), { answer: 'found', name: 'pay' });
    assert.equal((await paths()).filter((p) => p === GRAPHQL).length, 2);
    unknown(await ask('app-1', true), /FilterInput/);
  });

  it('reads every page of results', async (t) => {
    const many = Array.from({ length: 401 }, (_, i) => sheet(String(i), `pay ${i}`));
    const { ask, paths } = await emulated(t, { sheets: [...many, sheet('last', 'pay')] });
    assert.deepEqual(await ask('pay'), { answer: 'found', name: 'pay' });
    assert.equal((await paths()).filter((p) => p === GRAPHQL).length, 3);
  });

  it('stops if the same cursor is returned twice', async (t) => {
    const allFactSheets = { pageInfo: { hasNextPage: true, endCursor: 'x' }, edges: [] };
    const { ask, bodies } = await scripted(t, { data: { allFactSheets } });
    unknown(await ask('pay'), /same page twice/);
    assert.equal(bodies.length, 2);
  });
});

describe('LeanIX answers unknown', () => {
  it('when GraphQL reports errors with HTTP 200, with or without partial data', async (t) => {
    const errors = [{ message: 'Validation error of type FieldUndefined: Field x is undefined' }];
    unknown(await (await scripted(t, { ...nothing, errors })).ask('pay'), /Field x is undefined/);
    unknown(await (await scripted(t, { data: null, errors })).ask('pay'), /Field x is undefined/);
  });

  it('when the response has an unexpected shape or is not JSON', async (t) => {
    unknown(await (await scripted(t, { data: null })).ask('pay'), /without data/);
    unknown(await (await scripted(t, { data: { allFactSheets: {} } })).ask('pay'), /without edges/);
    unknown(await (await scripted(t, nothing, 'text/html')).ask('pay'), /instead of JSON/);
  });

  it('when it rejects the API token, without quoting it', async (t) => {
    const { url } = await emulated(t);
    const answer = await client(url, 'wrong-token')('checkout');
    unknown(answer, /rejects Birddog's credentials/);
    assert.doesNotMatch(JSON.stringify(answer), /wrong-token/);
  });

  for (const [retryAfter, seconds] of [
    [true, 60],
    [false, 10],
  ] as const) {
    it(`when it limits the rate, with${retryAfter ? '' : 'out'} Retry-After`, async (t) => {
      const { ask } = await emulated(t, { requestsPerMinute: 0, retryAfter });
      const answer = await ask('checkout');
      unknown(answer, /request rate/);
      assert.equal(answer.answer === 'unknown' && answer.retryAfter, seconds);
    });
  }
});

describe("LeanIX's access token", () => {
  it('is fetched once for many queries, including concurrent ones', async (t) => {
    const { ask, paths } = await emulated(t);
    await Promise.all([ask('checkout'), ask('legacy-crm'), ask('x')]);
    await ask('checkout');
    assert.equal((await paths()).filter((p) => p === TOKEN).length, 1);
  });

  it('is renewed a minute before it expires, not earlier', async (t) => {
    const { ask, paths, clock } = await emulated(t, { tokenSeconds: 600 });
    await ask('checkout');
    clock.time += 539_999;
    await ask('checkout');
    assert.equal((await paths()).filter((p) => p === TOKEN).length, 1);
    clock.time += 1;
    await ask('checkout');
    assert.equal((await paths()).filter((p) => p === TOKEN).length, 2);
  });

  it('is fetched again, once, when it is rejected before it expires', async (t) => {
    const { ask, paths, control } = await emulated(t);
    await ask('checkout');
    await control('DELETE', 'tokens');
    await control('DELETE', 'requests');
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
    assert.deepEqual(await paths(), [GRAPHQL, TOKEN, GRAPHQL]);
  });

  it('is fetched at most twice if every token is rejected', async (t) => {
    const { ask, paths, control } = await emulated(t);
    await control('POST', 'faults', [{ path: GRAPHQL, kind: 'status', status: 401, times: 9 }]);
    unknown(await ask('checkout'), /rejects Birddog's credentials/);
    assert.deepEqual(await paths(), [TOKEN, GRAPHQL, TOKEN, GRAPHQL]);
  });
});

it('sends any name only in the variables of a constant query', async (t) => {
  const { ask, bodies } = await scripted(t, nothing);
  await ask('checkout');
  const text = bodies[0]?.query;
  const piece = fc.constantFrom('"', '}', '{', '")', '$filter', '\\', '\n', '#', 'fragment', 'a', '\u2028');
  const name = fc.oneof(
    fc.array(piece).map((p) => p.join('')),
    fc.string({ unit: 'grapheme' }),
  );
  await fc.assert(
    fc.asyncProperty(name, fc.boolean(), async (wanted, alias) => {
      bodies.length = 0;
      assert.deepEqual(await ask(wanted, alias), { answer: 'not_found' });
      const variables = (filter: object) => ({ filter, first: 200, after: null });
      const filters = [
        { fullTextSearch: wanted },
        ...(alias ? [{ externalIds: [`externalId/${wanted}`] }] : []),
      ];
      assert.deepEqual(
        bodies,
        filters.map((filter) => ({ query: text, variables: variables(filter) })),
      );
    }),
    { numRuns: 100 },
  );
});
