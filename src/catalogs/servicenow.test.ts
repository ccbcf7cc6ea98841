import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { startEmulatorServer, type EmulatorResponse } from '../../emulators/server/emulator-server.ts';
import type { RowInput } from '../../emulators/servicenow/cmdb.ts';
import {
  type ServicenowEmulatorOptions,
  startServicenowEmulator,
} from '../../emulators/servicenow/servicenow-emulator.ts';
import type { Deadline } from '../domain/deadline.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound } from '../runtime/outbound.ts';
import type { CatalogAnswer } from './catalog.ts';
import { createServicenow, servicenowNameFault } from './servicenow.ts';

const APPS = 'cmdb_ci_business_app';
const SERVICES = 'cmdb_ci_service';
const id = (n: number) => String(n).padStart(32, '0');
const row = (n: number, name: string, more: Partial<RowInput> = {}): RowInput => ({
  table: APPS,
  sys_id: id(n),
  values: { name },
  ...more,
});

const outbound = createOutbound();
after(() => outbound.close());
const waiting: Deadline = { left: () => 60_000, signal: new AbortController().signal };

function client(url: string, password = 'sandbox-password', tables = [APPS, SERVICES]) {
  const catalog = createServicenow({
    url: new URL(url),
    outbound,
    tables,
    username: () => new Secret('sandbox-user'),
    password: () => new Secret(password),
  });
  return (name: string, alias = false, deadline = waiting) => catalog({ name, alias, deadline });
}

async function emulated(t: TestContext, options: Partial<ServicenowEmulatorOptions> = {}) {
  const emulator = await startServicenowEmulator({ port: 0, control: true, ...options });
  t.after(() => emulator.close());
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${emulator.url}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const requests = async (): Promise<{ path: string; query: Record<string, string> }[]> =>
    JSON.parse(await (await control('GET', 'requests')).text());
  return { url: emulator.url, ask: client(emulator.url), control, requests };
}

/** Starts a server that sends the same response to every request. */
async function answering(t: TestContext, answer: EmulatorResponse) {
  const server = await startEmulatorServer({ name: 'scripted', port: 0, handle: () => answer });
  t.after(() => server.close());
  return client(server.url);
}

const rows = (result: object[], total?: number): EmulatorResponse => ({
  status: 200,
  headers: {
    'content-type': 'application/json;charset=UTF-8',
    ...(total === undefined ? {} : { 'x-total-count': String(total) }),
  },
  body: JSON.stringify({ result }),
});

const unknown = (answer: CatalogAnswer, why: RegExp) => {
  assert.equal(answer.answer, 'unknown');
  assert.match(answer.answer === 'unknown' ? answer.reason : '', why);
};

describe('ServiceNow', () => {
  it('finds the row with exactly the name', async (t) => {
    const { ask } = await emulated(t);
    assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
    assert.deepEqual(await ask('payments-batch'), { answer: 'not_found' });
    assert.deepEqual(await ask('check'), { answer: 'not_found' });
  });

  it('requests at most two rows with the name', async (t) => {
    const { ask, requests } = await emulated(t);
    await ask('checkout');
    const [request] = await requests();
    assert.equal(request?.path, `/api/now/table/${APPS}`);
    assert.deepEqual(request?.query, {
      sysparm_query: 'name=checkout',
      sysparm_fields: 'sys_id,name',
      sysparm_limit: '2',
    });
  });

  it('ignores other spellings, although the database matches them', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'Checkout'), row(2, 'pay'), row(3, 'PAY')] });
    assert.deepEqual(await ask('checkout'), { answer: 'not_found' });
    assert.deepEqual(await ask('pay'), { answer: 'found', name: 'pay' });
  });

  it('answers unknown if other spellings fill the page', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'PAY'), row(2, 'Pay'), row(3, 'pay')] });
    unknown(await ask('pay'), /does not show/);
  });

  it('is ambiguous if two rows have the name, unless the alias is a sys_id', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'pay'), row(2, 'pay'), row(3, 'pay')] });
    assert.deepEqual(await ask('pay'), { answer: 'ambiguous', matches: [id(1), id(2)] });
    assert.deepEqual(await ask(id(2), true), { answer: 'found', name: 'pay' });
    assert.deepEqual(await ask(id(9), true), { answer: 'not_found' });
    assert.deepEqual(await ask(id(2)), { answer: 'not_found' });
  });

  it('queries the tables in order, and uses the first with a match', async (t) => {
    const { url, ask, requests } = await emulated(t, {
      rows: [
        row(1, 'pay', { table: 'cmdb_ci_service_auto' }),
        row(2, 'shop'),
        row(3, 'shop', { table: SERVICES }),
        row(4, 'shop', { table: SERVICES }),
      ],
    });
    assert.deepEqual(await ask('pay'), { answer: 'found', name: 'pay' });
    assert.deepEqual(
      (await requests()).map((r) => r.path),
      [`/api/now/table/${APPS}`, `/api/now/table/${SERVICES}`],
    );
    assert.deepEqual(await ask('shop'), { answer: 'found', name: 'shop' });
    const reversed = client(url, 'sandbox-password', [SERVICES, APPS]);
    assert.equal((await reversed('shop')).answer, 'ambiguous');
  });
});

