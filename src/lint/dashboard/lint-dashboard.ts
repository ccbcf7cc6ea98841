import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, withoutLintField } from '../suppression/suppress.ts';
import { DASHBOARD_RULES, DOCUMENT_DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

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
  return findings.list();
}
