import { setTimeout as wait } from 'node:timers/promises';
import { randomOf } from '../fuzz/random.ts';
import { CatalogListings } from './catalog-listings.ts';
import { type ChaosPod, SETTLE_MS, startChaosPod } from './chaos-pod.ts';
import { checkRun, type Verdict } from './check-run.ts';
import { CloneMaker } from './clone-maker.ts';
import { Disturber } from './disturb.ts';
import type { Attempt, Operation } from './operation.ts';
import type { ChaosOptions } from './options.ts';
import { type Sent, sendOperation } from './send-operation.ts';
import { type Unit, unitOf } from './workload.ts';
import { type LoggedWrite, readWriteLog } from './write-log.ts';

/** The outcome of a run. */
export interface ChaosResult extends Verdict {
  readonly operations: number;
  /** Operations of which at least one attempt was acknowledged completely. */
  readonly acknowledged: number;
  /** Different objects that the carried out units name. */
  readonly objects: number;
  /** How often an attempt ended with a status and code. */
  readonly answers: ReadonlyMap<string, number>;
  /** Answers outside the contract, and processes that ended by themselves. */
  readonly outside: readonly string[];
  /** Unsettled writes that are in the ledgers after the settle time. */
  readonly leaked: number;
  readonly writes: readonly LoggedWrite[];
  readonly clones: number;
  readonly disturbances: ReadonlyMap<string, number>;
  readonly skipped: readonly string[];
  readonly nextUnit: number;
  readonly seconds: number;
  /** The attempts, for a closer look at a finding. */
  readonly attempts: readonly Attempt[];
  readonly lines: readonly string[];
}

const MAX_ATTEMPTS = 8;
/** Including those that found no process. */
const MAX_TRIES = 40;
const REFUSED_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_000;
const MIN_WAIT_MS = 200;
/** The random choices of the disturbances, apart from those of the units. */
const DISTURBANCES = -1;
/** How long the ledgers may take to become empty: the settle time, and rounds of the settler for many entries. */
const EMPTY_MS = 90_000;
/** The settler deletes doubles in one of its rounds, every five seconds, once they are older than the settle time. */
const VERIFY_MS = SETTLE_MS + 15_000;
/** A connection may still fail this long (ms) after a process is ready again. */
const AFTER_OUTAGE_MS = 500;

/** Runs the work of the options under disturbances, and checks what Datadog holds at the end. */
export async function runChaos(options: ChaosOptions, print: (line: string) => void): Promise<ChaosResult> {
  const units = unitsOf(options);
  const pod = await startChaosPod(options);
  try {
    return await new Run(options, units, pod, print).toEnd();
  } finally {
    await pod.stop();
  }
}

function unitsOf({ seed, from, objects }: ChaosOptions): Unit[] {
  const units: Unit[] = [];
  for (let count = 0; count < objects; count += units.at(-1)?.objects ?? 0)
    units.push(unitOf(seed, from + units.length));
  return units;
}

class Run {
  private readonly options: ChaosOptions;
  private readonly units: readonly Unit[];
  private readonly pod: ChaosPod;
  private readonly print: (line: string) => void;
  private readonly sent: Sent[] = [];
  private readonly outside: string[] = [];
  private readonly clonable: string[] = [];
  private readonly began = performance.now();
  private next = 0;
  private operations = 0;
  private acknowledged = 0;

  constructor(options: ChaosOptions, units: readonly Unit[], pod: ChaosPod, print: (line: string) => void) {
    this.options = options;
    this.units = units;
    this.pod = pod;
    this.print = print;
  }

