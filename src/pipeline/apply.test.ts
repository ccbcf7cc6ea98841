import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { portsWithoutDatadog, failingPort } from '../../test/fake-ports.ts';
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

/** Creates a fake Datadog with stored objects, call counts, and a configurable outcome of creates. */
function world(
  options: { deadlineMs?: number; create?: (objects: JsonObject[], body: JsonObject) => JsonObject } = {},
) {
  const objects: JsonObject[] = [];
  const calls = { create: 0, deleted: [] as string[] };
  const later: { at: number; run: () => void }[] = [];
  const clock = manualClock(1_700_000_000_000, () => {
    for (const event of later) if (event.at <= clock.now()) event.run();
  });
  let nextId = 100;
  let broken = false;
  const store = (body: JsonObject): JsonObject => {
    const object = { ...body, id: (nextId += 1), created: new Date(clock.now()).toISOString() };
    objects.push(object);
    return object;
  };
  const port: ObjectPort = {
    ...failingPort('monitor'),
    find: async (owner) => {
      if (broken) throw new ProblemError('datadog_failed', 'Datadog answered 503 to every attempt.');
      return objects.filter((o) => isOwnedBy('monitor', o, owner));
    },
    get: async (id) => objects.find((o) => idOf(o) === id),
    create: async (body) => {
      calls.create += 1;
      return options.create ? options.create(objects, body) : store(body);
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
    objects,
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

describe('createOnce', () => {
  it('sends an answered create once and settles it', async () => {
    const { ask, calls, ledger } = world();
    assert.equal((await ask()).created, true);
    assert.deepEqual([calls.create, ledger.pendingSince(WRITE)], [1, undefined]);
  });

  it('adopts the object of a create with a lost answer and does not send it again', async () => {
    const w = world({ create: (objects, body) => (objects.push({ ...body, id: 7 }), lost()) });
    const { object, created } = await w.ask();
    assert.deepEqual([idOf(object), created, w.calls.create], ['7', true, 1]);
    assert.equal(w.ledger.pendingSince(WRITE), undefined);
  });

  it('adopts an object that appears seconds after the answer was lost', async () => {
    const w = world({ create: lost });
    w.atMs(4000, () => w.objects.length === 0 && w.store(BODY));
    const { created } = await w.ask();
    assert.deepEqual([created, w.calls.create, w.objects.length], [true, 1, 1]);
    assert.ok(w.clock.slept.length > 2, 'it polled repeatedly');
  });

  it('fails with outcome_unknown in time if the object does not appear before the deadline', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    const begun = w.clock.now();
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    assert.ok(w.clock.now() - begun < 5000);
    assert.equal(typeof w.ledger.pendingSince(WRITE), 'number');
  });

  it('does not send a retry while the first create may still arrive, but waits for its object', async () => {
    const w = world({ create: lost, deadlineMs: 5000 });
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    w.atMs(3000, () => w.objects.length === 0 && w.store(BODY));
    const { created } = await w.ask(25_000);
    assert.deepEqual([created, w.calls.create, w.objects.length], [false, 1, 1]);
  });

  it('does not count a create as failed while Datadog cannot be queried', async () => {
    const w = world({ create: lost });
    w.breakReads(true);
    await assert.rejects(w.ask(600_000), { code: 'outcome_unknown' });
    assert.equal(typeof w.ledger.pendingSince(WRITE), 'number');
    w.breakReads(false);
    w.store(BODY);
    const { created } = await w.ask();
    assert.deepEqual([created, w.calls.create, w.objects.length], [false, 1, 1]);
  });

  it('sends a retry once the first create can no longer arrive', async () => {
    let first = true;
    const w = world({
      deadlineMs: 5000,
      create: (objects, body) => {
        if (first) {
          first = false;
          return lost();
        }
        objects.push({ ...body, id: 8 });
        return { ...body, id: 8 };
      },
    });
    await assert.rejects(w.ask(), { code: 'outcome_unknown' });
    w.clock.advance(SETTLE_WITHIN_MS);
    const { created } = await w.ask();
    assert.deepEqual([created, w.calls.create, w.objects.length], [true, 2, 1]);
  });

  it('adopts the monitor that Datadog reports as a duplicate only if it has our marker', async () => {
    const duplicate = () => {
      throw new DuplicateMonitorError('55', 'Duplicate of an existing monitor_id:55 org_id:1');
    };
    const foreign = world({ create: duplicate });
    foreign.objects.push({ id: 55, tags: ['birddog_key:b/k'] });
    await assert.rejects(foreign.ask(), { code: 'duplicate_of_unmanaged', message: /55/ });
    assert.equal(foreign.ledger.pendingSince(WRITE), undefined);
    const own = world({ create: duplicate });
    own.objects.push({ ...BODY, id: 55 });
    assert.deepEqual(await own.ask(), { object: own.objects[0], created: false });
  });

  it('keeps an older object of a concurrent create and deletes only the one that it created', async () => {
    const w = world({
      create: (objects, body) => {
        objects.push(
          { ...body, id: 1, created: '2020-01-01T00:00:00Z' },
          { ...body, id: 2, created: '2020-01-01T00:00:01Z' },
        );
        return { ...body, id: 2, created: '2020-01-01T00:00:01Z' };
      },
    });
    const { object, created } = await w.ask();
    assert.deepEqual([idOf(object), created, w.calls.deleted], ['1', false, ['2']]);
  });

  it('does not delete a younger clone of the object that it created', async () => {
    const w = world({
      create: (objects, body) => {
        objects.push(
          { ...body, id: 2, created: '2020-01-01T00:00:00Z' },
          { ...body, id: 3, created: '2020-01-01T00:00:01Z' },
        );
        return { ...body, id: 2, created: '2020-01-01T00:00:00Z' };
      },
    });
    assert.equal(idOf((await w.ask()).object), '2');
    assert.deepEqual(w.calls.deleted, []);
  });

  it('settles a create that Datadog rejects', async () => {
    const w = world({
      create: () => {
        throw new ProblemError('datadog_refused', 'no');
      },
    });
    await assert.rejects(w.ask(), { code: 'datadog_refused' });
    assert.equal(w.ledger.pendingSince(WRITE), undefined);
  });
});
