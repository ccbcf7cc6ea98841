import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { monitorEntry, startInProcess } from '../../test/documents-in-process.ts';
import { OPERATIONS } from '../contract/operations.ts';
import type { JsonObject } from '../domain/json.ts';
import { Steps } from './step.ts';
import * as lists from './steps.ts';

const { key: _key, ...MONITOR } = monitorEntry('load');
const CREATE: JsonObject = { application: 'app', team: 't', key: 'load', monitor: MONITOR };
const TARGET = { application: 'app', key: 'load' };

describe('the steps of a write', () => {
  it('are those of a document where they decide the write of one object', () => {
    const shared = ['takeLeases', 'settleLeased', 'readLiveObjects', 'planChanges'];
    for (const { names } of [lists.WRITE_OBJECT, lists.WRITE_DOCUMENT]) {
      assert.deepEqual(names.slice(1, 5), shared);
      assert.equal(names.length, 8);
    }
  });

  it('are listed in docs/architecture.md, in their order', async () => {
    const text = await readFile('docs/architecture.md', 'utf8');
    for (const [name, { names }] of Object.entries(lists))
      assert.ok(text.includes(`| \`${name}\` | ${names.join(', ')} |`), `${name}: ${names.join(', ')}`);
  });

  it('run in order, each with the result of the one before it, and release at the end what they hold', async () => {
    const { ports, context } = startInProcess();
    const [operation] = OPERATIONS;
    assert.ok(operation);
    const request = {
      operation,
      query: {},
      route: { route: 'unlisted', missingFrom: [] },
      context: context(),
    } as const;
    const order: string[] = [];
    const failure = new Error('the second step fails');
    const two = new Steps<number, number>(async (known, { atEnd }) => {
      atEnd(() => order.push('released'));
      return known + 1;
    }).next(async (known) => {
      order.push(`got ${known}`);
      if (known > 5) throw failure;
      return known * 10;
    });
    assert.deepEqual([await two.run(1, request, ports), order], [20, ['got 2', 'released']]);
    await assert.rejects(two.run(5, request, ports), failure);
    assert.deepEqual(order.slice(2), ['got 6', 'released']);
  });
});

describe('a write of one object', () => {
  it('gives up its lease also if it is refused', async () => {
    const { ask, ports, context } = startInProcess();
    await ask('/create_monitor', CREATE);
    const other = { ...CREATE, monitor: { ...MONITOR, message: 'other' } };
    await assert.rejects(ask('/create_monitor', other), { code: 'key_conflict' });
    const name = { kind: 'monitor', ...TARGET } as const;
    const lease = await ports.ledger.acquire([name], context().deadline);
    await lease.release();
  });

  it('creates no second monitor if Datadog does not find the first one by its id for a moment', async () => {
    const { ask, ports, person } = startInProcess();
    const withRunbook = {
      ...CREATE,
      monitor: { ...MONITOR, assets: [{ name: 'r', url: 'https://r.example.com', category: 'runbook' }] },
    };
    await ask('/create_monitor', CREATE);
    ports.monitor.get = async () => undefined;
    await ask('/create_monitor', withRunbook).catch(() => {});
    const { length } = Object.values(person('GET', '/api/v1/monitor'));
    assert.equal(length, 1);
  });
});

describe('a dry run of a delete', () => {
  it('shows the object, deletes nothing, and takes no lease', async () => {
    const { ask, send, ports, person } = startInProcess();
    const { id } = await ask('/create_monitor', CREATE);
    ports.ledger.acquire = () => assert.fail('it takes a lease');
    const { status, body } = await send('/delete_monitor', undefined, { ...TARGET, dry_run: 'true' });
    assert.deepEqual([status, body['action'], body['dry_run'], body['id']], [200, 'delete', true, id]);
    assert.equal(Object.values(person('GET', '/api/v1/monitor')).length, 1);
  });
});
