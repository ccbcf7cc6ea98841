import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { suppress, written } from '../suppression/suppress.ts';
import { MONITOR_RULES } from './monitor-rules.ts';
import { viewMonitor } from './monitor-view.ts';

/**
 * Everything that the rules say of a monitor, but for what its `lint` member ignores. `pointer` is where it stands in the
 * body, `whole` whether what it leaves out is left out indeed: an update leaves out what shall stay.
 */
export function lintMonitor(monitor: JsonObject, pointer: Pointer, whole = true): Finding[] {
  const view = viewMonitor(written(monitor));
  const findings = findingsOf(MONITOR_RULES, view, pointer);
  return suppress(findings, monitor['lint'], { rules: MONITOR_RULES, pointer, whole: whole && view.whole });
}
