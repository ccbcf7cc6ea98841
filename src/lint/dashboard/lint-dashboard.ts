import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { suppress, written } from '../suppression/suppress.ts';
import { DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

/**
 * Everything that the rules say of a dashboard, but for what its `lint` member ignores. `pointer` is where it stands in the
 * body.
 */
export function lintDashboard(dashboard: JsonObject, pointer: Pointer): Finding[] {
  const findings = findingsOf(DASHBOARD_RULES, viewDashboard(written(dashboard)), pointer);
  return suppress(findings, dashboard['lint'], { rules: DASHBOARD_RULES, pointer, whole: true });
}
