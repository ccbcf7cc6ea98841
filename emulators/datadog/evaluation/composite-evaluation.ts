import type { RawObject } from '../raw-json.ts';
import type { Result } from './group-state.ts';
import { type Evaluated, GroupWalk, knownStates, type Span, tagsIn, type Transition } from './group-walk.ts';
import { optionsOf } from './notices.ts';
import type { State } from './thresholds.ts';

/** What a member of a composite did since a time: its states then, and their changes in the order of time. */
export interface MemberHistory {
  /** Epoch seconds. */
  readonly since: number;
  readonly states: ReadonlyMap<string, State>;
  readonly changes: readonly Transition[];
  readonly notifiesNoData: boolean;
}

/** Combines the states of the members, by their ids. */
type Combination = (stateOf: (id: string) => State) => State;

const EVERY = 60;
const ASCENDING: readonly State[] = ['None', 'OK', 'No Data', 'Warn', 'Alert'];

/** Returns the ids in the query of a composite. */
export function memberIds(query: unknown): string[] {
  return [...new Set(String(query).match(/\d+/g))];
}

/** Evaluates one composite monitor through time, from what its members did. */
export class CompositeEvaluation {
  readonly #groups = new Map<string, { state: State }>();
  readonly #walk: GroupWalk;

  /** `states` are those of groups that were evaluated before; they count as notified. */
  constructor(states: ReadonlyMap<string, State>, options: RawObject) {
    for (const [group, state] of states) this.#groups.set(group, { state });
    this.#walk = new GroupWalk(states, options);
  }

  /** The states of the groups that have one. */
  get states(): ReadonlyMap<string, State> {
    return knownStates(this.#groups);
  }

  /** Continues up to `to`. `members` are by id. */
  run(monitor: RawObject, members: ReadonlyMap<string, MemberHistory>, span: Span): Evaluated {
    const combine = readCombination(String(monitor['query']));
    const notifies = optionsOf(monitor)['notify_no_data'] === true;
    const present = new Map([...members].map(([id, history]) => [id, new PresentStates(history)]));
    const joined = joinedGroups(present);
    const groups = [...joined]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, parts]) => {
        const state = this.#groups.get(group) ?? { state: 'None' };
        this.#groups.set(group, state);
        const evaluate = (now: number): Result => {
          const states = new Map(
            [...parts].map(([id, part]) => [id, present.get(id)?.at(now, part) ?? 'None']),
          );
          if ([...states.values()].includes('None')) return 'not seen';
          const next = combine((id) => states.get(id) ?? 'None');
          if (next !== 'No Data' || notifies) state.state = next;
          return 'evaluated';
        };
        return { group, state, evaluate };
      });
    const notifiesNoData = (group: string) =>
      notifies && [...(joined.get(group) ?? [])].some(([id, part]) => present.get(id)?.notifiesMissing(part));
    return this.#walk.run({ monitor, groups, every: EVERY, notifiesNoData }, span);
  }
}

/** The states of a member at a time that moves forwards. */
class PresentStates {
  readonly #history: MemberHistory;
  readonly #states: Map<string, State>;
  #next = 0;

  constructor(history: MemberHistory) {
    this.#history = history;
    this.#states = new Map(history.states);
  }

  /** The groups that have or will have a state. */
  get groups(): string[] {
    return [...new Set([...this.#states.keys(), ...this.#history.changes.map(({ group }) => group)])];
  }

  at(now: number, group: string): State {
    const { changes } = this.#history;
    for (let next = changes[this.#next]; next && next.at <= now; next = changes[this.#next]) {
      this.#states.set(next.group, next.to);
      this.#next += 1;
    }
    return this.#states.get(group) ?? 'None';
  }

  /** Returns whether a group has no data and the member notifies of it. */
  notifiesMissing(group: string): boolean {
    return this.#history.notifiesNoData && this.#states.get(group) === 'No Data';
  }
}

/**
 * Joins the groups of members by the values of their tags: for each group of the member with the most tags, the group of each
 * member. A group without a counterpart is left out.
 */
function joinedGroups(members: ReadonlyMap<string, PresentStates>): Map<string, Map<string, string>> {
  const all = [...members].map(([id, member]) => ({ id, groups: member.groups }));
  const count = (groups: readonly string[]) => tagsIn(groups[0] ?? '*').length;
  const [finest] = all.toSorted((a, b) => count(b.groups) - count(a.groups));
  const joined = (finest?.groups ?? []).flatMap((group): [string, Map<string, string>][] => {
    const values = valuesIn(group);
    const parts = all.flatMap(({ id, groups }): [string, string][] => {
      const match = groups.find((other) => valuesIn(other).every((value) => values.includes(value)));
      return match === undefined ? [] : [[id, match]];
    });
    return parts.length === all.length ? [[group, new Map(parts)]] : [];
  });
  return new Map(joined);
}

function valuesIn(group: string): string[] {
  return tagsIn(group).map((tag) => tag.slice(tag.indexOf(':') + 1));
}

/** Reads `1 && (2 || !3)`. */
function readCombination(query: string): Combination {
  const tokens = query.match(/\d+|&&|\|\||[!()]/g) ?? [];
  let at = 0;
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  function any(): Combination {
    const parts = [all()];
    while (take('||')) parts.push(all());
    return (stateOf) =>
      extreme(
        parts.map((part) => part(stateOf)),
        'most',
      );
  }
  function all(): Combination {
    const parts = [one()];
    while (take('&&')) parts.push(one());
    return (stateOf) =>
      extreme(
        parts.map((part) => part(stateOf)),
        'least',
      );
  }
  function one(): Combination {
    if (take('!')) {
      const part = one();
      return (stateOf) => negated(part(stateOf));
    }
    if (take('(')) {
      const part = any();
      take(')');
      return part;
    }
    const id = tokens[at] ?? '';
    at += 1;
    return (stateOf) => stateOf(id);
  }
  return any();
}

/** Returns the least or the most severe state. */
function extreme(states: readonly State[], which: 'least' | 'most'): State {
  const ordered = ASCENDING.filter((state) => states.includes(state));
  return ordered.at(which === 'most' ? -1 : 0) ?? 'None';
}

function negated(state: State): State {
  if (state === 'No Data') return state;
  return state === 'OK' ? 'Alert' : 'OK';
}
