import { membersAt } from '../evaluate/composite.ts';
import type { Composite, CompositeExpression, Condition } from '../evaluate/condition.ts';
import { type Evaluation, type NoticeOptions, notifiedGroupOf } from '../evaluate/evaluate.ts';
import { tagsOf } from '../evaluate/group-tags.ts';
import { NO_DATA, NONE, type State, STATES } from '../evaluate/states.ts';
import type { GroupWindows, Windows } from '../evaluate/window-values.ts';
import {
  activeDowntimes,
  explainNotification,
  explainRecipients,
  type NoticeMoment,
} from './explain-notice.ts';
import { explainState, explainThresholds } from './explain-state.ts';
import { explainCalculation, explainQueries } from './explain-value.ts';
import { isoTime, STATE_NAMES } from './explanation-text.ts';
import type { ExplainedGroup, ExplainedWindow, Explanation } from './explanation.ts';
import { worstStates } from './state-times.ts';

/** A monitor that was evaluated up to the evaluation to explain, which is the last one, and some time before it. */
export interface EvaluatedMonitor {
  readonly read: Condition | Composite;
  readonly evaluation: Evaluation;
  /** Undefined for a composite. */
  readonly windows?: Windows;
  /** The members of a composite, by their names. */
  readonly members?: ReadonlyMap<string, Evaluation>;
  readonly notices: NoticeOptions;
  readonly isDraft: boolean;
}

/** The number of groups and transitions that an explanation lists. */
const [MAX_GROUPS, MAX_RECENT] = [20, 10];

/**
 * Explains the last evaluation of one group: the most severe one if `wanted` names none. Returns undefined if there is no
 * evaluation.
 */
export function explain(monitor: EvaluatedMonitor, wanted?: string): Explanation | undefined {
  const { read, evaluation } = monitor;
  const { firstReported } = evaluation;
  const at = evaluation.times.length - 1;
  const nowS = evaluation.times[at];
  if (nowS === undefined) return undefined;
  const groups = groupsAt(evaluation, at);
  const group = wanted === undefined ? (groups[0]?.group ?? '*') : spelledIn(groups, wanted);
  const { states, changes } = evaluation.groups.get(group) ?? { states: new Uint8Array(), changes: [] };
  const last = changes.at(-1);
  // The first state of the lead-in may be older.
  const isStart = last !== undefined && last <= firstReported && (states[last - 1] ?? NONE) === NONE;
  const since = isStart ? undefined : last;
  const notice = noticeMoment(monitor, group, nowS);
  const notification = explainNotification(notice);
  return {
    at: isoTime(nowS),
    group,
    groups: groups.slice(0, MAX_GROUPS),
    other_groups: Math.max(0, groups.length - MAX_GROUPS),
    ...(read.kind === 'composite'
      ? explainComposite(monitor, read, group, nowS)
      : explainCondition(monitor, read, group)),
    state: {
      before: stateName(states[at - 1]),
      after: stateName(states[at]),
      ...(since === undefined ? {} : { since: isoTime(evaluation.times[since] ?? nowS) }),
    },
    downtimes: activeDowntimes(monitor.notices.downtimes ?? [], notice.group, nowS).map(({ start, end }) => ({
      from: isoTime(start),
      ...(Number.isFinite(end) ? { to: isoTime(end) } : {}),
    })),
    notification,
    recipients: explainRecipients(notice, notification),
    recent: evaluation.transitions
      .filter((transition) => transition.group === group)
      .slice(-MAX_RECENT)
      .map(({ at: time, from, to }) => ({ at: isoTime(time), from, to })),
  };
}

function stateName(state = NONE as number): State {
  return STATES[state] ?? 'none';
}

/** Returns the groups that have a state or a value, the most severe first; equal ones by name. */
function groupsAt({ groups }: Evaluation, at: number): ExplainedGroup[] {
  return [...groups]
    .map(([group, { states, values }]) => ({
      group,
      state: states[at] ?? NONE,
      value: values[at] ?? Number.NaN,
    }))
    .sort((a, b) => b.state - a.state || (a.group < b.group ? -1 : 1))
    .map(({ group, state, value }) => ({
      group,
      state: stateName(state),
      ...(Number.isNaN(value) ? {} : { value }),
    }));
}

/** Returns the name of a group in the order of the monitor; an unknown group as it is. */
function spelledIn(groups: readonly ExplainedGroup[], wanted: string): string {
  const sorted = (group: string) => tagsOf(group).sort().join();
  return groups.find(({ group }) => sorted(group) === sorted(wanted))?.group ?? wanted;
}

type EvaluationParts = Pick<
  Explanation,
  'window' | 'members' | 'queries' | 'calculation' | 'value' | 'comparator' | 'thresholds' | 'reasons'
>;

