import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { openStore } from '../ledger/ledger.ts';
import type { IncidentLedger } from '../ledger/port.ts';
import { Incidents } from '../ledger/sql/incidents.ts';
import { migrate } from '../ledger/sql/migrations.ts';
import { openSqlite } from '../ledger/sql/sqlite.ts';
import { createLog } from '../runtime/log.ts';
import type { Notification } from './incident-states.ts';
import { createProbeRunner, type Fault, type Incident } from './probe.ts';
import type { Receiver } from './receivers.ts';
import { createWatch } from './watch.ts';

const CONTEXT = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };

interface Shared {
  readonly clock?: ReturnType<typeof manualClock>;
  readonly ledger?: IncidentLedger;
  readonly host?: string;
}

function startTest(incident: Partial<Incident> = {}, shared: Shared = {}) {
  const { clock = manualClock(), host = 'birddog-0' } = shared;
  const { ledger = openStore(':memory:', { clock }).ledger.incidents } = shared;
  const lines: { event: string; level: string; state?: string }[] = [];
  const sent: string[] = [];
  const received: string[] = [];
  const keys: string[] = [];
  const state = { fault: undefined as Fault | undefined, failing: false, probes: 0 };
  const receiver: Receiver = {
    name: 'webhook',
    id: 'webhook:1',
    async notify({ event, incident: code, hint, key }: Notification) {
      if (state.failing) throw new Error('the webhook answered with status 500');
      sent.push(`${event} ${code}`);
      keys.push(key);
      received.push(hint);
    },
  };
  const runner = createProbeRunner(clock);
  const row = {
    name: 'sidecar',
    hint: 'General hint.',
    incident: {
      code: 'sidecar_unavailable',
      title: 'The sidecar is unavailable',
      notifyAfterMs: 1000,
      fault: () => state.fault,
      ...incident,
    },
  };
  const watch = createWatch({
    probes: [row, { name: 'without incident' }],
    runner,
    receivers: [receiver],
    observer: { process: 'serve', host, installation: '1a2b3c4d' },
    ledger,
    clock,
    log: createLog('test', (line) => lines.push(JSON.parse(line))),
    refreshMs: 500,
    remindMs: 60_000,
    contextIds: () => ({ requestId: 'r', traceparent: '' }),
  });
  const after = async (ms: number) => {
    clock.advance(ms);
    await watch.tick();
  };
  return { watch, clock, runner, state, sent, keys, received, lines, after };
}

describe('the watch', () => {
  it('reports an incident and its end to the log, the metrics and the receivers', async () => {
    const { watch, state, sent, lines, after } = startTest();
    await after(1);
    state.fault = { detail: 'gone' };
    await after(1);
    assert.deepEqual([sent, [...watch.incidents()]], [[], [['sidecar_unavailable', 0]]]);
    await after(1000);
    assert.deepEqual(
      [sent, [...watch.incidents()]],
      [['begun sidecar_unavailable'], [['sidecar_unavailable', 1]]],
    );
    state.fault = undefined;
    await after(1);
    await after(1000);
    assert.deepEqual(
      [sent.at(-1), [...watch.incidents()]],
      ['ended sidecar_unavailable', [['sidecar_unavailable', 0]]],
    );
    assert.deepEqual(
      lines.map(({ level, event, state: s }) => [level, event, s]),
      [
        ['error', 'incident', 'begun'],
        ['info', 'incident', 'ended'],
      ],
    );
  });

  it('logs a failing receiver once, and notifies it when it recovers', async () => {
    const { watch, state, sent, lines, after } = startTest();
    state.failing = true;
    state.fault = { detail: 'gone' };
    await after(1);
    for (let n = 0; n < 5; n += 1) await after(1000);
    assert.equal(lines.filter(({ event }) => event === 'notification failed').length, 1);
    assert.deepEqual([...watch.pending()], [['webhook', 1]]);
    state.failing = false;
    await after(1);
    assert.deepEqual([sent, [...watch.pending()]], [['begun sidecar_unavailable'], [['webhook', 0]]]);
  });

  it('gives the effect and the most specific hint', async () => {
    const { state, received, after } = startTest({ effect: 'Requests fail.', notifyAfterMs: 0 });
    state.fault = { detail: 'gone' };
    await after(1);
    state.fault = { detail: 'gone', hint: 'Specific hint.' };
    await after(60_000);
    assert.deepEqual(received, ['Requests fail. General hint.', 'Requests fail. Specific hint.']);
  });

  it('refreshes a faulty part, so that an incident also ends without requests', async () => {
    const found = startTest({
      refresh: async () => {
        found.state.probes += 1;
        found.state.fault = undefined;
        throw new Error('ignored');
      },
    });
    await found.after(10_000);
    assert.equal(found.state.probes, 0);
    found.state.fault = { detail: 'gone' };
    await found.after(1);
    await found.after(1000);
    await found.after(1000);
    assert.deepEqual([found.state.probes, found.sent], [1, []]);
  });

  it('refreshes a healthy part at its interval, counted from the last run for anyone', async () => {
    const refresh: Incident['refresh'] = async () => {
      found.state.probes += 1;
      return { state: 'ok', detail: '' };
    };
    const found = startTest({ refreshEveryMs: 5000, refresh });
    for (let n = 0; n < 12; n += 1) await found.after(1000);
    assert.equal(found.state.probes, 2);
    await found.runner.run(refresh, CONTEXT, 1000);
    await found.after(4999);
    assert.equal(found.state.probes, 3);
    await found.after(1);
    assert.equal(found.state.probes, 4);
  });

  it('treats a part whose fault cannot be read as faulty, and continues', async () => {
    const { sent, lines, after } = startTest({
      fault: () => {
        throw new Error('unreadable');
      },
    });
    await after(1);
    await after(1000);
    assert.deepEqual([sent, lines.length], [['begun sidecar_unavailable'], 1]);
  });
});