describe('ServiceNow answers unknown', () => {
  it('when it returns rows that do not match, because it dropped the condition', async (t) => {
    const others = [row(1, 'basket'), row(2, 'payroll')].map((r) => ({ sys_id: r.sys_id, name: 'basket' }));
    unknown(await (await answering(t, rows(others, 2)))('checkout'), /do not match/);
    const withMatch = [
      { sys_id: id(1), name: 'checkout' },
      { sys_id: id(2), name: 'basket' },
    ];
    unknown(await (await answering(t, rows(withMatch, 2)))('checkout'), /do not match/);
  });

  it('when access rules hide rows of that name', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'pay', { hidden: true })] });
    unknown(await ask('pay'), /does not show/);
  });

  it('when a match may have a hidden duplicate', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'pay'), row(2, 'pay', { hidden: true })] });
    unknown(await ask('pay'), /does not show/);
  });

  it('when access rules hide the name', async (t) => {
    const { ask } = await emulated(t, { rows: [row(1, 'pay', { hiddenColumns: ['name'] })] });
    unknown(await ask('pay'), /does not show the column name/);
  });

  it('when it does not send the number of rows', async (t) => {
    unknown(await (await answering(t, rows([])))('checkout'), /number of rows/);
  });

  it('when the instance hibernates and answers with HTML', async (t) => {
    const { ask, control } = await emulated(t);
    await control('PUT', 'mode', { mode: 'hibernating' });
    unknown(await ask('checkout'), /"text\/html;charset=UTF-8" instead of JSON/);
  });

  it('when its response is not a list of rows, or not JSON', async (t) => {
    const headers = { 'content-type': 'application/json' };
    unknown(
      await (await answering(t, { status: 200, headers, body: '{"result":{}}' }))('x'),
      /without a list/,
    );
    unknown(await (await answering(t, { status: 200, headers, body: '{"result":[' }))('x'), /invalid JSON/);
  });

  it('when it rejects the user, without quoting the password', async (t) => {
    const { url } = await emulated(t);
    const answer = await client(url, 'wrong-password')('checkout');
    unknown(answer, /rejects Birddog's credentials \(HTTP 401\)/);
    assert.doesNotMatch(JSON.stringify(answer), /wrong-password/);
  });

  it('when a table does not exist', async (t) => {
    const { url } = await emulated(t);
    unknown(await client(url, 'sandbox-password', ['cmdb_x'])('checkout'), /failed \(HTTP 400\)/);
  });

  it('when it limits the rate, with the seconds to wait', async (t) => {
    const { ask } = await emulated(t, { requestsPerHour: 0, now: () => Date.UTC(2026, 8, 1, 12, 30) });
    const answer = await ask('checkout');
    unknown(answer, /request rate/);
    assert.equal(answer.answer === 'unknown' && answer.retryAfter, 1800);
  });

  it('when it limits the rate with a Unix time, which is ignored', async (t) => {
    const ask = await answering(t, { status: 429, headers: { 'x-ratelimit-reset': '1790000000' }, body: '' });
    const answer = await ask('checkout');
    assert.equal(answer.answer === 'unknown' && answer.retryAfter, 10);
  });

  it('when it is unreachable, or the deadline has passed', async (t) => {
    const { url, ask } = await emulated(t);
    const over: Deadline = { left: () => 0, signal: AbortSignal.abort() };
    unknown(await ask('checkout', false, over), /in time/);
    const closed = await startServicenowEmulator({ port: 0 });
    await closed.close();
    unknown(await client(closed.url)('checkout'), /is unreachable/);
    assert.notEqual(closed.url, url);
  });
});

it('repeats a query once when the connection fails', async (t) => {
  const { ask, control } = await emulated(t);
  await control('POST', 'faults', [{ path: '/api/', times: 1, kind: 'reset_before' }]);
  assert.deepEqual(await ask('checkout'), { answer: 'found', name: 'checkout' });
  await control('POST', 'faults', [{ path: '/api/', times: 2, kind: 'reset_before' }]);
  unknown(await ask('checkout'), /is unreachable/);
});

describe('a name', () => {
  for (const name of [
    'a^b',
    '^',
    'a^ORnameISNOTEMPTY',
    'a\nb',
    'a\u0000',
    'javascript:1',
    ' JavaScript:x',
    '',
  ]) {
    it(`${JSON.stringify(name)} is not sent`, async (t) => {
      const { ask, requests } = await emulated(t);
      unknown(await ask(name), /^the name/);
      assert.deepEqual(await requests(), []);
    });
  }

  it('cannot change the meaning of an encoded query', async (t) => {
    const known = ['checkout', 'a&sysparm_limit=1', 'a+b c', '%5EOR', '#x', 'nameLIKEa', 'ä'];
    const { ask, requests, control } = await emulated(t, { rows: known.map((name, i) => row(i, name)) });
    const piece = fc.constantFrom(
      ...known.concat('^', '^OR', '^NQ', 'name=', 'ISNOTEMPTY', 'ORDERBYname', 'javascript:'),
      ...'\n&= %',
    );
    const name = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...known),
    );
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        await control('DELETE', 'requests');
        const answer = await ask(text);
        const sent = (await requests()).map((r) => r.query);
        if (servicenowNameFault(text)) {
          assert.deepEqual([answer.answer, sent], ['unknown', []]);
          return;
        }
        assert.equal(answer.answer, known.includes(text) ? 'found' : 'not_found');
        for (const query of sent) {
          assert.deepEqual(query, {
            sysparm_query: `name=${text}`,
            sysparm_fields: 'sys_id,name',
            sysparm_limit: '2',
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
