import { tagsOf } from '../evaluate/group-tags.ts';
import type { State } from '../evaluate/states.ts';
import type { Agreement, Disagreement } from './report.ts';

/** A transition that happened, or that was computed. `at` is UNIX seconds. */
export interface StateChange {
  readonly at: number;
  /** `tag:value,...` in any order, or `*`. */
  readonly group: string;
  readonly to: State;
}

const MAX_EXAMPLES = 10;

/**
 * Compares computed transitions with the real ones. Two of them match if group and new state are equal and the times at most
 * `toleranceS` apart; each matches once. `isSilent` returns whether Datadog records no event for a computed transition,
 * because it is muted: it may match, and is not invented otherwise.
 */
export function agreementOf(
  real: readonly StateChange[],
  computed: readonly StateChange[],
  toleranceS: number,
  isSilent: (change: StateChange) => boolean = () => false,
): Agreement {
  const [realByKind, computedByKind] = [byKind(real), byKind(computed)];
  const unmatched: [kind: Disagreement['kind'], change: StateChange][] = [];
  let matched = 0;
  for (const kind of new Set([...realByKind.keys(), ...computedByKind.keys()])) {
    const [happened, expected] = [realByKind.get(kind) ?? [], computedByKind.get(kind) ?? []];
    let [next, other] = [0, 0];
    for (;;) {
      const [left, right] = [happened[next], expected[other]];
      if (left && right && Math.abs(left.at - right.at) <= toleranceS) {
        matched += 1;
        next += 1;
        other += 1;
      } else if (left && (!right || left.at < right.at)) {
        unmatched.push(['missed', left]);
        next += 1;
      } else if (right) {
        if (!isSilent(right)) unmatched.push(['invented', right]);
        other += 1;
      } else break;
    }
  }
  unmatched.sort(([, a], [, b]) => a.at - b.at);
  return {
    real: real.length,
    matched,
    missed: real.length - matched,
    invented: unmatched.filter(([kind]) => kind === 'invented').length,
    tolerance_s: toleranceS,
    examples: unmatched.slice(0, MAX_EXAMPLES).map(([kind, { at, group, to }]) => ({
      kind,
      at: new Date(at * 1000).toISOString(),
      group,
      to,
    })),
  };
}

/** Returns the changes by group and new state, in the order of time. */
function byKind(changes: readonly StateChange[]): ReadonlyMap<string, StateChange[]> {
  const kinds = new Map<string, StateChange[]>();
  for (const change of changes) {
    const kind = `${change.to} ${tagsOf(change.group).sort().join()}`;
    const list = kinds.get(kind);
    if (list) list.push(change);
    else kinds.set(kind, [change]);
  }
  for (const list of kinds.values()) list.sort((a, b) => a.at - b.at);
  return kinds;
}