function explainCondition(
  { evaluation, windows }: EvaluatedMonitor,
  read: Condition,
  group: string,
): EvaluationParts {
  const { times } = evaluation;
  const at = times.length - 1;
  const window = windows && explainWindow(read, windows, at);
  const own: GroupWindows | undefined = windows?.groups.get(group);
  const states = evaluation.groups.get(group)?.states;
  if (!own || !states) {
    const text =
      evaluation.groups.size === 0
        ? 'No query has a point: the monitor has no group and no state.'
        : `No point has the group ${group}.`;
    return {
      ...(window ? { window } : {}),
      queries: [],
      calculation: [],
      comparator: read.states.comparator,
      thresholds: explainThresholds(read.states, Number.NaN),
      reasons: [{ code: 'unknown_group', text }],
    };
  }
  const details = own.details(at);
  const hasValue = !Number.isNaN(own.values[at] ?? Number.NaN);
  const value = hasValue ? own.refine(at) : Number.NaN;
  return {
    ...(window ? { window } : {}),
    queries: explainQueries(read, details),
    calculation: explainCalculation(read, details),
    ...(hasValue ? { value } : {}),
    comparator: read.states.comparator,
    thresholds: explainThresholds(read.states, value),
    reasons: explainState({ condition: read, times, at, states, windows: own }, details),
  };
}

function explainWindow(
  { change, everyS, recurrence, states: { delayS } }: Condition,
  { schedule: { starts, ends } }: Windows,
  at: number,
): ExplainedWindow {
  const [startS, endS] = [starts[at] ?? 0, ends[at] ?? 0];
  const between = (from: number, to: number) => ({ from: isoTime(from), to: isoTime(to) });
  const shiftS = change?.shiftS ?? 0;
  return {
    ...between(startS, endS),
    ...(recurrence ? {} : { every_s: everyS }),
    delay_s: delayS,
    ...(change ? { earlier: between(startS - shiftS, endS - shiftS) } : {}),
  };
}

function explainComposite(
  { evaluation, members = new Map<string, Evaluation>() }: EvaluatedMonitor,
  read: Composite,
  group: string,
  nowS: number,
): EvaluationParts {
  const states = membersAt(read, members, group, nowS);
  const missing = read.members.filter((name) => (states.get(name) ?? NONE) === NONE);
  const [code, text] =
    evaluation.groups.size === 0
      ? ['no_common_group', 'Its members have no group with the same values of their tags.']
      : missing.length > 0
        ? ['composite_waits', `It is not evaluated, because ${missing.join(', ')} has no state.`]
        : [
            'composite',
            'It follows from the states of its members: "&&" is the less severe, "||" the more severe state.',
          ];
  return {
    members: read.members.map((member) => ({ member, state: stateName(states.get(member)) })),
    queries: [],
    calculation: [expressionText(read.expression, (member) => STATE_NAMES[stateName(states.get(member))])],
    thresholds: [],
    reasons: [{ code, text }],
  };
}

function expressionText(expression: CompositeExpression, nameOf: (member: string) => string): string {
  switch (expression.kind) {
    case 'member':
      return nameOf(expression.member);
    case 'not':
      return `!(${expressionText(expression.inner, nameOf)})`;
    case 'and':
    case 'or': {
      const operator = expression.kind === 'and' ? '&&' : '||';
      return `(${expressionText(expression.left, nameOf)} ${operator} ${expressionText(expression.right, nameOf)})`;
    }
  }
}

function noticeMoment(
  { read, evaluation, members, notices: options, isDraft }: EvaluatedMonitor,
  group: string,
  nowS: number,
): NoticeMoment {
  const { notices: rules } = read;
  const { times, groups } = evaluation;
  const at = times.length - 1;
  const notified = notifiedGroupOf(rules.notifyBy, group);
  const parts = [...groups].filter(([part]) => notifiedGroupOf(rules.notifyBy, part) === notified);
  const states = worstStates(
    parts.map(([, part]) => part),
    times.length,
  );
  const isTold = read.kind === 'condition' || tellsOfNoData(read, members ?? new Map(), group, nowS);
  return {
    rules,
    group: notified,
    nowS,
    before: states[at - 1] ?? NONE,
    after: states[at] ?? NONE,
    value: groups.get(group)?.values[at] ?? Number.NaN,
    notifiesNoData: rules.notifiesNoData && isTold,
    sent: evaluation.notifications.filter((notification) => notification.group === notified),
    isDraft,
    options,
  };
}

/** Returns whether a member without data notifies of it. */
function tellsOfNoData(
  read: Composite,
  members: ReadonlyMap<string, Evaluation>,
  group: string,
  nowS: number,
): boolean {
  return membersAt(read, members, group, nowS)
    .entries()
    .some(([name, state]) => state === NO_DATA && members.get(name)?.notifiesNoData === true);
}
