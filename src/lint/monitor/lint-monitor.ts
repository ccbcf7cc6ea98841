import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { oneFindingPerCause } from '../one-cause.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, withoutLintField } from '../suppression/suppress.ts';
import { addMonitorRules, DOCUMENT_MONITOR_RULES, MONITOR_RULES } from './monitor-rules.ts';
import { type MonitorContext, viewMonitor } from './monitor-view.ts';

/** Adds the findings for a monitor, except those that its field `lint` ignores. `pointer` is its position in the body. */
export function addMonitorFindings(
  findings: Findings,
  monitor: JsonObject,
  pointer: Pointer,
  context: MonitorContext = {},
): void {
  const rules = context.inDocument ? [...MONITOR_RULES, ...DOCUMENT_MONITOR_RULES] : MONITOR_RULES;
  const view = viewMonitor(withoutLintField(monitor), context);
  const suppressions = suppressionsOf(monitor['lint']);
  addMonitorRules(findings, view, pointer, suppressions);
  if (context.inDocument) addFindings(findings, DOCUMENT_MONITOR_RULES, view, pointer, suppressions);
  addSuppressionFindings(findings, suppressions, { rules, pointer, whole: view.whole });
}

/** Returns the findings for one monitor, up to the limits of a response. */
export function lintMonitor(monitor: JsonObject, pointer: Pointer, context: MonitorContext = {}): Finding[] {
  const findings = new Findings();
  addMonitorFindings(findings, monitor, pointer, context);
  return oneFindingPerCause(findings.list());
}
