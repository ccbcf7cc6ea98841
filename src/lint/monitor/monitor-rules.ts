import type { Findings } from '../../domain/findings.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings, type Ignored } from '../rule.ts';
import type { MonitorRule, MonitorView } from './monitor-view.ts';
import { algorithmSettingUnused } from './rules/algorithm-setting-unused.ts';
import { anomalyArguments } from './rules/anomaly-arguments.ts';
import { anomalyInterval } from './rules/anomaly-interval.ts';
import { anomalyWindow } from './rules/anomaly-window.ts';
import { asCountWithoutSum } from './rules/as-count-without-sum.ts';
import { blankBeforeName } from './rules/blank-before-name.ts';
import { blockNeverFires } from './rules/block-never-fires.ts';
import { burnRateWindows } from './rules/burn-rate-windows.ts';
import { changeArguments } from './rules/change-arguments.ts';
import { checkCount } from './rules/check-count.ts';
import { checkWithoutGroup } from './rules/check-without-group.ts';
import { comparatorUnusual } from './rules/comparator-unusual.ts';
import { compositeById } from './rules/composite-by-id.ts';
import { compositeMemberTwice } from './rules/composite-member-twice.ts';
import { compositeMembers } from './rules/composite-members.ts';
import { compositeReference } from './rules/composite-reference.ts';
import { criticalMissing } from './rules/critical-missing.ts';
import { customScheduleNeeds } from './rules/custom-schedule-needs.ts';
import { dashboardVariable } from './rules/dashboard-variable.ts';
import { dataArguments } from './rules/data-arguments.ts';
import { dataOfAnotherType } from './rules/data-of-another-type.ts';
import { defaultZeroNeverMissing } from './rules/default-zero-never-missing.ts';
import { evalExpression } from './rules/eval-expression.ts';
import { evaluationDelayMissing } from './rules/evaluation-delay-missing.ts';
import { evaluationWindowUnused } from './rules/evaluation-window-unused.ts';
import { fillTooLong } from './rules/fill-too-long.ts';
import { filterCharacters } from './rules/filter-characters.ts';
import { filterMixed } from './rules/filter-mixed.ts';
import { forecastArguments } from './rules/forecast-arguments.ts';
import { forecastOfFunction } from './rules/forecast-of-function.ts';
import { forecastWindow } from './rules/forecast-window.ts';
import { formulaUnreadable } from './rules/formula-unreadable.ts';
import { formulaVariableTwice } from './rules/formula-variable-twice.ts';
import { formulaVariableUndeclared } from './rules/formula-variable-undeclared.ts';
import { formulaVariableUnused } from './rules/formula-variable-unused.ts';
import { functionArguments } from './rules/function-arguments.ts';
import { groupKey } from './rules/group-key.ts';
import { handleAdjoined } from './rules/handle-adjoined.ts';
import { handleUnknown } from './rules/handle-unknown.ts';
import { indexMissing } from './rules/index-missing.ts';
import { invalidDraftStatus } from './rules/invalid-draft-status.ts';
import { invalidOption } from './rules/invalid-option.ts';
import { invalidPriority } from './rules/invalid-priority.ts';
import { invalidSchedule } from './rules/invalid-schedule.ts';
import { matchUngrouped } from './rules/match-ungrouped.ts';
import { matchVariable } from './rules/match-variable.ts';
import { matchWithoutValues } from './rules/match-without-values.ts';
import { messageCall } from './rules/message-call.ts';
import { messageSyntax } from './rules/message-syntax.ts';
import { methodArguments } from './rules/method-arguments.ts';
import { methodMissing } from './rules/method-missing.ts';
import { methodTwice } from './rules/method-twice.ts';
import { metricAlertType } from './rules/metric-alert-type.ts';
import { metricMissing } from './rules/metric-missing.ts';
import { metricName } from './rules/metric-name.ts';
import { missingDataTwice } from './rules/missing-data-twice.ts';
import { monitorRole } from './rules/monitor-role.ts';
import { nameEmpty } from './rules/name-empty.ts';
import { neverRenotified } from './rules/never-renotified.ts';
import { newGroupDelayUngrouped } from './rules/new-group-delay-ungrouped.ts';
import { noDataTimeframeOnLogs } from './rules/no-data-timeframe-on-logs.ts';
import { noDataTimeframe } from './rules/no-data-timeframe.ts';
import { notifyByUngrouped } from './rules/notify-by-ungrouped.ts';
import { onMissingDataRefused } from './rules/on-missing-data-refused.ts';
import { optionIgnored } from './rules/option-ignored.ts';
import { outlierArguments } from './rules/outlier-arguments.ts';
import { outlierUngrouped } from './rules/outlier-ungrouped.ts';
import { priorityZero } from './rules/priority-zero.ts';
import { querySyntax } from './rules/query-syntax.ts';
import { recoveryOverlaps } from './rules/recovery-overlaps.ts';
import { recoveryUntold } from './rules/recovery-untold.ts';
import { recoveryWindowShort } from './rules/recovery-window-short.ts';
import { recoveryWithoutLimit } from './rules/recovery-without-limit.ts';
import { renotifyOccurrences } from './rules/renotify-occurrences.ts';
import { renotifyStatusUnreached } from './rules/renotify-status-unreached.ts';
import { resolveWithTimeout } from './rules/resolve-with-timeout.ts';
import { rollupLongerThanWindow } from './rules/rollup-longer-than-window.ts';
import { rollupWithoutMeasure } from './rules/rollup-without-measure.ts';
import { searchUnreadable } from './rules/search-unreadable.ts';
import { searchWordCase } from './rules/search-word-case.ts';
import { secretInMonitor } from './rules/secret-in-monitor.ts';
import { syntheticsElsewhere } from './rules/synthetics-elsewhere.ts';
import { tagBeginning } from './rules/tag-beginning.ts';
import { tagCharacters } from './rules/tag-characters.ts';
import { tagHalfEmpty } from './rules/tag-half-empty.ts';
import { tagTwice } from './rules/tag-twice.ts';
import { thresholdDiffers } from './rules/threshold-differs.ts';
import { thresholdIgnored } from './rules/threshold-ignored.ts';
import { thresholdNotNumeric } from './rules/threshold-not-numeric.ts';
import { thresholdOutOfRange } from './rules/threshold-out-of-range.ts';
import { thresholdQueryMissing } from './rules/threshold-query-missing.ts';
import { thresholdWindowsUnused } from './rules/threshold-windows-unused.ts';
import { thresholdWindows } from './rules/threshold-windows.ts';
import { tooManyFacets } from './rules/too-many-facets.ts';
import { tooManySearches } from './rules/too-many-searches.ts';
import { tooManyTags } from './rules/too-many-tags.ts';
import { twoDelays } from './rules/two-delays.ts';
import { unclosedQuote } from './rules/unclosed-quote.ts';
import { ungroupedVariable } from './rules/ungrouped-variable.ts';
import { unknownAggregator } from './rules/unknown-aggregator.ts';
import { unknownBlock } from './rules/unknown-block.ts';
import { unknownField } from './rules/unknown-field.ts';
import { unknownFunction } from './rules/unknown-function.ts';
import { unknownMethod } from './rules/unknown-method.ts';
import { unknownOption } from './rules/unknown-option.ts';
import { unknownThreshold } from './rules/unknown-threshold.ts';
import { unknownType } from './rules/unknown-type.ts';
import { unknownVariable } from './rules/unknown-variable.ts';
import { unknownWindow } from './rules/unknown-window.ts';
import { untrackedIssue } from './rules/untracked-issue.ts';
import { variableIncomplete } from './rules/variable-incomplete.ts';
import { variableQuerySyntax } from './rules/variable-query-syntax.ts';
import { variableSource } from './rules/variable-source.ts';
import { variableUnavailable } from './rules/variable-unavailable.ts';
import { warningBeyondCritical } from './rules/warning-beyond-critical.ts';
import { warningWithoutDirection } from './rules/warning-without-direction.ts';
import { windowOutOfRange } from './rules/window-out-of-range.ts';

