import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { suppress, written } from '../suppression/suppress.ts';
import { DOCUMENT_MONITOR_RULES, MONITOR_RULES, monitorFindings } from './monitor-rules.ts';
import { type MonitorSetting, viewMonitor } from './monitor-view.ts';

/** Everything that the rules say of a monitor, but for what its `lint` member ignores. `pointer` is where it stands in the body. */
export function lintMonitor(monitor: JsonObject, pointer: Pointer, setting: MonitorSetting = {}): Finding[] {
  const rules = setting.inDocument ? [...MONITOR_RULES, ...DOCUMENT_MONITOR_RULES] : MONITOR_RULES;
  const view = viewMonitor(written(monitor), setting);
  const findings = monitorFindings(view, pointer);
  if (setting.inDocument) findings.push(...findingsOf(DOCUMENT_MONITOR_RULES, view, pointer));
  return suppress(findings, monitor['lint'], { rules, pointer, whole: view.whole });
}
