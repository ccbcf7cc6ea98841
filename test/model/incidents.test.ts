import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { NotificationEvent } from '../../src/ledger/port.ts';
import { createProbeRunner } from '../../src/health/probe.ts';
import type { Receiver } from '../../src/health/receivers.ts';
import { createWatch, type Watch } from '../../src/health/watch.ts';
import type { Database } from '../../src/ledger/sql/database.ts';
import { Incidents } from '../../src/ledger/sql/incidents.ts';
import { migrate } from '../../src/ledger/sql/migrations.ts';
import { openSqlite } from '../../src/ledger/sql/sqlite.ts';
import { createLog } from '../../src/runtime/log.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';

/** `MODEL_RUNS` runs more sequences, and `MODEL_SEED` others. */
const { MODEL_RUNS = '40', MODEL_SEED = '15' } = process.env;
const REPLICAS = 3;
const CODES = ['catalog_unavailable', 'issuer_unavailable'] as const;
const AFTER_MS = 60_000;
const REMIND_MS = 6 * 3_600_000;
/** Longer than a claim and than the time for which the incident of a dead process stays open. */
const LONG_MS = 700_000;

/**
 * What happens to a replica before it observes once more. Its next transaction is executed without an answer or refused; it dies in
 * its next notification, before or after the receiver has it.
 */
type Event =
  | 'nothing'
  | 'fail'
  | 'recover'
  | 'lose answer'
  | 'refuse'
  | 'restart'
  | 'die before'
  | 'die after';
const FAULTS: readonly Event[] = ['nothing', 'nothing', 'fail', 'fail', 'recover'];

interface Command {
  readonly event: Event;
  readonly replica: number;
  readonly code: number;
  /** The time that passes before the replica observes. */
  readonly ms: number;
}

const commands = (...events: readonly Event[]): fc.Arbitrary<Command[]> =>
  fc.array(
    fc.record({
      event: fc.constantFrom<Event>(...FAULTS, ...events),
      replica: fc.nat(REPLICAS - 1),
      code: fc.nat(CODES.length - 1),
      ms: fc.constantFrom(0, 5000, 31_000, AFTER_MS, AFTER_MS),
    }),
    { maxLength: 40 },
  );

interface Process {
  readonly watch: Watch;
  dies: 'before' | 'after' | undefined;
  isDead: boolean;
  readonly death: { readonly promise: Promise<void>; resolve(): void };
}

/** Several replicas with one ledger and one receiver, on a virtual clock. */
async function start() {
  const clock = manualClock();
  const db = openSqlite(':memory:', { clock });
  await migrate(db);
  /** Events of each incident that the receiver accepted, in order. */
  const received = new Map<string, NotificationEvent[]>(CODES.map((one) => [one, []]));
  const faults = Array.from({ length: REPLICAS }, () => new Set<string>());
  const answers = Array.from({ length: REPLICAS }, (): Answers => ({ next: 'arrives' }));
  const state = { deaths: 0 };

  function open(at: number): Process {
    const process: Process = {
      watch: watchOf(at),
      dies: undefined,
      isDead: false,
      death: Promise.withResolvers<void>(),
    };
    function watchOf(host: number): Watch {
      const receiver: Receiver = {
        name: 'webhook',
        id: 'webhook:1',
        async notify({ event, incident }) {
          if (process.dies !== 'before') received.get(incident)?.push(event);
          if (process.dies === undefined) return;
          process.isDead = true;
          process.death.resolve();
          state.deaths += 1;
          await new Promise(() => {});
        },
      };
      const ledger = new Incidents(losingAnswers(db, answers[host] ?? { next: 'arrives' }));
      return startWatch(receiver, ledger, clock, host, (one) => faults[host]?.has(one) === true);
    }
    return process;
  }

  const processes = Array.from({ length: REPLICAS }, (_, at) => open(at));
  /** Observes once. A process that dies meanwhile never returns. */
  async function observe(at: number): Promise<void> {
    const process = processes[at];
    if (!process || process.isDead) return;
    await Promise.race([process.watch.tick(), process.death.promise]);
  }
  return {
    received,
    state,
    observe,
    async run({ event, replica: at, code, ms }: Command): Promise<void> {
      const process = processes[at];
      const name = CODES[code] ?? '';
      const answer = answers[at];
      if (!process || !answer) return;
      if (event === 'fail') faults[at]?.add(name);
      else if (event === 'recover') faults[at]?.delete(name);
      else if (event === 'lose answer') answer.next = 'is lost';
      else if (event === 'refuse') answer.next = 'is a failure';
      else if (event === 'restart') processes[at] = open(at);
      else if (event === 'die before') process.dies = 'before';
      else if (event === 'die after') process.dies = 'after';
      clock.advance(ms);
      await observe(at);
    },
    /** Lets every process live and observe the same until nothing more can happen. */
    async settle(isFailing: boolean): Promise<void> {
      for (const [at, process] of processes.entries()) {
        if (process.isDead) processes[at] = open(at);
        process.dies = undefined;
        for (const one of CODES)
          if (isFailing) faults[at]?.add(one);
          else faults[at]?.delete(one);
      }
      for (const ms of [0, AFTER_MS, AFTER_MS, LONG_MS, 1000, AFTER_MS, AFTER_MS])
        for (let at = 0; at < REPLICAS; at += 1) {
          clock.advance(at === 0 ? ms : 0);
          await observe(at);
        }
    },
  };
}

