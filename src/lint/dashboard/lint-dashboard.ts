import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, written } from '../suppression/suppress.ts';
import { DASHBOARD_RULES, DOCUMENT_DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

/** The context of a dashboard. */
interface DashboardSetting {
  /** Whether the dashboard is part of a document, which can reference monitors by key. */
  readonly inDocument?: boolean;
}

/** Adds the findings for a dashboard, except those that its field `lint` ignores. `pointer` is its position in the body. */
export function addDashboardFindings(
  findings: Findings,
  dashboard: JsonObject,
  pointer: Pointer,
  { inDocument = false }: DashboardSetting = {},
): void {
  const rules = inDocument ? [...DASHBOARD_RULES, ...DOCUMENT_DASHBOARD_RULES] : DASHBOARD_RULES;
  const suppressions = suppressionsOf(dashboard['lint']);
  addFindings(findings, rules, viewDashboard(written(dashboard)), pointer, suppressions);
  addSuppressionFindings(findings, suppressions, { rules, pointer, whole: true });
}

/** Returns the findings for one dashboard, up to the limits of a response. */
export function lintDashboard(
  dashboard: JsonObject,
  pointer: Pointer,
  setting: DashboardSetting = {},
): Finding[] {
  const findings = new Findings();
  addDashboardFindings(findings, dashboard, pointer, setting);
  return findings.list();
}
