import { durationText } from '../alerts/durations.ts';
import { MAX_EMPTY_BUCKETS } from '../evaluate/choices.ts';
import type { Condition, StateRules } from '../evaluate/condition.ts';
import type { GroupEvaluation } from '../evaluate/evaluate.ts';
import { isBeyond, isRecovered, NO_DATA, NONE, OK, STATES } from '../evaluate/states.ts';
import {
  EMPTY,
  type GroupWindows,
  NO_FINITE_VALUE,
  VALUE,
  WINDOW_NOT_FULL,
  type WindowDetails,
} from '../evaluate/window-values.ts';
import { isoTime, numberText, STATE_NAMES } from './explanation-text.ts';
import type { ExplainedThreshold, Reason } from './explanation.ts';

/** One evaluation of a group. `at` is its index; the states are indexes of STATES. */
export interface GroupMoment {
  readonly condition: Condition;
  readonly times: Float64Array;
  readonly at: number;
  readonly states: GroupEvaluation['states'];
  readonly windows: GroupWindows;
}

/** Returns the thresholds of a condition, and which of them a value meets. */
export function explainThresholds(
  { thresholds, comparator }: StateRules,
  value: number,
): ExplainedThreshold[] {
  const rows = [
    ['critical', thresholds.critical, isBeyond],
    ['warning', thresholds.warning, isBeyond],
    ['critical_recovery', thresholds.criticalRecovery, isRecovered],
    ['warning_recovery', thresholds.warningRecovery, isRecovered],
  ] as const;
  return rows.flatMap(([kind, threshold, meets]) =>
    threshold === undefined
      ? []
      : [
          {
            kind,
            value: threshold,
            ...(Number.isFinite(value) ? { is_met: meets(comparator, value, threshold) } : {}),
          },
        ],
  );
}

/** Returns why a group has its state after an evaluation. */
export function explainState(moment: GroupMoment, details: WindowDetails): Reason[] {
  const { at, states, windows, condition } = moment;
  const [before, after] = [states[at - 1] ?? NONE, states[at] ?? NONE];
  const stays = after === NONE ? 'It has no state.' : `The state stays ${nameOf(after)}.`;
  const outcome = windows.outcomes[at] ?? EMPTY;
  const waiting = outcome === EMPTY ? undefined : waitingUntil(moment);
  if (waiting !== undefined)
    return [
      reason(
        'new_group',
        `The group is new: it has data since ${isoTime(waiting.seenS)}, and is evaluated from ${isoTime(waiting.untilS)} on (new_group_delay).`,
      ),
    ];
  switch (outcome) {
    case VALUE:
      return [explainValue(condition.states, windows, at, before, after)];
    case NO_FINITE_VALUE:
      return [
        reason(
          'no_finite_value',
          `No step has a finite result: an operand is missing, or a divisor is 0. The evaluation is skipped. ${stays}`,
        ),
      ];
    case WINDOW_NOT_FULL:
      return [reason('window_not_full', `${notFull(details)} The evaluation is skipped. ${stays}`)];
    default:
      return explainMissing(moment, before, after, stays);
  }
}

function reason(code: string, text: string): Reason {
  return { code, text };
}

function nameOf(state: number): string {
  return STATE_NAMES[STATES[state] ?? 'none'];
}

/** Returns since when a new group has data and from when it is evaluated, if it waits at an evaluation. */
function waitingUntil({
  at,
  states,
  times,
  windows,
  condition,
}: GroupMoment): { readonly seenS: number; readonly untilS: number } | undefined {
  if ((states[at] ?? NONE) !== NONE) return undefined;
  let seen = at;
  for (let index = at; index >= 0 && (states[index] ?? NONE) === NONE; index -= 1)
    if (windows.outcomes[index] !== EMPTY) seen = index;
  const seenS = times[seen] ?? 0;
  const untilS = seenS + condition.states.newGroupDelayS;
  return (times[at] ?? 0) < untilS ? { seenS, untilS } : undefined;
}

