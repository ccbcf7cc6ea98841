import type { MonitorRule } from './monitor-view.ts';
import { asCountWithoutSum } from './rules/as-count-without-sum.ts';
import { blankBeforeName } from './rules/blank-before-name.ts';
import { blockNeverFires } from './rules/block-never-fires.ts';
import { checkCount } from './rules/check-count.ts';
import { checkWithoutGroup } from './rules/check-without-group.ts';
import { compositeById } from './rules/composite-by-id.ts';
import { compositeMembers } from './rules/composite-members.ts';
import { criticalMissing } from './rules/critical-missing.ts';
import { customScheduleNeeds } from './rules/custom-schedule-needs.ts';
import { defaultZeroNeverMissing } from './rules/default-zero-never-missing.ts';
import { evalExpression } from './rules/eval-expression.ts';
import { evaluationDelayMissing } from './rules/evaluation-delay-missing.ts';
import { evaluationWindowUnused } from './rules/evaluation-window-unused.ts';
import { handleAdjoined } from './rules/handle-adjoined.ts';
import { handleUnknown } from './rules/handle-unknown.ts';
import { invalidDraftStatus } from './rules/invalid-draft-status.ts';
import { invalidOption } from './rules/invalid-option.ts';
import { invalidPriority } from './rules/invalid-priority.ts';
import { invalidSchedule } from './rules/invalid-schedule.ts';
import { matchUngrouped } from './rules/match-ungrouped.ts';
import { matchVariable } from './rules/match-variable.ts';
import { matchWithoutValues } from './rules/match-without-values.ts';
import { messageCall } from './rules/message-call.ts';
import { messageSyntax } from './rules/message-syntax.ts';
import { metricAlertType } from './rules/metric-alert-type.ts';
import { missingDataTwice } from './rules/missing-data-twice.ts';
import { nameEmpty } from './rules/name-empty.ts';
import { neverRenotified } from './rules/never-renotified.ts';
import { newGroupDelayUngrouped } from './rules/new-group-delay-ungrouped.ts';
import { noDataTimeframeOnLogs } from './rules/no-data-timeframe-on-logs.ts';
import { noDataTimeframe } from './rules/no-data-timeframe.ts';
import { notifyByUngrouped } from './rules/notify-by-ungrouped.ts';
import { onMissingDataRefused } from './rules/on-missing-data-refused.ts';
import { optionIgnored } from './rules/option-ignored.ts';
import { priorityZero } from './rules/priority-zero.ts';
import { querySyntax } from './rules/query-syntax.ts';
import { recoveryOverlaps } from './rules/recovery-overlaps.ts';
import { recoveryUntold } from './rules/recovery-untold.ts';
import { recoveryWithoutLimit } from './rules/recovery-without-limit.ts';
import { renotifyOccurrences } from './rules/renotify-occurrences.ts';
import { renotifyStatusUnreached } from './rules/renotify-status-unreached.ts';
import { resolveWithTimeout } from './rules/resolve-with-timeout.ts';
import { secretInMonitor } from './rules/secret-in-monitor.ts';
import { syntheticsElsewhere } from './rules/synthetics-elsewhere.ts';
import { tagCharacters } from './rules/tag-characters.ts';
import { tagForm } from './rules/tag-form.ts';
import { tagTwice } from './rules/tag-twice.ts';
import { thresholdDiffers } from './rules/threshold-differs.ts';
import { thresholdIgnored } from './rules/threshold-ignored.ts';
import { thresholdNotNumeric } from './rules/threshold-not-numeric.ts';
import { thresholdOutOfRange } from './rules/threshold-out-of-range.ts';
import { tooManyTags } from './rules/too-many-tags.ts';
import { twoDelays } from './rules/two-delays.ts';
import { unclosedQuote } from './rules/unclosed-quote.ts';
import { ungroupedVariable } from './rules/ungrouped-variable.ts';
import { unknownAggregator } from './rules/unknown-aggregator.ts';
import { unknownBlock } from './rules/unknown-block.ts';
import { unknownField } from './rules/unknown-field.ts';
import { unknownFunction } from './rules/unknown-function.ts';
import { unknownOption } from './rules/unknown-option.ts';
import { unknownThreshold } from './rules/unknown-threshold.ts';
import { unknownType } from './rules/unknown-type.ts';
import { unknownVariable } from './rules/unknown-variable.ts';
import { variableUnavailable } from './rules/variable-unavailable.ts';
import { warningBeyondCritical } from './rules/warning-beyond-critical.ts';
import { warningWithoutDirection } from './rules/warning-without-direction.ts';

/** Every rule about monitors, in the order in which findings are told. */
export const MONITOR_RULES: readonly MonitorRule[] = [
  unknownType,
  metricAlertType,
  syntheticsElsewhere,
  unknownField,
  querySyntax,
  unknownAggregator,
  unknownFunction,
  asCountWithoutSum,
  checkCount,
  checkWithoutGroup,
  compositeMembers,
  criticalMissing,
  thresholdNotNumeric,
  thresholdDiffers,
  warningBeyondCritical,
  warningWithoutDirection,
  recoveryOverlaps,
  recoveryWithoutLimit,
  thresholdOutOfRange,
  thresholdIgnored,
  unknownThreshold,
  unknownOption,
  invalidOption,
  optionIgnored,
  noDataTimeframeOnLogs,
  onMissingDataRefused,
  missingDataTwice,
  resolveWithTimeout,
  defaultZeroNeverMissing,
  noDataTimeframe,
  evaluationDelayMissing,
  newGroupDelayUngrouped,
  twoDelays,
  notifyByUngrouped,
  renotifyOccurrences,
  neverRenotified,
  renotifyStatusUnreached,
  invalidSchedule,
  customScheduleNeeds,
  evaluationWindowUnused,
  nameEmpty,
  blankBeforeName,
  tagCharacters,
  tagForm,
  tagTwice,
  tooManyTags,
  invalidPriority,
  priorityZero,
  invalidDraftStatus,
  messageSyntax,
  unclosedQuote,
  unknownBlock,
  matchWithoutValues,
  matchVariable,
  matchUngrouped,
  blockNeverFires,
  ungroupedVariable,
  unknownVariable,
  variableUnavailable,
  messageCall,
  evalExpression,
  handleUnknown,
  handleAdjoined,
  recoveryUntold,
  secretInMonitor,
];

/** And those about a monitor that stands in a document. */
export const DOCUMENT_MONITOR_RULES: readonly MonitorRule[] = [compositeById];
