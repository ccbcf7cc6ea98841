import { fuzzCase } from './fuzz-case.ts';
import type { Seen } from './messages.ts';
import type { SeedObjects } from './seed-objects.ts';
import { costIn, superlinear } from './superlinear.ts';
import type { SupervisedWorker } from './supervised-worker.ts';
import { addFault, type Tally } from './tally.ts';

/** The cost (ms) above which a case is measured again: a base and an amount per byte, far above the cost of linear work. */
const BASE_MS = 120;
const MS_PER_KIB = 1;
/** Maximum number of cases that are measured again, because each takes a dozen measurements. */
const MAX_COSTLY = 40;

export interface CostlyCases {
  /** Records a case whose cost is far too high for its size. */
  note(seen: Seen): void;
  /** Measures each recorded case again with a shorter repeated part, and adds those whose cost grows faster than their size. */
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
        // With a short limit, the watchdog reports the function that takes the time.
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
