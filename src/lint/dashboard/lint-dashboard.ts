import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, written } from '../suppression/suppress.ts';
import { DASHBOARD_RULES, DOCUMENT_DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

/** What is known of a dashboard beside what it says. */
interface DashboardSetting {
  /** Whether it stands in a document, where monitors can be named by their keys. */
  readonly inDocument?: boolean;
}

/** Adds what the rules find in a dashboard, but for what its `lint` member ignores. `pointer` is where it stands in the body. */
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

/** Returns what the rules find in one dashboard, within the limits of an answer. */
export function lintDashboard(
  dashboard: JsonObject,
  pointer: Pointer,
  setting: DashboardSetting = {},
): Finding[] {
  const findings = new Findings();
  addDashboardFindings(findings, dashboard, pointer, setting);
  return findings.list();
}
