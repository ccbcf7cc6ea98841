import { costlyCases } from './costly-cases.ts';
import { saveRaw } from './found.ts';
import { startPodTarget, type HttpTarget } from './http-target.ts';
import { minimiseFound } from './minimise-found.ts';
import { type FuzzOptions, isHttp } from './options.ts';
import { type HttpMemory, type HttpOptions, runHttp } from './run-http.ts';
import { runWorkers } from './run-workers.ts';
import { loadSeedObjects } from './seed-objects.ts';
import { supervisedWorker, type WorkerOptions } from './supervised-worker.ts';
import { type FoundFault, newTally, type Tally } from './tally.ts';

export interface FuzzResult {
  readonly process: Tally;
  readonly http: Tally;
  readonly httpMemory: readonly HttpMemory[];
  /** The first case that was not executed; equal to `to` if all were. */
  readonly nextCase: number;
  readonly seconds: number;
}

/** The targets of the fuzzer. Tests inject broken ones. */
export interface Tested {
  readonly worker: WorkerOptions;
  readonly startServer: () => Promise<HttpTarget>;
  readonly httpTimes?: Pick<HttpOptions, 'answerMs' | 'mangledMs' | 'healthMs'>;
  /** Maximum time (ms) of the search for a smaller input, per fault. */
  readonly minimiseMs?: number;
}

const HANG_MS = 20_000;
export const BIRDDOG: Tested = {
  worker: { target: new URL('./pipeline-target.ts', import.meta.url), hangMs: HANG_MS },
  startServer: startPodTarget,
};

/** Runs the cases that the options select, minimises the inputs of faults and saves them. Calls `progress` with status lines. */
export async function runFuzzer(
  options: FuzzOptions,
  tested: Tested,
  progress: (line: string) => void,
): Promise<FuzzResult> {
  const { seed, only, save } = options;
  const began = performance.now();
  const objects = await loadSeedObjects();
  const onFound = ({ kind, signature, firstCase }: FoundFault) =>
    progress(`case ${firstCase}: ${kind}: ${signature}`);
  const [process, http] = [newTally(onFound), newTally(onFound)];
  const costly = costlyCases();
  const inProcess = idsOf(options, began, (id) => !isHttp(id), only !== 'http');
  const overHttp = idsOf(options, began, isHttp, only !== 'process');
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const timer = setInterval(
    () => progress(`${seconds()} s: ${summary(process)} in process, ${summary(http)} over HTTP`),
    5000,
  );
  try {
    const [, httpMemory] = await Promise.all([
      runWorkers(
        {
          ...tested.worker,
          seed,
          objects,
          workers: options.workers,
          next: inProcess.take,
          onSeen: costly.note,
        },
        process,
      ),
      overHttp.isEmpty
        ? []
        : runHttp(
            {
              seed,
              objects,
              connections: options.connections,
              start: tested.startServer,
              next: overHttp.take,
              ...tested.httpTimes,
            },
            http,
          ),
    ]);
    const worker = supervisedWorker(tested.worker);
    try {
      progress(`${seconds()} s: verifying what was found`);
      if (options.measuresCosts) await costly.verify(seed, objects, worker, process);
      if (save !== undefined) await minimiseFound(process, worker, save, tested.minimiseMs);
    } finally {
      worker.close();
    }
    if (save !== undefined) saveHttp(http, save);
    const nextCase = Math.min(inProcess.next(), overHttp.next());
    return { process, http, httpMemory, nextCase, seconds: seconds() };
  } finally {
    clearInterval(timer);
  }
}

function summary({ cases, found }: Tally): string {
  return `${cases} cases, ${found.size} found`;
}

function saveHttp(http: Tally, folder: string): void {
  for (const fault of http.found.values()) {
    if (fault.pieces) fault.file = saveRaw(folder, fault, fault.pieces);
  }
}

/** Returns the next ids of one kind of case, in order, until none remain or the time is over. */
function idsOf(
  { from, to, maxMs }: FuzzOptions,
  began: number,
  isOurs: (id: number) => boolean,
  isWanted: boolean,
) {
  let next = isWanted ? from : to;
  const skip = () => {
    while (next < to && !isOurs(next)) next += 1;
  };
  skip();
  return {
    isEmpty: next >= to,
    next: () => next,
    take(count: number): number[] {
      const ids: number[] = [];
      if (performance.now() - began > maxMs) return ids;
      for (; ids.length < count && next < to; skip()) {
        ids.push(next);
        next += 1;
      }
      return ids;
    },
  };
}
