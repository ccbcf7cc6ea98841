import { fuzzCase } from './fuzz-case.ts';
import type { Seen } from './messages.ts';
import type { SeedObjects } from './seed-objects.ts';
import { costIn, superlinear } from './superlinear.ts';
import type { SupervisedWorker } from './supervised-worker.ts';
import { addFault, type Tally } from './tally.ts';

/** What a case may cost (ms) before it is looked at: a base, and some for each byte; far above what linear work takes. */
const BASE_MS = 120;
const MS_PER_KIB = 1;
/** More are not looked at: each takes a dozen measurements. */
const MAX_COSTLY = 40;

export interface CostlyCases {
  /** Notes a case that cost far more than its bytes explain. */
  note(seen: Seen): void;
  /** Measures each noted case again, with less of what it repeats, and adds those that grow faster than their size. */
  verify(seed: number, objects: SeedObjects, worker: SupervisedWorker, tally: Tally): Promise<void>;
}

/** Keeps the costliest cases of a run. */
export function costlyCases(): CostlyCases {
  let costly: { readonly id: number; readonly excess: number; readonly cpuMs: number }[] = [];
  return {
    note({ id, cpuMs, bytes }) {
      const excess = cpuMs / (BASE_MS + (bytes / 1024) * MS_PER_KIB);
      if (excess < 1) return;
      costly = [...costly, { id, excess, cpuMs }].sort((a, b) => b.excess - a.excess).slice(0, MAX_COSTLY);
    },
    async verify(seed, objects, worker, tally) {
      for (const { id, cpuMs } of costly) {
        const { input, tree } = fuzzCase(seed, id, objects);
        const end = await superlinear(input, costIn(worker));
        if (end === undefined) continue;
        // Asked again with a short limit, the watchdog notes where the time goes.
        const { stuckAt = 'an unknown place' } = await worker.probe(
          input,
          Math.max(20, Math.round(cpuMs / 3)),
        );
        addFault(tally, { kind: 'superlinear', signature: stuckAt, detail: end }, id, {
          input,
          ...(tree === undefined ? {} : { tree }),
        });
      }
    },
  };
}
