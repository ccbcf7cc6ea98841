import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { type Json } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { withPlaceholders } from '../domain/references.ts';
import { addMonitorRules, MONITOR_RULES } from '../lint/monitor/monitor-rules.ts';
import { viewMonitor } from '../lint/monitor/monitor-view.ts';
import { addSuppressionFindings, suppressionsOf } from '../lint/suppression/suppress.ts';
import { checkAlert } from './alert-findings.ts';
import type { Alert } from './alert.ts';
import { compileAlert } from './compile.ts';
import { hasQuery } from './fields/field.ts';
import { COVERED_OPTIONS } from './fields/fields.ts';
import { fieldAt } from './query-places.ts';

/** Maps a field of the monitor to the field of the alert that it is compiled from. */
const SOURCES: readonly (readonly [member: Pointer, source: Pointer])[] = [
  ['/name', '/title'],
  ['/priority', '/severity'],
  ['/tags', '/tags'],
  ['/restricted_roles', '/restricted_roles'],
  ['/draft_status', '/draft_status'],
  ['/query', '/signal'],
  ['/options/thresholds/warning', '/condition/warn'],
  ['/options/thresholds/critical_recovery', '/condition/recover'],
  ['/options/thresholds', '/condition'],
  ['/options/threshold_windows/recovery_window', '/condition/anomaly/recovery_window'],
  ['/options/threshold_windows', '/condition/anomaly'],
  ...[...COVERED_OPTIONS].map(([name, source]) => [`/options/${name}`, source] as const),
];

/** The place in a document of the recipients of its alerts. */
const SHARED: Pointer = '/notify';

/** The recipients of the alerts of a document that have none. */
export interface SharedRecipients {
  readonly notify: Alert['notify'];
  /** Identifies the findings about these recipients that are added: they are the same for every alert. */
  readonly added: Set<string>;
}

const NONE_SHARED: SharedRecipients = { notify: undefined, added: new Set() };

/** The context of an alert in a document. */
export interface AlertContext {
  readonly shared?: SharedRecipients;
  /** Whether nobody needs to be notified. */
  readonly mayBeSilent?: boolean;
}

/**
 * Lints an alert that matches the schema. If it has no errors, also lints its monitor and maps each finding to the field of
 * the alert. `lint` is the field `lint` of the alert, `pointer` the place of the alert in the body.
 */
export function addAlertFindings(
  findings: Findings,
  alert: Alert,
  lint: Json | undefined,
  pointer: Pointer,
  { shared = NONE_SHARED, mayBeSilent = false }: AlertContext = {},
): void {
  // Findings about the monitor are dropped at the pointers of the alert's own findings and at their parents.
  const places = new Set<Pointer>();
  let valid = true;
  checkAlert(alert, pointer, (finding) => {
    if (finding.severity === 'error') valid = false;
    const { pointer: last, severity } = finding;
    if (severity !== 'info') addPlaces(places, pointer, last);
    findings.add(finding);
  });
  const suppressions = suppressionsOf(lint);
  if (valid) {
    const found = new Findings();
    const compiled = compileAlert({ ...alert, notify: alert.notify ?? shared.notify });
    const view = viewMonitor(withPlaceholders(compiled), mayBeSilent ? {} : { recipientsIn: 'notify' });
    addMonitorRules(found, view, '', suppressions);
    // The alert lists a recipient once, but the monitor's message can repeat it in several blocks.
    const own = new Set<string>();
    for (const finding of found.list()) {
      const placed = sourceOf(finding, alert, { pointer, shared: shared.notify }, view);
      const added = placed.pointer === SHARED ? shared.added : own;
      const name = JSON.stringify([placed.code, placed.pointer, placed.at, placed.message]);
      if (!places.has(placed.pointer) && !added.has(name)) findings.add(placed);
      added.add(name);
    }
  }
  addSuppressionFindings(findings, suppressions, { rules: MONITOR_RULES, pointer, whole: valid });
}

/** Adds the pointer of a finding and its parents, up to the alert. */
function addPlaces(places: Set<Pointer>, alert: Pointer, last: Pointer): void {
  for (let place = last; !places.has(place); place = place.slice(0, place.lastIndexOf('/'))) {
    places.add(place);
    if (place === alert) break;
  }
}

/** Maps a finding about the monitor to the alert. Drops the fix, which would edit the monitor. */
function sourceOf(
  { at, fix: _, missing: __, reads: ___, ...finding }: Finding,
  { title, message, notify, signal, condition }: Alert,
  { pointer, shared }: { readonly pointer: Pointer; readonly shared: unknown },
  { type, query }: { readonly type: string; readonly query: string },
): Finding {
  if (finding.code === 'nobody_notified') {
    if (notify === undefined && shared !== undefined) return { ...finding, pointer: SHARED };
    if (notify !== undefined) return { ...finding, pointer: pointerTo(pointer, 'notify') };
    // The recipients of the document may be malformed.
    const [field] = Object.entries({ message, title }).find(([, value]) => value !== undefined) ?? [];
    const place = field === undefined ? pointer : pointerTo(pointer, field);
    return { ...finding, pointer: place, reads: [SHARED] };
  }
  if (finding.pointer === '/query' && at !== undefined && !hasQuery({ signal })) {
    const path = fieldAt(type, query, at, { signal, condition });
    const length = (finding.to ?? at) - at;
    const place = { ...finding, pointer: pointerTo(pointer, ...path) };
    return path.at(-1) === 'metric' ? { ...place, at: 0, to: length } : place;
  }
  if (finding.pointer === '/message') {
    // The monitor's message begins with that of the alert, followed by the notification blocks.
    const isOwn = message !== undefined && (at ?? 0) < message.trimEnd().length;
    if (!isOwn && notify === undefined && shared !== undefined) return { ...finding, pointer: SHARED };
    const source = isOwn ? 'message' : notify === undefined ? undefined : 'notify';
    const place = source === undefined ? pointer : pointerTo(pointer, source);
    return { ...finding, pointer: place, ...(isOwn && at !== undefined ? { at } : {}) };
  }
  // The title becomes the name unchanged.
  if (finding.pointer === '/name' && at !== undefined)
    return { ...finding, pointer: pointerTo(pointer, 'title'), at };
  // An alert on a query has its options as they are in Datadog.
  const isSame = hasQuery({ signal }) && finding.pointer.startsWith('/options/');
  return { ...finding, pointer: `${pointer}${isSame ? finding.pointer : alertFieldOf(finding.pointer)}` };
}

/** Returns the pointer of the field of an alert that a field of its monitor is compiled from; empty if there is not just one. */
export function alertFieldOf(field: Pointer): Pointer {
  const [, source] = SOURCES.find(([member]) => field === member || field.startsWith(`${member}/`)) ?? [];
  // An option that no field covers has its own name in the alert.
  return source ?? (field.startsWith('/options/') ? field : '');
}
