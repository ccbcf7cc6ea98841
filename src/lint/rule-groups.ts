import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Pointer } from '../domain/pointer.ts';
import { withPlaceholders } from '../domain/references.ts';
import { DASHBOARD_RULES, DOCUMENT_DASHBOARD_RULES } from './dashboard/dashboard-rules.ts';
import { lintDashboard } from './dashboard/lint-dashboard.ts';
import { lintMonitor } from './monitor/lint-monitor.ts';
import { DOCUMENT_MONITOR_RULES, MONITOR_RULES } from './monitor/monitor-rules.ts';
import type { Rule } from './rule.ts';
import { SUPPRESSION_RULES } from './suppression/suppression-rules.ts';

/** What there is to know of a rule without what it looks at. */
export type ShownRule = Pick<Rule<never>, 'code' | 'severity' | 'summary' | 'bad' | 'good'>;

/** Rules about one kind of object, and what says all that rules have to say of such an object. */
export interface RuleGroup {
  readonly title: string;
  readonly rules: readonly ShownRule[];
  readonly lint: (object: JsonObject, pointer: Pointer) => Finding[];
}

/** Every rule there is. */
export const RULE_GROUPS: readonly RuleGroup[] = [
  { title: 'Monitors', rules: MONITOR_RULES, lint: lintMonitor },
  {
    title: 'Monitors in documents',
    rules: DOCUMENT_MONITOR_RULES,
    lint: (object, pointer) => lintMonitor(withPlaceholders(object), pointer, { inDocument: true }),
  },
  { title: 'Dashboards', rules: DASHBOARD_RULES, lint: lintDashboard },
  {
    title: 'Dashboards in documents',
    rules: DOCUMENT_DASHBOARD_RULES,
    lint: (object, pointer) => lintDashboard(withPlaceholders(object), pointer, { inDocument: true }),
  },
  { title: 'Suppressions', rules: SUPPRESSION_RULES, lint: lintMonitor },
];
