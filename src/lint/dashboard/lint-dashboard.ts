import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { suppress, written } from '../suppression/suppress.ts';
import { DASHBOARD_RULES, DOCUMENT_DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

/** What is known of a dashboard beside what it says. */
interface DashboardSetting {
  /** Whether it stands in a document, where monitors can be named by their keys. */
  readonly inDocument?: boolean;
}

/**
 * Everything that the rules say of a dashboard, but for what its `lint` member ignores. `pointer` is where it stands in the
 * body.
 */
export function lintDashboard(
  dashboard: JsonObject,
  pointer: Pointer,
  { inDocument = false }: DashboardSetting = {},
): Finding[] {
  const rules = inDocument ? [...DASHBOARD_RULES, ...DOCUMENT_DASHBOARD_RULES] : DASHBOARD_RULES;
  const findings = findingsOf(rules, viewDashboard(written(dashboard)), pointer);
  return suppress(findings, dashboard['lint'], { rules, pointer, whole: true });
}