const FAULT = { detail: 'gone' };
/** Returns two watches of two replicas with one ledger, which fails while `ledger.fails` is true. */
async function startReplicas(incident: Partial<Incident>) {
  const clock = manualClock();
  const db = openSqlite(':memory:', { clock });
  await migrate(db);
  const ledger = { fails: false };
  const available = async () => {
    if (ledger.fails) throw new ProblemError('ledger_unavailable', 'The ledger cannot be used.');
  };
  /** Starts a process of a host, with its own connection to the ledger. */
  function open(host: string) {
    const incidents = new Incidents(db);
    const failing: IncidentLedger = {
      observe: async (...now) => (await available(), incidents.observe(...now)),
      accept: async (ids) => (await available(), incidents.accept(ids)),
    };
    return startTest(incident, { clock, ledger: failing, host });
  }
  const [one, two] = [open('birddog-0'), open('birddog-1')];
  const after = async (ms: number) => {
    await one.after(ms);
    await two.after(0);
  };
  return {
    one,
    two,
    open,
    ledger,
    after,
    /** The first replica reports an incident without the ledger, and observes that it is over. */
    async beginAndRecoverWithoutLedger() {
      ledger.fails = true;
      one.state.fault = FAULT;
      for (let n = 0; n < 4; n += 1) await after(500);
      one.state.fault = undefined;
      await after(500);
    },
    sent: () => [...one.sent, ...two.sent].toSorted(),
  };
}

