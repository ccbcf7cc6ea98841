import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { portsWithoutDatadog, unaskedPort } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { markedObject } from '../../test/marked-object.ts';
import { AnswerLostError, DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { createOnce, SETTLE_WITHIN_MS } from './apply.ts';
import type { ObjectPort } from './ports.ts';

const OWNER = { application: 'a', key: 'k' };
const WRITE = { kind: 'monitor', ...OWNER } as const;
const BODY = markedObject('monitor', { name: 'x' }, OWNER);

/** A Datadog of a few lines: what it holds, how often it was asked, and what happens to a create. */
function world(
  options: { deadlineMs?: number; create?: (held: JsonObject[], body: JsonObject) => JsonObject } = {},
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
    ...unaskedPort('monitor'),
    find: async (owner) => {
      if (broken) throw new ProblemError('datadog_failed', 'Datadog answered 503 to every attempt.');
      return held.filter((o) => isOwnedBy('monitor', o, owner));
    },
    get: async (id) => held.find((o) => idOf(o) === id),
    create: async (body) => {
      calls.create += 1;
      return options.create ? options.create(held, body) : store(body);
    },
    delete: async (id) => {
      calls.deleted.push(id);
    },
  };
  const ports = { ...portsWithoutDatadog(clock), monitor: port };
  const { ledger } = ports;
  const ask = (deadlineMs = options.deadlineMs ?? 25_000) =>
    createOnce(
      {
        port,
        ports,
        write: WRITE,
        context: {
          caller: { name: 'somebody' },
          requestId: 'r',
          traceparent: '',
          deadline: deadlineAfter(deadlineMs, clock),
        },
      },
      BODY,
    );
  return {
    held,
    calls,
    clock,
    ledger: ledger,
    store,
    ask,
    breakReads: (yes: boolean) => {
      broken = yes;
    },
    atMs: (ms: number, run: () => void) => later.push({ at: clock.now() + ms, run }),
  };
}

const lost = (): never => {
  throw new AnswerLostError('cut');
};

describe('a create', () => {
  it('that is answered runs once and leaves nothing unsettled', async () => {
    const { ask, calls, ledger } = world();
    assert.equal((await ask()).made, true);
    assert.deepEqual([calls.create, ledger.underWaySince(WRITE)], [1, undefined]);
  });

  it('whose answer is lost after the write is adopted, and not sent again', async () => {
    const w = world({ create: (held, body) => (held.push({ ...body, id: 7 }), lost()) });
    const { object, made } = await w.ask();
    assert.deepEqual([idOf(object), made, w.calls.create], ['7', true, 1]);
    assert.equal(w.ledger.underWaySince(WRITE), undefined);
  });

  it('that lands seconds after its answer was lost is adopted when it shows', async () => {
    const w = world({ create: lost });
    w.atMs(4000, () => w.held.length === 0 && w.store(BODY));
    const { made } = await w.ask();
    assert.deepEqual([made, w.calls.create, w.held.length], [true, 1, 1]);
    assert.ok(w.clock.slept.length > 2, 'it looked again and again');
  });

  it('whose object does not appear before the deadline fails with outcome_unknown in time', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    const begun = w.clock.now();
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    assert.ok(w.clock.now() - begun < 5000);
    assert.equal(typeof w.ledger.underWaySince(WRITE), 'number');
  });

  it('asked again meanwhile is not sent again, but waits for the first to land', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    w.atMs(3000, () => w.held.length === 0 && w.store(BODY));
    const { made } = await w.ask(25_000);
    assert.deepEqual([made, w.calls.create, w.held.length], [false, 1, 1]);
  });

  it('is not taken to have never landed while Datadog cannot be asked', async () => {
    const w = world({ create: lost });
    w.breakReads(true);
    await assert.rejects(w.ask(600_000), { code: 'outcome_unknown' });
    assert.equal(typeof w.ledger.underWaySince(WRITE), 'number');
    w.breakReads(false);
    w.store(BODY);
    const { made } = await w.ask();
    assert.deepEqual([made, w.calls.create, w.held.length], [false, 1, 1]);
  });

  it('asked again when the first can no longer land is sent again', async () => {
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
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    w.clock.advance(SETTLE_WITHIN_MS);
    const { made } = await w.ask();
    assert.deepEqual([made, w.calls.create, w.held.length], [true, 2, 1]);
  });

  it('that Datadog calls a duplicate is adopted only where the marker is ours', async () => {
    const duplicate = () => {
      throw new DuplicateMonitorError('55', 'Duplicate of an existing monitor_id:55 org_id:1');
    };
    const foreign = world({ create: duplicate });
    foreign.held.push({ id: 55, tags: ['birddog_key:b/k'] });
    await assert.rejects(foreign.ask(), { code: 'duplicate_of_unmanaged', message: /55/ });
    assert.equal(foreign.ledger.underWaySince(WRITE), undefined);
    const own = world({ create: duplicate });
    own.held.push({ ...BODY, id: 55 });
    assert.deepEqual(await own.ask(), { object: own.held[0], made: false });
  });

  it('that meets an older one made elsewhere at the same time gives way, and deletes only its own', async () => {
    const w = world({
      create: (held, body) => {
        held.push(
          { ...body, id: 1, created: '2020-01-01T00:00:00Z' },
          { ...body, id: 2, created: '2020-01-01T00:00:01Z' },
        );
        return { ...body, id: 2, created: '2020-01-01T00:00:01Z' };
      },
    });
    const { object, made } = await w.ask();
    assert.deepEqual([idOf(object), made, w.calls.deleted], ['1', false, ['2']]);
  });

  it('that is the oldest leaves a younger copy alone', async () => {
    const w = world({
      create: (held, body) => {
        held.push(
          { ...body, id: 2, created: '2020-01-01T00:00:00Z' },
          { ...body, id: 3, created: '2020-01-01T00:00:01Z' },
        );
        return { ...body, id: 2, created: '2020-01-01T00:00:00Z' };
      },
    });
    assert.equal(idOf((await w.ask()).object), '2');
    assert.deepEqual(w.calls.deleted, []);
  });

  it('that Datadog refuses leaves nothing under way', async () => {
    const w = world({
      create: () => {
        throw new ProblemError('datadog_refused', 'no');
      },
    });
    await assert.rejects(w.ask(), { code: 'datadog_refused' });
    assert.equal(w.ledger.underWaySince(WRITE), undefined);
  });
});
