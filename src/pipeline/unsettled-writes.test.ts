import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  items,
  LAST_APPLY,
  problemOf,
  startInProcess,
  told,
} from '../../test/documents-in-process.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { type JsonObject, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { decode } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { type Intent, MAX_UNSETTLED } from '../ledger/port.ts';
import { execute } from './pipeline.ts';
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

  it('is neither restored nor listed in the history before the outcome is known', async () => {
    const { send, ask } = await afterLostCreate();
    await assert.rejects(ask('/restore', LAST_APPLY, {}, SHORT_MS), unknown);
    await assert.rejects(send('/history', undefined, { application: 'app' }, SHORT_MS), unknown);
  });

  it('is not planned either behind more unsettled writes than the ledger returns at once', async () => {
    const { ports, context, clock, ask } = startInProcess();
    const lease = await ports.ledger.acquire([NAME], context().deadline);
    for (let n = 0; n < MAX_UNSETTLED; n += 1)
      await ports.ledger.begin(lease, { ...NAME, action: 'delete', id: `${n + 1}`, caller: 'c' });
    clock.advance(1);
    await ports.ledger.begin(lease, CREATE);
    await lease.release();
    await assert.rejects(ask('/plan', DOCUMENT, {}, SHORT_MS), unknown);
    assert.deepEqual(
      (await ports.ledger.unsettled()).map(({ action }) => action),
      ['create'],
    );
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
    assert.equal((await ports.ledger.unsettledOf([NAME])).length, 1);
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

  it('plans, previews, dry runs and reads answer, with a warning where a write may be missing', async () => {
    const { ask, plan, send } = withoutLedger();
    const codesOf = (body: JsonObject) => items(body['findings']).map(({ code }) => code);
    assert.ok(codesOf(await plan(DOCUMENT)).includes('ledger_unavailable'));
    const create = { application: 'app', team: 't', key: 'load', monitor: MONITOR };
    assert.ok(
      codesOf(await ask('/create_monitor', create, { dry_run: 'true' })).includes('ledger_unavailable'),
    );
    assert.ok(
      codesOf(await ask('/preview', { application: 'app', monitors: [], team: 't' })).includes(
        'ledger_unavailable',
      ),
    );
    assert.equal((await send('/get_monitors', undefined, { application: 'app' })).status, 200);
  });
});

describe('an update whose earlier attempt may still land', () => {
  const update = (message: string): JsonObject => ({ application: 'app', key: 'load', monitor: { message } });

  it('is not overtaken by it: a later update waits, and ends in its own content', async () => {
    const birddog = startInProcess();
    const { apply, ask, ports, person, clock } = birddog;
    await apply(DOCUMENT);
    const [{ id = '' } = {}] = items(person('GET', '/api/v1/monitor'));
    const { monitor } = birddog.datadog.objects;
    // The second version is sent, and lands ten seconds later without an answer.
    Object.assign(ports.monitor, {
      async update(_id: string, _body: JsonObject, _context: unknown, attempts: Attempts) {
        await attempts.beforeSend();
        throw new AnswerLostError('cut');
      },
    });
    await assert.rejects(ask('/update_monitor', update('v2'), {}, SHORT_MS), unknown);
    ports.monitor.update = monitor.update;
    const until = clock.now() + 10_000;
    let landed = false;
    const land = () => {
      if (landed || clock.now() < until) return;
      landed = true;
      person('PUT', `/api/v1/monitor/${String(id)}`, { message: 'v2' });
    };
    const { get } = ports.monitor;
    ports.monitor.get = (...read) => {
      land();
      return get(...read);
    };
    await ask('/update_monitor', update('v3'), {}, 60_000);
    // It lands at the latest now, also if the later update did not wait.
    clock.advance(10_000);
    land();
    assert.deepEqual(
      items(person('GET', '/api/v1/monitor')).map(({ message }) => message),
      ['v3'],
    );
  });

  it('is 504 for a later update whose deadline comes first', async () => {
    const { apply, ask, ports } = startInProcess();
    await apply(DOCUMENT);
    const lease = await ports.ledger.acquire([NAME], {
      left: () => 1000,
      signal: new AbortController().signal,
    });
    const entry = await ports.ledger.begin(lease, { ...CREATE, action: 'update', id: '1' });
    await ports.ledger.acknowledge(entry);
    await lease.release();
    await assert.rejects(ask('/update_monitor', update('v3'), {}, SHORT_MS), unknown);
    assert.equal((await ask('/update_monitor', update('v3'), {}, 60_000))['action'], 'update');
  });
});

