import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { oneFindingPerCause } from '../one-cause.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, withoutLintField } from '../suppression/suppress.ts';
import { viewDashboard, type DashboardRule } from './dashboard-view.ts';
import { DASHBOARD_FIELD_RULES } from './rules/dashboard-field.ts';
import { LAYOUT_RULES } from './rules/group-and-layout.ts';
import { KNOWN_WIDGET_METRIC_RULES } from './rules/known-widget-metric.ts';
import { REQUIRED_LAYOUT_RULES } from './rules/required-layout.ts';
import { SAVED_VIEW_RULES } from './rules/saved-view.ts';
import { TEMPLATE_VARIABLE_RULES } from './rules/template-variable.ts';
import { WIDGET_RULES } from './rules/widget.ts';
import { WIDGET_TYPE_RULES } from './rules/widget-type.ts';
import { WIDGET_FORMULA_RULES } from './rules/widget-formula.ts';
import { WIDGET_QUERY_RULES } from './rules/widget-query.ts';
import { DOCUMENT_WIDGET_RULES, WIDGET_VALUE_RULES } from './rules/widget-value.ts';

/** Every rule about dashboards, in the order of findings. */
const DASHBOARD_RULES: readonly DashboardRule[] = [
  ...WIDGET_RULES,
  ...LAYOUT_RULES,
  ...REQUIRED_LAYOUT_RULES,
  ...WIDGET_QUERY_RULES,
  ...WIDGET_FORMULA_RULES,
  ...KNOWN_WIDGET_METRIC_RULES,
  ...TEMPLATE_VARIABLE_RULES,
  ...SAVED_VIEW_RULES,
  ...DASHBOARD_FIELD_RULES,
  ...WIDGET_VALUE_RULES,
  ...WIDGET_TYPE_RULES,
];

/** Rules about dashboards in documents only. */
const DOCUMENT_DASHBOARD_RULES = DOCUMENT_WIDGET_RULES;

/** The context of a dashboard. */
interface DashboardContext {
  /** Whether the dashboard is part of a document, which can reference monitors by key. */
  readonly inDocument?: boolean;
}

/** Adds the findings for a dashboard, except those that its field `lint` ignores. `pointer` is its position in the body. */
export function addDashboardFindings(
  findings: Findings,
  dashboard: JsonObject,
  pointer: Pointer,
  { inDocument = false }: DashboardContext = {},
): void {
  const rules = inDocument ? [...DASHBOARD_RULES, ...DOCUMENT_DASHBOARD_RULES] : DASHBOARD_RULES;
  const suppressions = suppressionsOf(dashboard['lint']);
  addFindings(findings, rules, viewDashboard(withoutLintField(dashboard)), pointer, suppressions);
  addSuppressionFindings(findings, suppressions, { rules, pointer, whole: true });
}

/** Returns the findings for one dashboard, up to the limits of a response. */
export function lintDashboard(
  dashboard: JsonObject,
  pointer: Pointer,
  context: DashboardContext = {},
): Finding[] {
  const findings = new Findings();
  addDashboardFindings(findings, dashboard, pointer, context);
  return oneFindingPerCause(findings.list());
}