describe('the watches of two replicas with one ledger', () => {
  const BOTH = { code: 'catalog_unavailable', scope: 'installation' } as const;

  it('report an incident that both observe once, and its end once, after the last one has recovered', async () => {
    const { one, two, after, sent } = await startReplicas(BOTH);
    one.state.fault = two.state.fault = FAULT;
    await after(1);
    await after(1000);
    await after(1000);
    assert.deepEqual(sent(), ['begun catalog_unavailable']);
    assert.deepEqual(
      [...one.watch.incidents(), ...two.watch.incidents()].map(([, value]) => value),
      [1, 1],
    );
    one.state.fault = undefined;
    for (let n = 0; n < 3; n += 1) await after(1000);
    assert.deepEqual(sent(), ['begun catalog_unavailable'], 'the other replica still observes it');
    two.state.fault = undefined;
    for (let n = 0; n < 3; n += 1) await after(1000);
    assert.deepEqual(sent(), ['begun catalog_unavailable', 'ended catalog_unavailable']);
    assert.deepEqual(new Set([...one.keys, ...two.keys]), new Set(['1a2b3c4d:catalog_unavailable']));
  });

  it('each report an incident of their own pod, under their own names', async () => {
    const { one, two, after } = await startReplicas({ code: 'certificate_ending', about: 'upstream' });
    one.state.fault = two.state.fault = FAULT;
    await after(1);
    await after(1000);
    assert.deepEqual(
      [one.keys, two.keys],
      [['serve:birddog-0:certificate_ending:upstream'], ['serve:birddog-1:certificate_ending:upstream']],
    );
  });

  it('do not report an incident again after a restart, and report its end', async () => {
    const { one, open, sent } = await startReplicas(BOTH);
    one.state.fault = FAULT;
    await one.after(1);
    await one.after(1000);
    const restarted = open('birddog-0');
    restarted.state.fault = FAULT;
    await restarted.after(1);
    await restarted.after(1000);
    restarted.state.fault = undefined;
    await restarted.after(1000);
    await restarted.after(1000);
    assert.deepEqual([sent(), restarted.sent], [['begun catalog_unavailable'], []]);
    await restarted.after(600_000);
    assert.deepEqual(restarted.sent, ['ended catalog_unavailable']);
  });

  it('each report an incident while the ledger is unavailable, and its end once when it is available again', async () => {
    const { one, two, after, sent, ledger } = await startReplicas(BOTH);
    await after(1);
    ledger.fails = true;
    one.state.fault = two.state.fault = FAULT;
    for (let n = 0; n < 4; n += 1) await after(500);
    assert.deepEqual(sent(), ['begun catalog_unavailable', 'begun catalog_unavailable']);
    ledger.fails = false;
    await after(500);
    one.state.fault = two.state.fault = undefined;
    for (let n = 0; n < 3; n += 1) await after(1000);
    assert.deepEqual(sent().slice(2), ['ended catalog_unavailable']);
    one.state.fault = FAULT;
    for (let n = 0; n < 3; n += 1) await after(1000);
    const begun = sent().filter((event) => event === 'begun catalog_unavailable');
    assert.equal(begun.length, 3, 'the next incident is reported once');
  });

  it('wait a while for the ledger before they report without it', async () => {
    const { one, two, after, sent, ledger } = await startReplicas({ ...BOTH, notifyAfterMs: 0 });
    await after(1);
    ledger.fails = true;
    one.state.fault = two.state.fault = FAULT;
    await after(100);
    assert.deepEqual(sent(), []);
    ledger.fails = false;
    await after(100);
    assert.deepEqual(sent(), ['begun catalog_unavailable']);
  });

  it('report the end of an incident that began and ended while the ledger was unavailable', async () => {
    const { after, sent, ledger, beginAndRecoverWithoutLedger } = await startReplicas(BOTH);
    await beginAndRecoverWithoutLedger();
    await after(1000);
    ledger.fails = false;
    for (let n = 0; n < 3; n += 1) await after(1000);
    assert.deepEqual(sent(), ['begun catalog_unavailable', 'ended catalog_unavailable']);
  });

  it('report an end that they notice when the ledger is available again', async () => {
    const { after, sent, ledger, beginAndRecoverWithoutLedger } = await startReplicas(BOTH);
    await beginAndRecoverWithoutLedger();
    ledger.fails = false;
    await after(1000);
    assert.deepEqual(sent(), ['begun catalog_unavailable', 'ended catalog_unavailable']);
  });

  it('leave to the ledger what a receiver did not accept while the ledger was unavailable', async () => {
    const { one, two, after, sent, ledger } = await startReplicas(BOTH);
    ledger.fails = one.state.failing = two.state.failing = true;
    one.state.fault = two.state.fault = FAULT;
    for (let n = 0; n < 4; n += 1) await after(500);
    assert.deepEqual(
      [...one.watch.pending(), ...two.watch.pending()].map(([, size]) => size),
      [1, 1],
    );
    ledger.fails = false;
    await after(500);
    one.state.failing = two.state.failing = false;
    for (let n = 0; n < 3; n += 1) await after(500);
    assert.deepEqual(sent(), ['begun catalog_unavailable']);
  });

  it('report at once, each by itself, that the ledger is unavailable', async () => {
    const { one, two, after, ledger } = await startReplicas({
      code: 'ledger_unwritable',
      isAboutLedger: true,
    });
    await after(1);
    ledger.fails = true;
    one.state.fault = two.state.fault = FAULT;
    await after(1);
    await after(1000);
    ledger.fails = false;
    one.state.fault = two.state.fault = undefined;
    await after(1000);
    await after(1000);
    const both = ['begun ledger_unwritable', 'ended ledger_unwritable'];
    assert.deepEqual([one.sent, two.sent], [both, both]);
  });

  it('report to a receiver that failed what the ledger had given to them', async () => {
    const { one, two, after, sent, ledger } = await startReplicas(BOTH);
    one.state.failing = two.state.failing = true;
    one.state.fault = two.state.fault = FAULT;
    for (let n = 0; n < 3; n += 1) await after(500);
    assert.deepEqual([...one.watch.pending()], [['webhook', 1]]);
    ledger.fails = true;
    one.state.failing = two.state.failing = false;
    await after(100);
    ledger.fails = false;
    for (let n = 0; n < 3; n += 1) await after(500);
    assert.deepEqual(sent(), ['begun catalog_unavailable']);
    assert.deepEqual(
      [...one.watch.pending(), ...two.watch.pending()].map(([, size]) => size),
      [0, 0],
    );
  });

  it('keep an incident open for at least twice the time after which it is reported', async () => {
    const held: number[] = [];
    const observe: IncidentLedger['observe'] = async (open) => {
      for (const { holdMs } of open) held.push(holdMs);
      return [];
    };
    for (const notifyAfterMs of [1000, 900_000]) {
      const { state, after } = startTest({ notifyAfterMs }, { ledger: { observe, accept: async () => {} } });
      state.fault = FAULT;
      await after(1);
    }
    assert.deepEqual(held, [600_000, 1_800_000]);
  });

  it('do not wait for a ledger that hangs', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const hanging = () => new Promise<never>(() => {});
    const found = startTest({ isAboutLedger: true }, { ledger: { observe: hanging, accept: hanging } });
    found.state.fault = FAULT;
    for (const ms of [1, 1000]) {
      const ticked = found.after(ms);
      for (let n = 0; n < 10; n += 1) await Promise.resolve();
      t.mock.timers.tick(6000);
      await ticked;
    }
    assert.deepEqual(found.sent, ['begun sidecar_unavailable']);
  });
});
