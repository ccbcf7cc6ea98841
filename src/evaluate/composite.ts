import { runAtOnce, type Steps } from '../domain/steps.ts';
import type { Composite, CompositeExpression, Refusal } from './condition.ts';
import {
  type Evaluation,
  type GroupEvaluation,
  findingNotifications,
  type NoticeOptions,
  transitionsOf,
} from './evaluate.ts';
import { keyAndValue, tagsOf } from './group-tags.ts';
import { refuse } from './read-formula.ts';
import { type EvaluationSpan, evaluationTimes } from './schedule.ts';
import { ALERT, changesOf, NO_DATA, NONE, OK } from './states.ts';

/** A composite is evaluated each minute, in seconds. */
const EVERY_S = 60;
const [NO_OUTCOMES, NO_VALUES] = [new Uint8Array(), new Float64Array()];

/**
 * Computes states, transitions and notifications of a composite from the evaluations of its members, by their names in
 * `Composite.members`. They must cover the span. Refuses a composite with a member that is missing.
 */
export function evaluateComposite(
  composite: Composite,
  members: ReadonlyMap<string, Evaluation>,
  span: EvaluationSpan,
  options: NoticeOptions = {},
): Evaluation | Refusal {
  return runAtOnce(evaluatingComposite(composite, members, span, options));
}

/** Computes the same as `evaluateComposite`, and yields after each group. */
export function* evaluatingComposite(
  { members: names, expression, notices }: Composite,
  members: ReadonlyMap<string, Evaluation>,
  span: EvaluationSpan,
  options: NoticeOptions = {},
): Steps<Evaluation | Refusal> {
  const missing = names.find((name) => !members.has(name));
  if (missing !== undefined)
    return refuse('composite_member', `The member ${missing} of the composite has no evaluations.`);
  const { times, firstReported } = evaluationTimes(EVERY_S, span);
  const groups = new Map<string, GroupEvaluation>();
  const noDataByGroup = new Map<string, Uint8Array>();
  for (const [group, states] of joinedGroups(names, members)) {
    const joined = new JoinedMembers(states);
    const result = new Uint8Array(times.length);
    const notifiesNoData = new Uint8Array(times.length);
    let state: number = NONE;
    for (let at = 0; at < times.length; at += 1) {
      const known = joined.at(times[at] ?? 0);
      if (known) {
        const next = combine(expression, known);
        if (next !== NO_DATA || notices.notifiesNoData) state = next;
      }
      result[at] = state;
      notifiesNoData[at] = notices.notifiesNoData && joined.notifiesNoData() ? 1 : 0;
    }
    groups.set(group, {
      states: result,
      changes: changesOf(result),
      outcomes: NO_OUTCOMES,
      values: NO_VALUES,
    });
    noDataByGroup.set(group, notifiesNoData);
    yield;
  }
  return {
    times,
    firstReported,
    groups,
    transitions: transitionsOf(times, firstReported, groups),
    notifications: yield* findingNotifications(
      notices,
      times,
      firstReported,
      groups,
      (at, group) => noDataByGroup.get(group)?.[at] === 1,
      options,
    ),
    evaluated: groups.size * (times.length - firstReported),
    skipped: { empty: 0, noFiniteValue: 0, windowNotFull: 0, newGroup: 0 },
    notifiesNoData: notices.notifiesNoData,
  };
}

/** Returns the states of the members for one group of a composite at a time (UNIX seconds): indexes of STATES. */
export function membersAt(
  { members: names }: Composite,
  members: ReadonlyMap<string, Evaluation>,
  group: string,
  nowS: number,
): ReadonlyMap<string, number> {
  const joined = new JoinedMembers(joinedGroups(names, members).get(group) ?? []);
  joined.at(nowS);
  return joined.states;
}

function combine(expression: CompositeExpression, states: ReadonlyMap<string, number>): number {
  switch (expression.kind) {
    case 'member':
      return states.get(expression.member) ?? NONE;
    case 'not': {
      const inner = combine(expression.inner, states);
      if (inner === NO_DATA) return NO_DATA;
      return inner === OK ? ALERT : OK;
    }
    case 'and':
      return Math.min(combine(expression.left, states), combine(expression.right, states));
    case 'or':
      return Math.max(combine(expression.left, states), combine(expression.right, states));
  }
}

/** One group of a member. */
interface MemberStates {
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly states: Uint8Array;
}

/** The states of the members of one group, read in the order of time. */
class JoinedMembers {
  readonly #members: readonly MemberStates[];
  /** The last evaluation of each member that has been reached; -1 before the first. */
  readonly #reached: number[];
  /** By member, at the time that was last asked for. */
  readonly states = new Map<string, number>();

  constructor(members: readonly MemberStates[]) {
    this.#members = members;
    this.#reached = members.map(() => -1);
  }

  /** Returns the states at a time (UNIX seconds), or undefined if a member was not evaluated yet. */
  at(nowS: number): ReadonlyMap<string, number> | undefined {
    let isKnown = true;
    for (const [member, { name, evaluation, states }] of this.#members.entries()) {
      let reached = this.#reached[member] ?? -1;
      while ((evaluation.times[reached + 1] ?? Number.POSITIVE_INFINITY) <= nowS) reached += 1;
      this.#reached[member] = reached;
      const state = states[reached] ?? NONE;
      this.states.set(name, state);
      isKnown &&= state !== NONE;
    }
    return isKnown ? this.states : undefined;
  }

  /** Returns whether a member that now has no data notifies of it. */
  notifiesNoData(): boolean {
    return this.#members.some(
      ({ name, evaluation }) => evaluation.notifiesNoData && this.states.get(name) === NO_DATA,
    );
  }
}

/**
 * Joins the groups of members by the values of their tags. The groups of the composite are those of the member with the most
 * tags. A group without a counterpart in another member is left out; a simple member serves all.
 */
function joinedGroups(
  names: readonly string[],
  members: ReadonlyMap<string, Evaluation>,
): Map<string, MemberStates[]> {
  const indexes = names.map((name) => ({ name, ...indexed(members.get(name)) }));
  const finest = indexes.reduce((finer, index) => (index.tagCount > finer.tagCount ? index : finer));
  const joined = new Map<string, MemberStates[]>();
  for (const { group, values } of finest.groups.values()) {
    const parts: MemberStates[] = [];
    for (const { name, tagCount, groups } of indexes) {
      const evaluation = members.get(name);
      const match =
        tagCount === values.length
          ? groups.get(keyOf(values))
          : groups.values().find((other) => other.values.every((value) => values.includes(value)));
      const states = evaluation?.groups.get(match?.group ?? '')?.states;
      if (evaluation && states) parts.push({ name, evaluation, states });
    }
    if (parts.length === names.length) joined.set(group, parts);
  }
  return joined;
}

/** A group and the sorted values of its tags. The group `*` has no tags. */
interface ValuedGroup {
  readonly group: string;
  readonly values: readonly string[];
}

/** Indexes the groups of an evaluation by their values. */
function indexed(evaluation: Evaluation | undefined) {
  const groups = new Map<string, ValuedGroup>();
  let tagCount = 0;
  for (const group of evaluation?.groups.keys() ?? []) {
    const values = tagsOf(group)
      .map((tag) => keyAndValue(tag)[1])
      .sort();
    tagCount = values.length;
    groups.set(keyOf(values), { group, values });
  }
  return { tagCount, groups };
}

function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}
