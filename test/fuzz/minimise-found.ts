import { saveFound } from './found.ts';
import type { FuzzInput } from './fuzz-case.ts';
import type { Fault } from './messages.ts';
import { minimise } from './minimise.ts';
import { costIn, superlinear } from './superlinear.ts';
import type { SupervisedWorker } from './supervised-worker.ts';
import type { FoundFault, Tally } from './tally.ts';

/** Maximum time (ms) of the search for a smaller input, per fault. */
const MINIMISE_MS = 60_000;

/** Minimises the input of each fault that a worker found, and writes it into `folder`. */
export async function minimiseFound(
  tally: Tally,
  worker: SupervisedWorker,
  folder: string,
  minimiseMs = MINIMISE_MS,
): Promise<void> {
  for (const fault of tally.found.values()) {
    if (fault.input === undefined) continue;
    fault.file = saveFound(folder, fault, await minimised(fault, fault.input, worker, minimiseMs));
  }
}

/** Returns the smallest input found within the time that still triggers the fault. */
async function minimised(
  fault: FoundFault,
  input: FuzzInput,
  worker: SupervisedWorker,
  ms: number,
): Promise<FuzzInput> {
  const end = performance.now() + ms;
  const isOver = () => performance.now() > end;
  return minimise(input, fault.tree, (smaller) => shows(fault, smaller, worker), isOver);
}

/** Returns whether an input triggers a fault of the same kind and signature. Hangs are compared only by file, because any function of the loop may be reported. */
export async function shows(fault: Fault, input: FuzzInput, worker: SupervisedWorker): Promise<boolean> {
  if (fault.kind === 'superlinear') return (await superlinear(input, costIn(worker))) !== undefined;
  const { seen, ended } = await worker.probe(input);
  const faults = [...seen.flatMap((one) => one.faults), ...(ended ? [ended.fault] : [])];
  return faults.some(({ kind, signature }) => kind === fault.kind && signature === fault.signature);
}