/** Rules that have something to say of the same monitors alone. */
interface RuleSet {
  /** Whether they can have; nobody waits for those that cannot. */
  readonly asked: (view: MonitorView) => boolean;
  readonly rules: readonly MonitorRule[];
}

const ALGORITHMS: ReadonlySet<string> = new Set(['anomalies', 'outliers', 'forecast']);

/** Every rule about monitors, in the order in which findings are told. */
const RULE_SETS: readonly RuleSet[] = [
  {
    asked: () => true,
    rules: [
      unknownType,
      metricAlertType,
      syntheticsElsewhere,
      unknownField,
      querySyntax,
      dataOfAnotherType,
      unknownWindow,
      windowOutOfRange,
      unknownFunction,
      unknownMethod,
      methodArguments,
      dashboardVariable,
      comparatorUnusual,
    ],
  },
  {
    asked: ({ parsed: { query } }) => query.kind === 'metric',
    rules: [
      unknownAggregator,
      functionArguments,
      changeArguments,
      metricMissing,
      metricName,
      filterMixed,
      filterCharacters,
      tagHalfEmpty,
      groupKey,
      asCountWithoutSum,
      rollupLongerThanWindow,
      fillTooLong,
      forecastWindow,
      defaultZeroNeverMissing,
      evaluationDelayMissing,
    ],
  },
  {
    asked: ({ calls }) => calls.some(({ name }) => ALGORITHMS.has(name.text)),
    rules: [
      anomalyArguments,
      anomalyWindow,
      anomalyInterval,
      thresholdWindows,
      recoveryWindowShort,
      outlierArguments,
      outlierUngrouped,
      forecastArguments,
      forecastOfFunction,
      algorithmSettingUnused,
    ],
  },
  {
    asked: ({ parsed: { query } }) => query.kind === 'chain' || query.kind === 'check',
    rules: [methodMissing, methodTwice],
  },
  {
    asked: ({ parsed: { query } }) => query.kind === 'chain',
    rules: [
      dataArguments,
      searchUnreadable,
      searchWordCase,
      indexMissing,
      rollupWithoutMeasure,
      tooManyFacets,
      untrackedIssue,
      burnRateWindows,
    ],
  },
  {
    asked: ({ formula, variables }) => formula !== undefined || variables.length > 0,
    rules: [
      formulaUnreadable,
      formulaVariableUndeclared,
      formulaVariableUnused,
      formulaVariableTwice,
      variableSource,
      variableIncomplete,
      variableQuerySyntax,
      tooManySearches,
    ],
  },
  {
    asked: ({ parsed: { query } }) => query.kind === 'check',
    rules: [checkCount, checkWithoutGroup],
  },
  {
    asked: ({ parsed: { query } }) => query.kind === 'composite',
    rules: [compositeMembers, compositeMemberTwice, compositeReference],
  },
  {
    asked: () => true,
    rules: [
      criticalMissing,
      thresholdNotNumeric,
      thresholdDiffers,
      thresholdQueryMissing,
      thresholdWindowsUnused,
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
      noDataTimeframe,
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
      tagBeginning,
      tagTwice,
      tooManyTags,
      invalidPriority,
      priorityZero,
      invalidDraftStatus,
      monitorRole,
      messageSyntax,
      unclosedQuote,
    ],
  },
  {
    asked: ({ textParts }) => textParts.some(({ part }) => part.kind === 'block'),
    rules: [unknownBlock, matchWithoutValues, matchVariable, matchUngrouped, blockNeverFires],
  },
  {
    asked: ({ textParts }) => textParts.some(({ part }) => part.kind === 'variable'),
    rules: [ungroupedVariable, unknownVariable, variableUnavailable],
  },
  {
    asked: ({ textParts }) => textParts.some(({ part }) => part.kind === 'block' || part.kind === 'call'),
    rules: [messageCall, evalExpression],
  },
  {
    asked: ({ textParts }) => textParts.some(({ part }) => part.kind === 'handle'),
    rules: [handleUnknown, handleAdjoined, recoveryUntold],
  },
  { asked: () => true, rules: [secretInMonitor] },
];

export const MONITOR_RULES: readonly MonitorRule[] = RULE_SETS.flatMap(({ rules }) => rules);

/** Adds what the rules about monitors find in one. `pointer` is where it stands in the body. */
export function addMonitorRules(
  findings: Findings,
  view: MonitorView,
  pointer: Pointer,
  ignored?: Ignored,
): void {
  for (const { asked, rules } of RULE_SETS) {
    if (asked(view)) addFindings(findings, rules, view, pointer, ignored);
  }
}

/** And those about a monitor that stands in a document. */
export const DOCUMENT_MONITOR_RULES: readonly MonitorRule[] = [compositeById];
