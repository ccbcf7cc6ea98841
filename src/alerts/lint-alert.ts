import type { Finding } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { MONITOR_RULES } from '../lint/monitor/monitor-rules.ts';
import { viewMonitor } from '../lint/monitor/monitor-view.ts';
import { findingsOf } from '../lint/rule.ts';
import { suppress } from '../lint/suppression/suppress.ts';
import { alertFindings } from './alert-findings.ts';
import type { Alert } from './alert.ts';
import { compileAlert } from './compile.ts';

/** Where in an alert a member of its monitor comes from. */
const SOURCES: readonly (readonly [member: Pointer, source: Pointer])[] = [
  ['/name', '/title'],
  ['/priority', '/severity'],
  ['/query', '/signal'],
  ['/options/thresholds/warning', '/condition/warn'],
  ['/options/thresholds/critical_recovery', '/condition/recover'],
  ['/options/thresholds', '/condition'],
  ['/options/on_missing_data', '/notify'],
];

/**
 * What is wrong with an alert whose shape is right, and, where nothing is, with the monitor that it becomes, at the place of
 * the alert it comes from. `lint` is the alert's own member, `pointer` where the alert stands in the body.
 */
export function lintAlert(alert: Alert, lint: Json | undefined, pointer: Pointer): Finding[] {
  const told = alertFindings(alert, pointer);
  const sound = told.every(({ severity }) => severity !== 'error');
  const found = sound ? findingsOf(MONITOR_RULES, viewMonitor(compileAlert(alert)), '') : [];
  // What the alert itself is told is not said once more of its monitor.
  const placed = found
    .map((finding) => sourceOf(finding, alert, pointer))
    .filter((finding) => !told.some((other) => other.pointer.startsWith(finding.pointer)))
    .filter((finding, at, all) => all.findIndex((other) => isSame(other, finding)) === at);
  return [...told, ...suppress(placed, lint, { rules: MONITOR_RULES, pointer, whole: sound })];
}

/** Who is told stands in several blocks of the monitor's message, and once in the alert. */
function isSame(a: Finding, b: Finding): boolean {
  return a.code === b.code && a.pointer === b.pointer && a.at === b.at && a.message === b.message;
}

/** A fix would change what the alert does not have. */
function sourceOf(
  { at, fix: _, ...finding }: Finding,
  { message, notify }: Alert,
  pointer: Pointer,
): Finding {
  if (finding.pointer === '/message') {
    // The monitor's message begins with the alert's own words; who is told stands behind them.
    const own = message !== undefined && (at ?? 0) < message.trimEnd().length;
    const source = own ? 'message' : notify === undefined ? undefined : 'notify';
    const place = source === undefined ? pointer : pointerTo(pointer, source);
    return { ...finding, pointer: place, ...(own && at !== undefined ? { at } : {}) };
  }
  // The title becomes the name as it is.
  if (finding.pointer === '/name' && at !== undefined)
    return { ...finding, pointer: pointerTo(pointer, 'title'), at };
  const [, source = ''] =
    SOURCES.find(([member]) => finding.pointer === member || finding.pointer.startsWith(`${member}/`)) ?? [];
  return { ...finding, pointer: `${pointer}${source}` };
}
