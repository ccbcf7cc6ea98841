import type { Json } from '../../src/domain/json.ts';
import type { FuzzInput } from './fuzz-case.ts';
import type { Fault, Seen } from './messages.ts';

/** A fault that cases triggered, once per kind and signature. */
export interface FoundFault extends Fault {
  count: number;
  readonly firstCase: number;
  /** The first input that triggered it; absent for a fault that occurs only over HTTP or over many cases. */
  readonly input?: FuzzInput;
  readonly tree?: Json;
  /** The bytes of the first connection that triggered it. */
  readonly pieces?: readonly Uint8Array[];
  /** Path of the minimised input. */
  file?: string;
}

/** Counts over several cases. */
export interface Tally {
  cases: number;
  decoded: number;
  planned: number;
  readonly outcomes: Map<string, number>;
  readonly found: Map<string, FoundFault>;
  /** Called with each new fault. */
  readonly onFound?: (fault: FoundFault) => void;
}

export function newTally(onFound: (fault: FoundFault) => void = () => {}): Tally {
  return { cases: 0, decoded: 0, planned: 0, outcomes: new Map(), found: new Map(), onFound };
}

/** Counts one case. `addFault` adds its faults. */
export function count(
  tally: Tally,
  { decoded, planned, outcome }: Pick<Seen, 'decoded' | 'planned' | 'outcome'>,
): void {
  tally.cases += 1;
  tally.decoded += decoded ? 1 : 0;
  tally.planned += planned ? 1 : 0;
  tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
}

/** Adds a fault. Only counts a fault whose kind and signature are known. */
export function addFault(
  tally: Tally,
  fault: Fault,
  firstCase: number,
  shownBy: Pick<FoundFault, 'input' | 'tree' | 'pieces'>,
): void {
  const name = `${fault.kind}: ${fault.signature}`;
  const known = tally.found.get(name);
  if (known) {
    known.count += 1;
    return;
  }
  const found = { ...fault, count: 1, firstCase, ...shownBy };
  tally.found.set(name, found);
  tally.onFound?.(found);
}
