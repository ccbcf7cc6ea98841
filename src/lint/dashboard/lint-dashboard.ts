import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { DASHBOARD_RULES } from './dashboard-rules.ts';
import { viewDashboard } from './dashboard-view.ts';

/** Everything that the rules say of a dashboard. `pointer` is where it stands in the body. */
export function lintDashboard(dashboard: JsonObject, pointer: Pointer): Finding[] {
  return findingsOf(DASHBOARD_RULES, viewDashboard(dashboard), pointer);
}
