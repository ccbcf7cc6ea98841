import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Pointer } from '../domain/pointer.ts';
import { withPlaceholders } from '../domain/references.ts';
import { lintDashboard } from './dashboard/lint-dashboard.ts';
import { DASHBOARD_FIELD_RULES } from './dashboard/rules/dashboard-field.ts';
import { LAYOUT_RULES } from './dashboard/rules/group-and-layout.ts';
import { KNOWN_WIDGET_METRIC_RULES } from './dashboard/rules/known-widget-metric.ts';
import { REQUIRED_LAYOUT_RULES } from './dashboard/rules/required-layout.ts';
import { SAVED_VIEW_RULES } from './dashboard/rules/saved-view.ts';
import { TEMPLATE_VARIABLE_RULES } from './dashboard/rules/template-variable.ts';
import { WIDGET_RULES } from './dashboard/rules/widget.ts';
import { WIDGET_FORMULA_RULES } from './dashboard/rules/widget-formula.ts';
import { WIDGET_QUERY_RULES } from './dashboard/rules/widget-query.ts';
import { DOCUMENT_WIDGET_RULES, WIDGET_VALUE_RULES } from './dashboard/rules/widget-value.ts';
import { lintMonitor } from './monitor/lint-monitor.ts';
import { ANOMALY_RULES } from './monitor/rules/anomaly.ts';
import { COMPOSITE_RULES, DOCUMENT_COMPOSITE_RULES } from './monitor/rules/composite.ts';
import { FILTER_RULES } from './monitor/rules/filter.ts';
import { FORMULA_RULES } from './monitor/rules/formula.ts';
import { FUNCTION_RULES } from './monitor/rules/function-and-method.ts';
import { KNOWN_METRIC_RULES } from './monitor/rules/known-metric.ts';
import { MESSAGE_BLOCK_RULES } from './monitor/rules/message-block.ts';
import { MESSAGE_CALL_RULES } from './monitor/rules/message-call.ts';
import { MESSAGE_SYNTAX_RULES } from './monitor/rules/message-syntax.ts';
import { MESSAGE_VARIABLE_RULES } from './monitor/rules/message-variable.ts';
import { METHOD_CHAIN_RULES } from './monitor/rules/method-chain.ts';
import { METRIC_RULES } from './monitor/rules/metric.ts';
import { MISSING_DATA_RULES } from './monitor/rules/missing-data.ts';
import { NAME_AND_TAG_RULES } from './monitor/rules/name-and-tags.ts';
import { NOTIFICATION_RULES } from './monitor/rules/nobody-notified.ts';
import { OPTION_RULES } from './monitor/rules/option.ts';
import { OUTLIER_AND_FORECAST_RULES } from './monitor/rules/outlier-and-forecast.ts';
import { QUERY_RULES } from './monitor/rules/query-syntax.ts';
import { RECIPIENT_RULES } from './monitor/rules/recipient.ts';
import { RENOTIFICATION_RULES } from './monitor/rules/renotification.ts';
import { ROLLUP_RULES } from './monitor/rules/rollup-and-delay.ts';
import { EVALUATION_WINDOW_RULES } from './monitor/rules/evaluation-window.ts';
import { SCHEDULE_RULES } from './monitor/rules/schedule.ts';
import { SEARCH_RULES } from './monitor/rules/search.ts';
import { SECRET_RULES } from './monitor/rules/secret.ts';
import { SERVICE_CHECK_RULES } from './monitor/rules/service-check.ts';
import { THRESHOLD_RULES } from './monitor/rules/threshold.ts';
import { THRESHOLD_RANGE_RULES } from './monitor/rules/threshold-range.ts';
import { TYPE_AND_FIELD_RULES } from './monitor/rules/type-and-fields.ts';
import { WINDOW_RULES } from './monitor/rules/window.ts';
import type { Rule } from './rule.ts';
import { SUPPRESSION_RULES } from './suppression/suppression-rules.ts';

/** The fields of a rule that do not depend on the type of the checked object. */
export type ShownRule = Pick<
  Rule<never>,
  'code' | 'severity' | 'highRateReason' | 'summary' | 'bad' | 'good'
>;

/** Rules about one subject. Groups with the same slug share a page. */
export interface RuleGroup {
  /** The name of the documentation page: docs/lint/<slug>.md. */
  readonly slug: string;
  readonly title: string;
  readonly kind: 'monitor' | 'dashboard' | 'any';
  readonly rules: readonly ShownRule[];
  /** Applies every rule to an object of this kind. */
  readonly lint: (object: JsonObject, pointer: Pointer) => Finding[];
}

const monitors = (slug: string, title: string, rules: readonly ShownRule[]): RuleGroup => ({
  slug,
  title,
  kind: 'monitor',
  rules,
  lint: lintMonitor,
});

