import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { addFindings } from '../rule.ts';
import { addSuppressionFindings, suppressionsOf, written } from '../suppression/suppress.ts';
import { addMonitorRules, DOCUMENT_MONITOR_RULES, MONITOR_RULES } from './monitor-rules.ts';
import { type MonitorSetting, viewMonitor } from './monitor-view.ts';

/** Adds what the rules find in a monitor, but for what its `lint` member ignores. `pointer` is where it stands in the body. */
export function addMonitorFindings(
  findings: Findings,
  monitor: JsonObject,
  pointer: Pointer,
  setting: MonitorSetting = {},
): void {
  const rules = setting.inDocument ? [...MONITOR_RULES, ...DOCUMENT_MONITOR_RULES] : MONITOR_RULES;
  const view = viewMonitor(written(monitor), setting);
  const suppressions = suppressionsOf(monitor['lint']);
  addMonitorRules(findings, view, pointer, suppressions);
  if (setting.inDocument) addFindings(findings, DOCUMENT_MONITOR_RULES, view, pointer, suppressions);
  addSuppressionFindings(findings, suppressions, { rules, pointer, whole: view.whole });
}

/** Returns what the rules find in one monitor, within the limits of an answer. */
export function lintMonitor(monitor: JsonObject, pointer: Pointer, setting: MonitorSetting = {}): Finding[] {
  const findings = new Findings();
  addMonitorFindings(findings, monitor, pointer, setting);
  return findings.list();
}
