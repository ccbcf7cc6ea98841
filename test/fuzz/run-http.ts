import { setTimeout as wait } from 'node:timers/promises';
import { type HttpCase, httpCase } from './http-case.ts';
import { type HttpTarget, isAlive, residentBytes } from './http-target.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { Fault } from './messages.ts';
import type { SeedObjects } from './seed-objects.ts';
import { sendRaw } from './send-raw.ts';
import { addFault, count, type Tally } from './tally.ts';

export interface HttpOptions {
  readonly seed: number;
  readonly objects: SeedObjects;
  readonly connections: number;
  /** Starts the server, also after a fault that ended it. */
  readonly start: () => Promise<HttpTarget>;
  /** Returns the next ids; empty if none remain. */
  readonly next: (count: number) => readonly number[];
  /** Timeout (ms) of a complete request: longer than the server's deadline. */
  readonly answerMs?: number;
  /** Time (ms) to wait for an answer to an incomplete request. */
  readonly mangledMs?: number;
  /** Timeout (ms) of a health probe, after which the process counts as hanging. */
  readonly healthMs?: number;
}

const ANSWER_MS = 40_000;
const MANGLED_MS = 250;
const HEALTH_MS = 10_000;
const PROBE_EVERY_MS = 250;
const ENDING_MS = 500;

/** Resident memory of the server processes, and the number of cases sent by then. */
export interface HttpMemory {
  readonly cases: number;
  readonly bytes: readonly number[];
}

/** Sends cases to a server until none remain. Traces a fault that ends the server to one case by sending each alone. */
export async function runHttp(options: HttpOptions, tally: Tally): Promise<HttpMemory[]> {
  const memory: HttpMemory[] = [];
  let target = await options.start();
  try {
    for (;;) {
      const fault = await sendUntilFault(options, target, tally, memory);
      if (!fault) return memory;
      await target.stop();
      target = await traced(fault, options, tally);
    }
  } finally {
    await target.stop();
  }
}

interface ServerFault {
  readonly fault: Fault;
  /** The cases in progress. */
  readonly suspects: readonly HttpCase[];
}

async function sendUntilFault(
  options: HttpOptions,
  target: HttpTarget,
  tally: Tally,
  memory: HttpMemory[],
): Promise<ServerFault | undefined> {
  const { seed, objects, connections } = options;
  const underWay = new Map<number, HttpCase>();
  // Cases that ended after the last probe are suspects too.
  let recent: HttpCase[] = [];
  const state: { failed?: ServerFault; isOver: boolean } = { isOver: false };
  const send = async () => {
    while (!state.failed) {
      const [id] = options.next(1);
      if (id === undefined) return;
      const one = httpCase(seed, id, objects, target.url.host);
      underWay.set(id, one);
      await sendOne(one, target, options, tally);
      underWay.delete(id);
      recent.push(one);
      if (tally.cases % 500 === 0) memory.push({ cases: tally.cases, bytes: target.pids.map(residentBytes) });
    }
  };
  const watch = async () => {
    while (!state.isOver && !state.failed) {
      const before = recent;
      recent = [];
      const fault = await serverFault(target, options.healthMs ?? HEALTH_MS);
      if (fault)
        state.failed = {
          fault,
          suspects: [...underWay.values(), ...recent.toReversed(), ...before.toReversed()],
        };
      else await wait(PROBE_EVERY_MS);
    }
  };
  const watching = watch();
  await Promise.all(Array.from({ length: connections }, send));
  state.isOver = true;
  await watching;
  if (state.failed) return state.failed;
  const fault = await serverFault(target, options.healthMs ?? HEALTH_MS);
  return fault && { fault, suspects: recent };
}

async function sendOne(one: HttpCase, target: HttpTarget, options: HttpOptions, tally: Tally): Promise<void> {
  const { answerMs = ANSWER_MS, mangledMs = MANGLED_MS } = options;
  const answer = await sendRaw(target.url, one.pieces, one.mustAnswer ? answerMs : mangledMs);
  const judged = judgeAnswer(one, answer);
  count(tally, judged);
  for (const fault of judged.faults) addFault(tally, fault, one.id, { pieces: one.pieces });
}

/** Returns the fault of the server: a process has ended, or does not answer its health probe. */
async function serverFault({ pids, healthUrls }: HttpTarget, healthMs: number): Promise<Fault | undefined> {
  const dead = pids.findIndex((pid) => !isAlive(pid));
  if (dead >= 0)
    return { kind: 'process_ended', signature: `server process ${dead}`, detail: 'it has ended' };
  for (const [at, url] of healthUrls.entries()) {
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(healthMs) });
      if (status !== 200)
        return { kind: 'no_answer', signature: `health of process ${at}`, detail: `status ${status}` };
    } catch (error) {
      // An ending process closes its port shortly before it exits.
      await wait(ENDING_MS);
      const ended = pids.findIndex((pid) => !isAlive(pid));
      if (ended >= 0)
        return { kind: 'process_ended', signature: `server process ${ended}`, detail: String(error) };
      return { kind: 'no_answer', signature: `health of process ${at}`, detail: String(error) };
    }
  }
  return undefined;
}

/** Finds the suspect that ends the server by sending each alone to a new one. Returns a healthy server. */
async function traced(
  { fault, suspects }: ServerFault,
  options: HttpOptions,
  tally: Tally,
): Promise<HttpTarget> {
  let target = await options.start();
  for (const one of suspects) {
    await sendRaw(target.url, one.pieces, options.healthMs ?? HEALTH_MS);
    const again = await serverFault(target, options.healthMs ?? HEALTH_MS);
    if (!again) continue;
    addFault(tally, again, one.id, { pieces: one.pieces });
    await target.stop();
    target = await options.start();
    return target;
  }
  const ids = suspects.map(({ id }) => id).slice(0, 40);
  const detail = `${fault.detail}; no case alone shows it again; under way: ${ids.join(' ')}`;
  addFault(tally, { ...fault, detail }, suspects[0]?.id ?? -1, {});
  return target;
}
