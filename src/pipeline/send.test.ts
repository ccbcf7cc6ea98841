import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { portsWithoutDatadog, failingPort } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { markedObject } from '../../test/marked-object.ts';
import type { Clock } from '../domain/clock.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Sent, sendCreate } from './send.ts';
import { settleEarlier } from './settle.ts';
import type { Ledger } from '../ledger/port.ts';
import { createSqlLedger } from '../ledger/sql/sql-ledger.ts';
import { openSqlite } from '../ledger/sql/sqlite.ts';
import type { ObjectPort } from './ports.ts';

const OWNER = { application: 'a', key: 'k' };
const NAME = { kind: 'monitor', ...OWNER } as const;
const SETTLE_MS = 30_000;
const BODY = markedObject('monitor', { name: 'x' }, OWNER);

/** A Datadog of a few lines: what it holds, how often it was asked, and what happens to a create. */
function world(
  options: {
    deadlineMs?: number;
    create?: (held: JsonObject[], body: JsonObject) => JsonObject;
    /** The wait (ms) for the rate limit before a create leaves. */
    beforeSendMs?: number;
    /** Whether lists do not show the objects yet. */
    hidden?: boolean;
    /** Whether Datadog rejects the create. */
    rejects?: boolean;
    /** Whether another process takes the lease while the create waits. */
    loseLease?: boolean;
  } = {},
) {
  const held: JsonObject[] = [];
  const calls = { create: 0, deleted: [] as string[] };
  const later: { at: number; run: () => void }[] = [];
  const clock = manualClock(1_700_000_000_000, () => {
    for (const event of later) if (event.at <= clock.now()) event.run();
  });
  let nextId = 100;
  let broken = false;
  const store = (body: JsonObject): JsonObject => {
    const object = { ...body, id: (nextId += 1), created: new Date(clock.now()).toISOString() };
    held.push(object);
    return object;
  };
  const port: ObjectPort = {
    ...failingPort('monitor'),
    find: async (owner) => {
      if (broken) throw new ProblemError('datadog_failed', 'Datadog answered 503.');
      return options.hidden === true ? [] : held.filter((o) => isOwnedBy('monitor', o, owner));
    },
    get: async (id) => held.find((o) => idOf(o) === id),
    create: async (body, _context, attempts) => {
      clock.advance(options.beforeSendMs ?? 0);
      if (options.loseLease === true) clock.advance(60_000);
      await attempts.beforeSend();
      calls.create += 1;
      if (options.rejects === true) attempts.notWritten();
      return options.create ? options.create(held, body) : store(body);
    },
    delete: async (id) => {
      calls.deleted.push(id);
    },
  };
  const ledgerOf = options.loseLease === true ? { ledger: sharedLedger(clock) } : {};
  const ports = { ...portsWithoutDatadog(clock), monitor: port, ...ledgerOf };
  const { ledger } = ports;
  const contextFor = (deadlineMs = options.deadlineMs ?? 25_000) => ({
    caller: { name: 'somebody' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(deadlineMs, clock),
  });
  /** Settles what is unsettled and creates, unless the object exists, as a request does. */
  const create = async (deadlineMs?: number): Promise<Sent> => {
    const context = contextFor(deadlineMs);
    const lease = await ledger.acquire([NAME], context.deadline);
    try {
      await settleEarlier(lease, ports, context);
      const [found] = await port.find(OWNER, context);
      if (found) return { outcome: 'found_equal', object: found };
      return await sendCreate({ name: NAME, lease, ports, context, recording: {} }, BODY);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'outcome_unknown')
        return { outcome: 'lost', problem: error };
      throw error;
    } finally {
      await lease.release();
    }
  };
  return {
    held,
    calls,
    clock,
    ledger,
    ports,
    context: contextFor,
    store,
    create,
    breakReads: (yes: boolean) => {
      broken = yes;
    },
    atMs: (ms: number, run: () => void) => later.push({ at: clock.now() + ms, run }),
  };
}