function startWatch(
  receiver: Receiver,
  ledger: Incidents,
  clock: ManualClock,
  host: number,
  fails: (code: string) => boolean,
): Watch {
  return createWatch({
    probes: CODES.map((one) => ({
      name: one,
      incident: {
        code: one,
        title: one,
        scope: 'installation',
        notifyAfterMs: AFTER_MS,
        fault: () => (fails(one) ? { detail: 'it fails' } : undefined),
      },
    })),
    runner: createProbeRunner(clock),
    receivers: [receiver],
    observer: { process: 'serve', host: `birddog-${host}`, installation: '1a2b3c4d' },
    ledger,
    clock,
    log: createLog('test', () => {}),
    // No process sends without the ledger.
    refreshMs: Number.POSITIVE_INFINITY,
    remindMs: REMIND_MS,
    contextIds: () => ({ requestId: 'r', traceparent: '' }),
  });
}

interface Answers {
  /** What happens to the answer of the next transaction. */
  next: 'arrives' | 'is lost' | 'is a failure';
}

/** A database some of whose transactions fail, or succeed without an answer. */
function losingAnswers(db: Database, answers: Answers): Database {
  return {
    ...db,
    async transaction(statements) {
      const { next } = answers;
      answers.next = 'arrives';
      if (next === 'is a failure') throw new Error('the database is stopped');
      const rows = await db.transaction(statements);
      if (next === 'is lost') throw new Error('the answer is lost');
      return rows;
    },
  };
}

/** Returns how often the events do not alternate between a beginning and an end. Reminders count for nothing. */
function repetitions(events: readonly NotificationEvent[]): number {
  const sides = events.filter((event) => event !== 'lasting');
  return sides.filter((event, at) => event === (sides[at - 1] ?? 'ended')).length;
}

for (const [title, names] of [
  ['are notified exactly once', ['lose answer', 'refuse', 'restart']],
  [
    'are notified, more than once at most for each process that died',
    ['lose answer', 'die before', 'die after'],
  ],
] as const)
  it(`incidents of ${REPLICAS} replicas ${title}, after any sequence of faults and lost answers`, async () => {
    await fc.assert(
      fc.asyncProperty(commands(...names), async (sequence) => {
        const replicas = await start();
        for (const command of sequence) await replicas.run(command);
        await replicas.settle(true);
        for (const events of replicas.received.values())
          assert.notEqual(events.at(-1) ?? 'ended', 'ended', 'an incident that lasts was notified');
        await replicas.settle(false);
        let repeated = 0;
        for (const events of replicas.received.values()) {
          assert.equal(events.at(-1), 'ended', 'its end was notified');
          repeated += repetitions(events);
        }
        assert.ok(repeated <= replicas.state.deaths, JSON.stringify([...replicas.received]));
      }),
      { numRuns: Number(MODEL_RUNS), seed: Number(MODEL_SEED) },
    );
  });
