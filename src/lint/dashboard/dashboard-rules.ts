import type { DashboardRule } from './dashboard-view.ts';
import { DASHBOARD_FIELD_RULES } from './rules/dashboard-field.ts';
import { LAYOUT_RULES } from './rules/group-and-layout.ts';
import { SAVED_VIEW_RULES } from './rules/saved-view.ts';
import { TEMPLATE_VARIABLE_RULES } from './rules/template-variable.ts';
import { WIDGET_RULES } from './rules/widget.ts';
import { WIDGET_FORMULA_RULES } from './rules/widget-formula.ts';
import { WIDGET_QUERY_RULES } from './rules/widget-query.ts';
import { DOCUMENT_WIDGET_RULES, WIDGET_VALUE_RULES } from './rules/widget-value.ts';

/** Every rule about dashboards, in the order of findings. */
export const DASHBOARD_RULES: readonly DashboardRule[] = [
  ...WIDGET_RULES,
  ...LAYOUT_RULES,
  ...WIDGET_QUERY_RULES,
  ...WIDGET_FORMULA_RULES,
  ...TEMPLATE_VARIABLE_RULES,
  ...SAVED_VIEW_RULES,
  ...DASHBOARD_FIELD_RULES,
  ...WIDGET_VALUE_RULES,
];

/** Rules about dashboards in documents only. */
export const DOCUMENT_DASHBOARD_RULES = DOCUMENT_WIDGET_RULES;