/** A ledger whose leases can be lost, because other processes use it too. */
function sharedLedger(clock: Clock): Ledger {
  const open = () => openSqlite(':memory:', { clock });
  return createSqlLedger(open, { database: 'SQLite', clock, exclusive: false });
}

const lost = (): never => {
  throw new AnswerLostError('cut');
};

const id = (sent: Sent) => ('object' in sent && sent.object ? idOf(sent.object) : undefined);

describe('a create', () => {
  it('is sent once and leaves nothing unsettled when it is answered', async () => {
    const { create, calls, ledger } = world();
    assert.equal((await create()).outcome, 'made');
    assert.deepEqual([calls.create, await ledger.unsettledOf([NAME])], [1, []]);
  });

  it('is answered although the history cannot be written in time, and stays unsettled until it is', async () => {
    const w = world();
    const { promise: called, resolve: call } = Promise.withResolvers<void>();
    const { promise: hanging, resolve: record } = Promise.withResolvers<void>();
    const { settle } = w.ledger;
    Object.assign(w.ledger, {
      settle: async (...settled: Parameters<typeof settle>) => {
        call();
        await hanging;
        await settle(...settled);
      },
    });
    const context = w.context();
    const lease = await w.ledger.acquire([NAME], context.deadline);
    const sending = { name: NAME, lease, ports: w.ports, context, recording: {} };
    const sent = sendCreate(sending, BODY);
    await called;
    w.clock.advance(30_000);
    assert.equal((await sent).outcome, 'made');
    assert.equal((await w.ledger.unsettledOf([NAME])).length, 1);
    record();
    await lease.release();
    assert.deepEqual(await w.ledger.unsettledOf([NAME]), []);
  });

  it('is answered before it is settled, and the next request finds it after a crash in between', async () => {
    const w = world();
    const { settle } = w.ledger;
    Object.assign(w.ledger, { settle: () => new Promise(() => {}) });
    const lease = await w.ledger.acquire([NAME], w.context().deadline);
    const sending = { name: NAME, lease, ports: w.ports, context: w.context(), recording: {} };
    const sent = await sendCreate(sending, BODY);
    const unsettled = await w.ledger.unsettledOf([NAME]);
    assert.deepEqual([sent.outcome, unsettled.length], ['made', 1]);
    Object.assign(w.ledger, { settle });
    await settleEarlier({ unsettled }, w.ports, w.context());
    assert.deepEqual([await w.ledger.unsettledOf([NAME]), w.calls.create], [[], 1]);
  });

  it('is not sent again when its answer is lost after the write', async () => {
    const w = world({ create: (held, body) => (held.push({ ...body, id: 7 }), lost()) });
    const sent = await w.create();
    assert.deepEqual([id(sent), sent.outcome, w.calls.create], ['7', 'made', 1]);
    assert.deepEqual(await w.ledger.unsettledOf([NAME]), []);
  });

  it('is made when it lands seconds after its answer was lost', async () => {
    const w = world({ create: lost });
    w.atMs(4000, () => w.held.length === 0 && w.store(BODY));
    const sent = await w.create();
    assert.deepEqual([sent.outcome, w.calls.create, w.held.length], ['made', 1, 1]);
    assert.ok(w.clock.slept.length > 2, 'it polled');
  });

  it('is found different when another object with its marker appears instead', async () => {
    const w = world({ create: lost });
    w.atMs(1000, () => w.held.length === 0 && w.store({ ...BODY, name: 'other' }));
    assert.equal((await w.create()).outcome, 'found_different');
  });

  it('is lost when its object does not appear before the deadline, and stays unsettled', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    const begun = w.clock.now();
    assert.equal((await w.create()).outcome, 'lost');
    assert.ok(w.clock.now() - begun < 5000);
    assert.equal((await w.ledger.unsettledOf([NAME])).length, 1);
  });

  it('waits for an earlier one that may still land, and is not sent', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    assert.equal((await w.create()).outcome, 'lost');
    w.atMs(3000, () => w.held.length === 0 && w.store(BODY));
    const sent = await w.create(25_000);
    assert.deepEqual([sent.outcome, w.calls.create, w.held.length], ['found_equal', 1, 1]);
  });

  it('does not count as never written while Datadog cannot be read', async () => {
    const w = world({
      create: () => {
        w.breakReads(true);
        return lost();
      },
    });
    assert.equal((await w.create(600_000)).outcome, 'lost');
    assert.equal((await w.ledger.unsettledOf([NAME])).length, 1);
    w.breakReads(false);
    w.store(BODY);
    const sent = await w.create();
    assert.deepEqual([sent.outcome, w.calls.create, w.held.length], ['found_equal', 1, 1]);
  });

  it('is sent again when the first can no longer land', async () => {
    let first = true;
    const w = world({
      deadlineMs: 5000,
      create: (held, body) => {
        if (first) {
          first = false;
          return lost();
        }
        held.push({ ...body, id: 8 });
        return { ...body, id: 8 };
      },
    });
    assert.equal((await w.create()).outcome, 'lost');
    w.clock.advance(SETTLE_MS);
    const sent = await w.create();
    assert.deepEqual([sent.outcome, w.calls.create, w.held.length], ['made', 2, 1]);
  });

  it('measures the time to settle from the moment of sending, not from the waits before it', async () => {
    const w = world({ create: lost, beforeSendMs: SETTLE_MS, deadlineMs: SETTLE_MS + 10_000 });
    assert.equal((await w.create()).outcome, 'lost');
    const [write] = await w.ledger.unsettledOf([NAME]);
    assert.ok(write && write.sentAgoMs < SETTLE_MS, 'it may still land');
    assert.equal((await w.create(5000)).outcome, 'lost');
    assert.equal(w.calls.create, 1);
  });

  it('waits as long when the wall clock is set back or forward meanwhile', async () => {
    for (const shiftMs of [-3_600_000, -86_400_000]) {
      const w = world({ create: lost, deadlineMs: 5000 });
      assert.equal((await w.create()).outcome, 'lost');
      w.clock.advance(shiftMs);
      const sent = await w.create(1000);
      assert.ok(sent.outcome === 'lost' && Number(sent.problem.extras.retryAfter) <= 30);
      assert.equal(w.calls.create, 1);
    }
  });

  it('is found only where the marker is ours when Datadog names a duplicate', async () => {
    const duplicate = () => {
      throw new DuplicateMonitorError('55', 'Duplicate of an existing monitor_id:55 org_id:1');
    };
    const foreign = world({ create: duplicate, hidden: true, rejects: true });
    foreign.held.push({ id: 55, tags: ['birddog_key:b/k'] });
    const refused = await foreign.create();
    assert.ok(refused.outcome === 'duplicate' && /55/.test(refused.problem.message));
    assert.deepEqual(await foreign.ledger.unsettledOf([NAME]), []);
    const own = world({ create: duplicate, hidden: true, rejects: true });
    own.held.push({ ...BODY, id: 55 });
    assert.deepEqual(await own.create(), { outcome: 'found_equal', object: own.held[0] });
    const different = world({ create: duplicate, hidden: true, rejects: true });
    different.held.push({ ...BODY, name: 'other', id: 55 });
    assert.equal((await different.create()).outcome, 'found_different');
  });

  it('leaves nothing unsettled when Datadog rejects it', async () => {
    const w = world({
      create: () => {
        throw new ProblemError('datadog_refused', 'no');
      },
      rejects: true,
    });
    assert.equal((await w.create()).outcome, 'refused');
    assert.deepEqual(await w.ledger.unsettledOf([NAME]), []);
  });

  it('is not sent when the lease was lost meanwhile', async () => {
    const w = world({ loseLease: true });
    const sent = await w.create();
    assert.ok(sent.outcome === 'refused' && sent.problem.code === 'ledger_unavailable');
    assert.equal(w.calls.create, 0);
  });
});
