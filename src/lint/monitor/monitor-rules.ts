import type { Findings } from '../../domain/findings.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings, type Ignored } from '../rule.ts';
import type { MonitorRule, MonitorView } from './monitor-view.ts';
import { ANOMALY_RULES } from './rules/anomaly.ts';
import { COMPOSITE_RULES, DOCUMENT_COMPOSITE_RULES } from './rules/composite.ts';
import { FILTER_RULES } from './rules/filter.ts';
import { FORMULA_RULES } from './rules/formula.ts';
import { FUNCTION_RULES } from './rules/function-and-method.ts';
import { KNOWN_METRIC_RULES } from './rules/known-metric.ts';
import { MESSAGE_BLOCK_RULES } from './rules/message-block.ts';
import { MESSAGE_CALL_RULES } from './rules/message-call.ts';
import { MESSAGE_SYNTAX_RULES } from './rules/message-syntax.ts';
import { MESSAGE_VARIABLE_RULES } from './rules/message-variable.ts';
import { METHOD_CHAIN_RULES } from './rules/method-chain.ts';
import { METRIC_RULES } from './rules/metric.ts';
import { MISSING_DATA_RULES } from './rules/missing-data.ts';
import { NAME_AND_TAG_RULES } from './rules/name-and-tags.ts';
import { NOTIFICATION_RULES } from './rules/nobody-notified.ts';
import { OPTION_RULES } from './rules/option.ts';
import { OUTLIER_AND_FORECAST_RULES } from './rules/outlier-and-forecast.ts';
import { QUERY_RULES } from './rules/query-syntax.ts';
import { RECIPIENT_RULES } from './rules/recipient.ts';
import { RENOTIFICATION_RULES } from './rules/renotification.ts';
import { ROLLUP_RULES } from './rules/rollup-and-delay.ts';
import { EVALUATION_WINDOW_RULES } from './rules/evaluation-window.ts';
import { SCHEDULE_RULES } from './rules/schedule.ts';
import { SEARCH_RULES } from './rules/search.ts';
import { SECRET_RULES } from './rules/secret.ts';
import { SERVICE_CHECK_RULES } from './rules/service-check.ts';
import { THRESHOLD_RULES } from './rules/threshold.ts';
import { THRESHOLD_RANGE_RULES } from './rules/threshold-range.ts';
import { TYPE_AND_FIELD_RULES } from './rules/type-and-fields.ts';
import { WINDOW_RULES } from './rules/window.ts';

/** Rules that apply to the same monitors. */
interface RuleSet {
  /** Whether the rules can apply to a monitor. If not, they are skipped to save time. */
  readonly appliesTo: (view: MonitorView) => boolean;
  readonly rules: readonly MonitorRule[];
}

const ALGORITHMS: ReadonlySet<string> = new Set(['anomalies', 'outliers', 'forecast']);

/** Every rule about monitors, in the order of findings. */
const RULE_SETS: readonly RuleSet[] = [
  {
    appliesTo: () => true,
    rules: [...TYPE_AND_FIELD_RULES, ...QUERY_RULES, ...WINDOW_RULES, ...FUNCTION_RULES],
  },
  {
    appliesTo: ({ parsed: { query } }) => query.kind === 'metric',
    rules: [...METRIC_RULES, ...FILTER_RULES, ...ROLLUP_RULES],
  },
  {
    appliesTo: ({ calls }) => calls.some(({ name }) => ALGORITHMS.has(name.text)),
    rules: [...ANOMALY_RULES, ...OUTLIER_AND_FORECAST_RULES],
  },
  {
    appliesTo: ({ parsed: { query } }) => query.kind === 'chain' || query.kind === 'check',
    rules: METHOD_CHAIN_RULES,
  },
  { appliesTo: ({ parsed: { query } }) => query.kind === 'chain', rules: SEARCH_RULES },
  {
    appliesTo: ({ formula, variables }) => formula !== undefined || variables.length > 0,
    rules: FORMULA_RULES,
  },
  { appliesTo: ({ parsed: { query } }) => query.kind === 'check', rules: SERVICE_CHECK_RULES },
  { appliesTo: ({ parsed: { query } }) => query.kind === 'composite', rules: COMPOSITE_RULES },
  {
    appliesTo: () => true,
    rules: [
      ...THRESHOLD_RULES,
      ...THRESHOLD_RANGE_RULES,
      ...OPTION_RULES,
      ...MISSING_DATA_RULES,
      ...RENOTIFICATION_RULES,
      ...SCHEDULE_RULES,
      ...EVALUATION_WINDOW_RULES,
      ...NAME_AND_TAG_RULES,
      ...MESSAGE_SYNTAX_RULES,
    ],
  },
  {
    appliesTo: ({ templateParts }) => templateParts.some(({ part }) => part.kind === 'block'),
    rules: MESSAGE_BLOCK_RULES,
  },
  {
    appliesTo: ({ templateParts }) => templateParts.some(({ part }) => part.kind === 'variable'),
    rules: MESSAGE_VARIABLE_RULES,
  },
  {
    appliesTo: ({ templateParts }) =>
      templateParts.some(({ part }) => part.kind === 'block' || part.kind === 'call'),
    rules: MESSAGE_CALL_RULES,
  },
  {
    appliesTo: ({ templateParts }) => templateParts.some(({ part }) => part.kind === 'handle'),
    rules: RECIPIENT_RULES,
  },
  { appliesTo: ({ recipientsIn }) => recipientsIn !== undefined, rules: NOTIFICATION_RULES },
  {
    appliesTo: ({ series, variables, parsed: { query } }) =>
      series.length > 0 || variables.length > 0 || query.kind === 'check',
    rules: KNOWN_METRIC_RULES,
  },
  { appliesTo: () => true, rules: SECRET_RULES },
];

export const MONITOR_RULES: readonly MonitorRule[] = RULE_SETS.flatMap(({ rules }) => rules);

/** Adds the findings of the monitor rules. `pointer` is the position of the monitor in the body. */
export function addMonitorRules(
  findings: Findings,
  view: MonitorView,
  pointer: Pointer,
  ignored?: Ignored,
): void {
  for (const { appliesTo, rules } of RULE_SETS) {
    if (appliesTo(view)) addFindings(findings, rules, view, pointer, ignored);
  }
}

/** Rules about monitors in documents only. */
export const DOCUMENT_MONITOR_RULES = DOCUMENT_COMPOSITE_RULES;
