import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentOf, items, problemOf, startInProcess, told } from '../../test/documents-in-process.ts';
import { AnswerLostError } from '../domain/datadog-outcome.ts';
import type { JsonObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Intent } from '../ledger/port.ts';
import type { Attempts } from './ports.ts';

const MONITOR: JsonObject = {
  type: 'query alert',
  name: 'load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  options: { thresholds: { critical: 2 } },
};
const NAME = { kind: 'monitor', application: 'app', key: 'load' } as const;
const CREATE: Intent = { ...NAME, action: 'create', body: { name: 'load' }, caller: 'c' };
const DOCUMENT = documentOf({ monitors: [{ key: 'load', ...MONITOR }] });
const SHORT_MS = 5_000;

/** Birddog after a create of the key `load` whose answer was lost. */
async function afterLostCreate() {
  const birddog = startInProcess();
  const { ports, context } = birddog;
  const lease = await ports.ledger.acquire([NAME], context().deadline);
  await ports.ledger.begin(lease, CREATE);
  await lease.release();
  return birddog;
}

const keysOf = (list: unknown) =>
  Array.isArray(list) ? list.map(({ key }: { readonly key?: string }) => key) : [];
const unknown = { code: 'outcome_unknown' };

describe('a key whose create is unsettled', () => {
  it('is not deleted, updated or planned before the outcome is known', async () => {
    const { send, ask } = await afterLostCreate();
    const query = { application: 'app', key: 'load' };
    await assert.rejects(send('/delete_monitor', undefined, query, SHORT_MS), unknown);
    const update = { application: 'app', key: 'load', monitor: { message: 'm' } };
    await assert.rejects(ask('/update_monitor', update, {}, SHORT_MS), unknown);
    await assert.rejects(ask('/plan', DOCUMENT, {}, SHORT_MS), unknown);
    await assert.rejects(ask('/apply', DOCUMENT, {}, SHORT_MS), unknown);
  });

  it('tells when to ask again, at most the time in which it may still land', async () => {
    const { plan } = await afterLostCreate();
    const error = await plan(DOCUMENT, undefined).then(
      () => assert.fail('it was planned'),
      (problem: unknown) => problem,
    );
    assert.ok(error instanceof ProblemError && error.code === 'outcome_unknown');
    assert.ok(Number(error.extras.retryAfter) >= 1 && Number(error.extras.retryAfter) <= 30);
  });

  it('is planned and created once it can no longer land', async () => {
    const { apply, clock, person } = await afterLostCreate();
    clock.advance(30_000);
    assert.deepEqual(told(await apply(DOCUMENT)), ['load create']);
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 1);
  });
});

describe('a delete whose answer is lost', () => {
  /** Birddog with two monitors, whose deletes are sent and never answered. */
  async function losingDeletes() {
    const birddog = startInProcess();
    const both = [
      { key: 'load', ...MONITOR },
      { key: 'other', ...MONITOR, name: 'other' },
    ];
    await birddog.apply(documentOf({ monitors: both }));
    Object.assign(birddog.ports.monitor, {
      async delete(_id: string, _context: unknown, attempts: Attempts) {
        await attempts.beforeSend();
        throw new AnswerLostError('cut');
      },
    });
    return birddog;
  }

  it('has an unknown outcome, not an internal error', async () => {
    const { send, ports } = await losingDeletes();
    const query = { application: 'app', key: 'load' };
    await assert.rejects(send('/delete_monitor', undefined, query, SHORT_MS), unknown);
    assert.equal((await ports.ledger.unsettledOf(NAME)).length, 1);
  });

  it('leaves the progress of an apply in its answer', async () => {
    const { apply } = await losingDeletes();
    const document = documentOf({ monitors: [{ key: 'load', ...MONITOR, message: 'changed' }] });
    const error = await problemOf(apply(document, { prune: 'true' }, SHORT_MS));
    const { done, remaining, basis } = error.extras.members ?? {};
    assert.equal(error.code, 'outcome_unknown');
    assert.deepEqual([keysOf(done), keysOf(remaining), typeof basis], [['load'], ['other'], 'string']);
  });
});

describe('while the ledger is unavailable', () => {
  /** Birddog whose ledger fails. */
  function withoutLedger() {
    const birddog = startInProcess();
    const fail = () => Promise.reject(new ProblemError('ledger_unavailable', 'disk full'));
    Object.assign(birddog.ports.ledger, { acquire: fail, unsettled: fail, unsettledOf: fail });
    return birddog;
  }

  it('writes are refused, and nothing is sent', async () => {
    const { ask, apply, taken, send } = withoutLedger();
    const refused = { code: 'ledger_unavailable' };
    const create = { application: 'app', team: 't', key: 'load', monitor: MONITOR };
    await assert.rejects(ask('/create_monitor', create), refused);
    await assert.rejects(apply(DOCUMENT), refused);
    await assert.rejects(send('/delete_monitor', undefined, { application: 'app', key: 'load' }), refused);
    assert.ok(taken().every(({ call }) => call.startsWith('GET')));
  });

  it('plans, dry runs and reads answer, with a warning where a write may be missing', async () => {
    const { ask, plan, send } = withoutLedger();
    const codesOf = (body: JsonObject) => items(body['findings']).map(({ code }) => code);
    assert.ok(codesOf(await plan(DOCUMENT)).includes('ledger_unavailable'));
    const create = { application: 'app', team: 't', key: 'load', monitor: MONITOR };
    assert.ok(
      codesOf(await ask('/create_monitor', create, { dry_run: 'true' })).includes('ledger_unavailable'),
    );
    assert.equal((await send('/get_monitors', undefined, { application: 'app' })).status, 200);
  });
});