function explainValue(
  { comparator, thresholds }: StateRules,
  { values, refine }: GroupWindows,
  at: number,
  before: number,
  after: number,
): Reason {
  const value = refine(at);
  const shown = numberText(Number.isFinite(value) ? value : (values[at] ?? Number.NaN));
  const { critical, warning, criticalRecovery, warningRecovery } = thresholds;
  const says = (limit: number) => `${shown} ${comparator} ${numberText(limit)}`;
  const [limit, recovery, name] =
    STATES[after] === 'alert'
      ? [critical, criticalRecovery, 'critical']
      : STATES[after] === 'warn'
        ? [warning, warningRecovery, 'warning']
        : [undefined, undefined, ''];
  if (limit === undefined) {
    const others = warning === undefined ? '' : ` and ${says(warning)} (warning)`;
    return reason(
      'ok',
      `${says(critical)} (critical)${others} ${others ? 'do' : 'does'} not hold: the state is OK.`,
    );
  }
  if (isBeyond(comparator, value, limit))
    return reason(name, `${says(limit)} holds (${name}): the state is ${nameOf(after)}.`);
  return reason(
    `${name}_recovery`,
    `${says(limit)} does not hold, but the recovery threshold ${numberText(recovery ?? limit)} is not reached: the state stays ${nameOf(before)}.`,
  );
}

function notFull({ buckets }: WindowDetails): string {
  const { bucketS = 0, empty = [] } = buckets ?? {};
  const length = durationText(bucketS);
  return empty.length > MAX_EMPTY_BUCKETS
    ? `The window is not full: more than ${MAX_EMPTY_BUCKETS} of its parts of ${length} have no point, at ${empty.map(isoTime).join(', ')}.`
    : `The window is not full: its first ${length} have no point.`;
}

/** Explains an evaluation without data. */
function explainMissing(
  { condition, times, at, windows }: GroupMoment,
  before: number,
  after: number,
  stays: string,
): Reason[] {
  const { missingData, timeoutS, retentionS, delayS, windowS } = condition.states;
  let since = at;
  while (since > 0 && windows.outcomes[since - 1] === EMPTY) since -= 1;
  const [nowS, sinceS, lastS] = [times[at] ?? 0, times[since] ?? 0, windows.lastPoints[at] ?? Number.NaN];
  const last = Number.isFinite(lastS) ? ` The last step with a point starts at ${isoTime(lastS)}.` : '';
  const empty = reason(
    'no_data',
    `The window has no data since the evaluation at ${isoTime(sinceS)}.${last}`,
  );
  if (after === NONE)
    return before === NONE
      ? [reason('never_seen', `It has no data, and was never evaluated.${last}`)]
      : [
          empty,
          reason(
            'group_removed',
            `After ${durationText(retentionS ?? 0)} without data the group is removed.`,
          ),
        ];
  const changed = (code: string, text: string) => [empty, reason(code, text)];
  if (timeoutS > 0 && nowS >= sinceS + timeoutS && before >= NO_DATA && after === OK)
    return changed(
      'auto_resolve',
      `After ${durationText(timeoutS)} without data the state becomes OK (timeout_h).`,
    );
  switch (missingData.kind) {
    case 'legacy': {
      const frameS = Math.max(missingData.timeFrameS, windowS);
      const fromS = lastS + delayS + frameS;
      return changed(
        after === NO_DATA ? 'no_data_time_frame' : 'no_data_waits',
        `Data may be missing for ${durationText(frameS)} (no_data_timeframe): the state is No Data after ${isoTime(fromS)}.${after === NO_DATA ? '' : ` ${stays}`}`,
      );
    }
    case 'keep':
      return changed('no_data_ignored', `Missing data changes nothing. ${stays}`);
    case 'zero':
      return changed(
        'no_data_zero',
        `Missing data counts as 0 (on_missing_data): the state is ${nameOf(after)}.`,
      );
    case 'show':
    case 'notify':
    case 'resolve':
      return changed(
        `no_data_${missingData.kind}`,
        `With missing data the state is ${nameOf(after)} (on_missing_data).`,
      );
  }
}