const dashboards = (slug: string, title: string, rules: readonly ShownRule[]): RuleGroup => ({
  slug,
  title,
  kind: 'dashboard',
  rules,
  lint: lintDashboard,
});

/** Every rule, by subject, in the order of the pages. */
export const RULE_GROUPS: readonly RuleGroup[] = [
  monitors('type-and-fields', 'Monitor type and fields', TYPE_AND_FIELD_RULES),
  monitors('query-syntax', 'Query syntax', QUERY_RULES),
  monitors('window', 'Evaluation windows', WINDOW_RULES),
  monitors('function-and-method', 'Functions and methods', FUNCTION_RULES),
  monitors('metric', 'Metrics', METRIC_RULES),
  monitors('filter', 'Filters and groups', FILTER_RULES),
  monitors('rollup-and-delay', 'Rollups, fills and evaluation delay', ROLLUP_RULES),
  monitors('anomaly', 'Anomaly monitors', ANOMALY_RULES),
  monitors('outlier-and-forecast', 'Outlier and forecast monitors', OUTLIER_AND_FORECAST_RULES),
  monitors('method-chain', 'Methods of searches and service checks', METHOD_CHAIN_RULES),
  monitors('search', 'Searches of logs, events and traces', SEARCH_RULES),
  monitors('formula', 'Formulas', FORMULA_RULES),
  monitors('service-check', 'Service checks', SERVICE_CHECK_RULES),
  monitors('composite', 'Composite monitors', COMPOSITE_RULES),
  {
    ...monitors('composite', 'Composite monitors in documents', DOCUMENT_COMPOSITE_RULES),
    lint: (object, pointer) => lintMonitor(withPlaceholders(object), pointer, { inDocument: true }),
  },
  monitors('threshold', 'Thresholds', THRESHOLD_RULES),
  monitors('threshold-range', 'Threshold types and ranges', THRESHOLD_RANGE_RULES),
  monitors('option', 'Options', OPTION_RULES),
  monitors('missing-data', 'Missing data and new groups', MISSING_DATA_RULES),
  monitors('renotification', 'Grouping and renotification', RENOTIFICATION_RULES),
  monitors('schedule', 'Schedules', SCHEDULE_RULES),
  monitors('schedule', 'Cumulative windows', EVALUATION_WINDOW_RULES),
  monitors('name-and-tags', 'Names, tags and roles', NAME_AND_TAG_RULES),
  monitors('message-syntax', 'Message syntax', MESSAGE_SYNTAX_RULES),
  monitors('message-block', 'Conditional blocks in messages', MESSAGE_BLOCK_RULES),
  monitors('message-variable', 'Variables in messages', MESSAGE_VARIABLE_RULES),
  monitors('message-call', 'Helpers in messages', MESSAGE_CALL_RULES),
  monitors('recipient', 'Recipients', RECIPIENT_RULES),
  {
    ...monitors('recipient', 'Notifications that reach nobody', NOTIFICATION_RULES),
    lint: (object, pointer) => lintMonitor(object, pointer, { recipientsIn: 'message' }),
  },
  monitors('known-metric', "Metrics and service checks of Datadog's integrations", KNOWN_METRIC_RULES),
  monitors('secret', 'Secrets', SECRET_RULES),
  dashboards('widget', 'Widgets', WIDGET_RULES),
  dashboards('group-and-layout', 'Groups and layout', LAYOUT_RULES),
  dashboards('group-and-layout', 'Required layouts', REQUIRED_LAYOUT_RULES),
  dashboards('widget-query', 'Widget queries', WIDGET_QUERY_RULES),
  dashboards('widget-formula', 'Widget formulas', WIDGET_FORMULA_RULES),
  dashboards(
    'known-widget-metric',
    "Metrics and service checks of Datadog's integrations in widgets",
    KNOWN_WIDGET_METRIC_RULES,
  ),
  dashboards('template-variable', 'Template variables', TEMPLATE_VARIABLE_RULES),
  dashboards('saved-view', 'Saved views', SAVED_VIEW_RULES),
  dashboards('dashboard-field', 'Dashboard title, tags, roles and tabs', DASHBOARD_FIELD_RULES),
  dashboards('widget-value', 'Widget values', WIDGET_VALUE_RULES),
  {
    ...dashboards('widget-value', 'Widget values in documents', DOCUMENT_WIDGET_RULES),
    lint: (object, pointer) => lintDashboard(withPlaceholders(object), pointer, { inDocument: true }),
  },
  { slug: 'suppression', title: 'Suppressions', kind: 'any', rules: SUPPRESSION_RULES, lint: lintMonitor },
];
