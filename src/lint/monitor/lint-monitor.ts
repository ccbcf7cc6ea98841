import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import { findingsOf } from '../rule.ts';
import { MONITOR_RULES } from './monitor-rules.ts';
import { viewMonitor } from './monitor-view.ts';

/** Everything that the rules say of a monitor. `pointer` is where it stands in the body. */
export function lintMonitor(monitor: JsonObject, pointer: Pointer): Finding[] {
  return findingsOf(MONITOR_RULES, viewMonitor(monitor), pointer);
}