  async toEnd(): Promise<ChaosResult> {
    const { pod, options, units } = this;
    const [datadogUrl, leanixUrl, servicenowUrl] = [pod.datadog, pod.leanix, pod.servicenow].map((one) =>
      one.url(),
    );
    const catalogs = {
      datadogUrl: datadogUrl ?? '',
      leanixUrl: leanixUrl ?? '',
      servicenowUrl: servicenowUrl ?? '',
    };
    const listed = units.filter(({ isListed }) => isListed).map(({ application }) => application);
    const listings = new CatalogListings(catalogs, listed);
    await listings.listInDatadog();
    await listings.list();
    const clones = new CloneMaker(catalogs.datadogUrl);
    const clonable = () => this.clonable.shift();
    const disturber = new Disturber(
      { pod, listings, clones, clonable },
      randomOf(options.seed, DISTURBANCES),
    );
    for (const line of disturber.skipped) this.print(line);
    disturber.start(options.everyMs);
    const progress = setInterval(() => this.printProgress(), 10_000).unref();
    await Promise.all(Array.from({ length: options.clients }, () => this.client()));
    clearInterval(progress);
    await disturber.stop();
    const leaked = await this.untilSettled();
    const log = await fetch(`${catalogs.datadogUrl}/__control/writes`);
    const writes = readWriteLog(await log.text());
    const attempts = this.sent.flatMap(({ attempt, code }) => (code === 'refused' ? [] : [attempt]));
    return {
      ...checkRun({ attempts, writes, clones: clones.ids }),
      operations: this.operations,
      acknowledged: this.acknowledged,
      leaked,
      attempts,
      objects: units.slice(0, this.next).reduce((sum, unit) => sum + unit.objects, 0),
      answers: this.answers(),
      outside: [...this.outside, ...pod.lines.filter((line) => line.includes('ended unexpectedly'))],
      writes,
      clones: clones.ids.size,
      disturbances: disturber.counts,
      skipped: disturber.skipped,
      nextUnit: options.from + this.next,
      seconds: Math.round((performance.now() - this.began) / 1000),
      lines: pod.lines,
    };
  }

  /** Carries out one unit after the other until none is left or the time is over. */
  private async client(): Promise<void> {
    for (;;) {
      const unit = this.units[this.next];
      if (!unit || performance.now() - this.began > this.options.maxMs) return;
      this.next += 1;
      for (const step of unit.steps) await Promise.all(step.map((operation) => this.carryOut(operation)));
      if (unit.isClonable) this.clonable.push(unit.application);
    }
  }

  /** Sends an operation until it is acknowledged or answered for good. */
  private async carryOut(operation: Operation): Promise<void> {
    this.operations += 1;
    for (let answers = 0, tries = 0; answers < MAX_ATTEMPTS && tries < MAX_TRIES; tries += 1) {
      const replica = this.pod.replicas[(this.operations + tries) % this.pod.replicas.length];
      if (!replica) return;
      const sent = await sendOperation(replica.serve.url(), operation);
      this.sent.push(sent);
      if (sent.code !== 'refused') answers += 1;
      if (sent.outside !== undefined) this.outside.push(sent.outside);
      if (sent.status === undefined) this.requireOutage(replica.serve.outages, sent.attempt);
      if (sent.attempt.isComplete) this.acknowledged += 1;
      if (sent.attempt.isComplete || isFinal(sent)) return;
      const waitMs = sent.code === 'refused' ? REFUSED_WAIT_MS : sent.retryAfter * 1000;
      await wait(Math.min(Math.max(waitMs, MIN_WAIT_MS), MAX_WAIT_MS));
    }
  }

  /** Records an attempt without an answer, unless the process was killed meanwhile. */
  private requireOutage(
    outages: readonly { from: number; to: number }[],
    { start, operation }: Attempt,
  ): void {
    const now = Date.now();
    if (outages.some(({ from, to }) => from <= now && to + AFTER_OUTAGE_MS >= start)) return;
    this.outside.push(`${operation.verb} of ${operation.application}: no answer from a running process`);
  }

  /** Waits until no ledger has unsettled writes and doubles have been deleted. Returns the number of writes left. */
  private async untilSettled(): Promise<number> {
    const servers = this.pod.replicas.flatMap(({ serve, sidecar }) => [serve, sidecar]);
    const until = performance.now() + EMPTY_MS;
    for (;;) {
      const entries = await Promise.all(servers.map((server) => entriesOf(server.url('ops'))));
      const sum = entries.reduce((total, one) => total + one, 0);
      if (sum === 0 || performance.now() > until) {
        await wait(VERIFY_MS);
        return sum;
      }
      await wait(1000);
    }
  }

  private answers(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { attempt } of this.sent) {
      const name = `${attempt.operation.verb} ${attempt.answer}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return new Map([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  private printProgress(): void {
    const seconds = Math.round((performance.now() - this.began) / 1000);
    this.print(
      `${seconds} s: unit ${this.next} of ${this.units.length}, ${this.operations} operations, ${this.acknowledged} acknowledged, ${this.sent.length} attempts, ${this.outside.length} outside`,
    );
  }
}

/** Returns whether another attempt of the same request would be answered the same way. */
function isFinal({ status, code }: Sent): boolean {
  return status !== undefined && status < 500 && status !== 429 && code !== 'plan_stale';
}

/** Returns the number of unsettled writes that a process reports; 1 if it does not answer. */
async function entriesOf(opsUrl: string): Promise<number> {
  try {
    const text = await (await fetch(`${opsUrl}/metrics`)).text();
    return Number(/^birddog_ledger_entries(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  } catch {
    return 1;
  }
}
