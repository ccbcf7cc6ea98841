import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import type { Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { addMonitorRules, MONITOR_RULES } from '../lint/monitor/monitor-rules.ts';
import { viewMonitor } from '../lint/monitor/monitor-view.ts';
import { addSuppressionFindings, suppressionsOf } from '../lint/suppression/suppress.ts';
import { checkAlert } from './alert-findings.ts';
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
 * Adds what is wrong with an alert whose shape is right, and, where nothing is, with the monitor that it becomes, at the
 * place of the alert it comes from. `lint` is the alert's own member, `pointer` where the alert stands in the body.
 */
export function addAlertFindings(
  findings: Findings,
  alert: Alert,
  lint: Json | undefined,
  pointer: Pointer,
): void {
  // What the alert itself is told is not said once more of its monitor: neither at the place nor above it.
  const places = new Set<Pointer>();
  let sound = true;
  checkAlert(alert, pointer, (finding) => {
    if (finding.severity === 'error') sound = false;
    for (let place = finding.pointer; !places.has(place); place = place.slice(0, place.lastIndexOf('/'))) {
      places.add(place);
      if (place === pointer) break;
    }
    findings.add(finding);
  });
  const suppressions = suppressionsOf(lint);
  if (sound) {
    const found = new Findings();
    addMonitorRules(found, viewMonitor(compileAlert(alert)), '', suppressions);
    // Who is told stands in several blocks of the monitor's message, and once in the alert.
    const added = new Set<string>();
    for (const finding of found.list()) {
      const placed = sourceOf(finding, alert, pointer);
      const name = JSON.stringify([placed.code, placed.pointer, placed.at, placed.message]);
      if (!places.has(placed.pointer) && !added.has(name)) findings.add(placed);
      added.add(name);
    }
  }
  addSuppressionFindings(findings, suppressions, { rules: MONITOR_RULES, pointer, whole: sound });
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