describe('an apply that Datadog refuses in part', () => {
  const entry = (key: string, more: JsonObject = {}): JsonObject => ({
    ...MONITOR,
    key,
    name: key,
    query: `avg(last_5m):avg:system.load.1{part:${key}} > 2`,
    ...more,
  });
  const LOGS = { type: 'log alert', query: 'logs("status:error").index("*").rollup("count").last("5m") > 2' };

  it('names the progress when the cleanup of a replacement is denied', async () => {
    const { apply, ports } = startInProcess();
    await apply(documentOf({ monitors: [entry('a'), entry('b')] }));
    Object.assign(ports.monitor, {
      async delete() {
        throw new ProblemError('datadog_forbidden', 'no');
      },
    });
    const document = documentOf({ monitors: [entry('a', LOGS), entry('b', { message: 'm' })] });
    const error = await problemOf(apply(document, { force: 'true' }));
    assert.equal(error.code, 'datadog_forbidden');
    const { done, remaining } = error.extras.members ?? {};
    // The new object exists, and the next apply deletes the old one.
    assert.deepEqual([keysOf(done), keysOf(remaining)], [['b'], ['a']]);
  });

  it('goes on with what does not depend on a refused object, and names each refusal', async () => {
    const { apply, ports, person } = startInProcess();
    const { create } = ports.monitor;
    ports.monitor.create = (body, context, attempts) =>
      String(body['name']).startsWith('bad')
        ? Promise.reject(new ProblemError('datadog_refused', `${String(body['name'])} is refused`))
        : create(body, context, attempts);
    const both = { ...entry('both'), type: 'composite', query: '${monitor:bad1} && ${monitor:good}' };
    const monitors = [entry('bad1'), entry('good'), entry('bad2'), both];
    const error = await problemOf(apply(documentOf({ monitors })));
    const { done, remaining } = error.extras.members ?? {};
    assert.equal(error.code, 'datadog_refused');
    assert.deepEqual(
      [
        keysOf(done),
        keysOf(remaining).toSorted(),
        (error.extras.findings ?? []).map(({ pointer }) => pointer),
      ],
      [['good'], ['bad1', 'bad2', 'both'], ['/monitors/0', '/monitors/2']],
    );
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 1);
  });

  it('is 409 with the id of the other monitor when an update makes a duplicate, with progress', async () => {
    const { apply, ports } = startInProcess();
    await apply(documentOf({ monitors: [entry('a')] }));
    Object.assign(ports.monitor, {
      async update(_id: string, _body: JsonObject, _context: unknown, attempts: Attempts) {
        await attempts.beforeSend();
        attempts.notWritten();
        throw new DuplicateMonitorError('77', 'Duplicate of an existing monitor_id:77');
      },
    });
    const document = documentOf({ monitors: [entry('a', { message: 'm' }), entry('b')] });
    const error = await problemOf(apply(document));
    assert.deepEqual([error.code, error.extras.members?.['existing']], ['duplicate_of_unmanaged', '77']);
    assert.deepEqual(keysOf(error.extras.members?.['done']), ['b']);
  });
});

describe('a tag that only the route adds', () => {
  it('is no difference when an application becomes listed or unlisted', async () => {
    const { apply, ask, ports, context, plan } = startInProcess();
    const create = { application: 'app', team: 'payments', key: 'load', monitor: MONITOR };
    await ask('/create_monitor', create);
    const operation = OPERATIONS.find(({ path }) => path === '/create_monitor');
    assert.ok(operation);
    const body = await decode(printJson(create), 'json', OBJECT_LIMITS);
    const route = { route: 'listed', service: 'app-service' } as const;
    const again = await execute({ operation, query: {}, route, context: context(), body }, ports);
    assert.equal(again.status, 200);
    assert.deepEqual(told(await plan(DOCUMENT)), ['load none']);
    assert.deepEqual(told(await apply(DOCUMENT)), ['load none']);
  });
});

describe('a clone', () => {
  it('is never changed or deleted, even if it is named by its id', async () => {
    const { apply, ask, send, person } = startInProcess();
    await apply(DOCUMENT);
    const [original = {}] = items(person('GET', '/api/v1/monitor'));
    const { id: _id, created: _created, ...rest } = original;
    const clone = person('POST', '/api/v1/monitor', { ...rest, name: 'clone' });
    const target = { application: 'app', id: String(clone['id']) };
    const refused = { code: 'not_managed' };
    await assert.rejects(ask('/update_monitor', { ...target, monitor: { message: 'm' } }), refused);
    await assert.rejects(send('/delete_monitor', undefined, target), refused);
    assert.equal(person('GET', `/api/v1/monitor/${String(clone['id'])}`)['message'] ?? '', '');
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 2);
  });
});

describe('an apply whose deadline is near', () => {
  it('writes nothing more in the time that its answer needs, and names what remains', async () => {
    const { apply, taken } = startInProcess();
    taken();
    const { done, remaining } = await apply(DOCUMENT, {}, 1_900);
    assert.deepEqual([keysOf(done), keysOf(remaining)], [[], ['load']]);
    assert.ok(taken().every(({ call }) => call.startsWith('GET')));
  });
});
