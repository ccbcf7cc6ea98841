import { addAlertFindings, type SharedRecipients } from '../alerts/lint-alert.ts';
import { withoutNulls } from '../alerts/merge-alert.ts';
import { addCheck, check } from '../contract/check.ts';
import { notifySchema } from '../alerts/fields/schemas.ts';
import { parseAlert } from '../contract/alert-schema.ts';
import { documentSchema, OBJECT_SCHEMAS, explainSchema, restoreSchema } from '../contract/schemas.ts';
import type { Finding } from '../domain/finding.ts';
import { type FindingLimits, Findings } from '../domain/findings.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { markerFindings } from '../domain/marker.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { referencesIn, withPlaceholders } from '../domain/references.ts';
import { isGenerated } from '../dashboards/alerts-dashboard.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import { addDashboardFindings } from '../lint/dashboard/lint-dashboard.ts';
import { addMonitorFindings } from '../lint/monitor/lint-monitor.ts';
import type { MonitorContext } from '../lint/monitor/monitor-view.ts';
import { nearest } from '../lint/nearest.ts';
import { oneFindingPerCause } from '../lint/one-cause.ts';
import {
  defaultKey,
  isAboutOneObject,
  isDocument,
  kindOfBody,
  LISTS,
  nameField,
  noDocument,
} from './body-kind.ts';
import { testsOf } from './document/document-tests.ts';
import { alertKeys } from './document/read-document.ts';
import { offlineFindings } from './document/offline-findings.ts';
import { type Envelope, isWrapped, readEnvelope, readPreviewEnvelope } from './envelope.ts';
import { type PipelineRequest, storedKind } from './request.ts';

/** Lints the body of a create or update without calling Datadog. */
function lintEnvelope(envelope: Envelope): Finding[] {
  const findings = new Findings();
  addEnvelopeFindings(findings, envelope);
  return oneFindingPerCause(findings.list());
}

function addEnvelopeFindings(findings: Findings, envelope: Envelope): void {
  const { verb, kind, object, pointer, key, id } = envelope;
  findings.addAll(envelope.findings);
  if (object === undefined) return;
  addObjectFindings(findings, kind, verb, object, pointer);
  const nameless =
    key === undefined && id === undefined && isObject(object) && defaultKey(kind, object) === undefined;
  if (nameless) findings.add(noKey(kind, pointer));
}

/** Adds the findings about an alert. An update is linted when it is merged; only the errors of a whole alert are known before. */
function addFindingsOfAlert(
  findings: Findings,
  verb: 'create' | 'update',
  object: JsonObject,
  pointer: Pointer,
): void {
  const { lint } = object;
  if (verb === 'create') {
    addAlertFindings(findings, parseAlert(object), lint, pointer);
    return;
  }
  const alert = withoutNulls(object);
  if (check(OBJECT_SCHEMAS.alert.create, alert, pointer).length > 0) return;
  const found = new Findings();
  addAlertFindings(found, parseAlert(alert), lint, pointer);
  findings.addAll(found.list().filter(({ severity }) => severity === 'error'));
}

/** Adds the findings about one monitor, alert or dashboard. `pointer` is its place in the body. */
function addObjectFindings(
  findings: Findings,
  kind: ManagedKind,
  verb: 'create' | 'update',
  object: Json,
  pointer: Pointer,
  mayBeSilent = false,
): void {
  const before = findings.size;
  addCheck(findings, OBJECT_SCHEMAS[kind][verb], object, pointer);
  if (!isObject(object)) return;
  findings.addAll(markerFindings(storedKind(kind), object, pointer));
  if (kind === 'alert') {
    if (findings.size === before) addFindingsOfAlert(findings, verb, object, pointer);
    return;
  }
  LINTERS[kind](findings, object, pointer, { whole: verb === 'create', ...recipientsOf(mayBeSilent) });
}

function recipientsOf(mayBeSilent: boolean): Pick<MonitorContext, 'recipientsIn'> {
  return mayBeSilent ? {} : { recipientsIn: 'message' };
}

type Lint = (findings: Findings, object: JsonObject, pointer: Pointer, context: MonitorContext) => void;
const LINTERS: Readonly<Record<'monitor' | 'dashboard', Lint>> = {
  monitor: addMonitorFindings,
  dashboard: addDashboardFindings,
};

/**
 * Lints the body of a request without calling Datadog. Uses the findings of the inspection if the body has been linted
 * already, so that each body is linted once.
 */
export function lintRequest({
  operation,
  query,
  body,
}: Required<Pick<PipelineRequest, 'operation' | 'query' | 'body'>>): readonly Finding[] {
  if (body.linted) return body.linted;
  const findings = findingsOfRequest({ operation, query, body });
  return body.notes ? [...body.notes, ...findings] : findings;
}

function findingsOfRequest({
  operation,
  query,
  body,
}: Required<Pick<PipelineRequest, 'operation' | 'query' | 'body'>>): readonly Finding[] {
  const { verb, kind } = operation;
  if (verb === 'lint') return lintBody(body.value, query);
  if (verb === 'restore') return restoreFindings(body.value);
  if (verb === 'explain') return check(explainSchema, body.value, '');
  if (verb === 'preview' && isObject(body.value) && isAboutOneObject(body.value))
    return lintEnvelope(readPreviewEnvelope(body.value));
  if (kind !== undefined && (verb === 'create' || verb === 'update'))
    return lintEnvelope(readEnvelope(verb, kind, body.value, query));
  return lintDocument(body.value);
}

/** Returns the mistakes in the body of a restore, which names either an object with a revision or the last apply. */
function restoreFindings(body: Json): Finding[] {
  const findings = check(restoreSchema, body, '');
  if (findings.length > 0) return findings;
  const { kind, key, revision, last_apply } = restoreSchema.parse(body);
  const named = [kind, key, revision].filter((value) => value !== undefined).length;
  if (named === (last_apply ? 0 : 3)) return [];
  const message = 'A restore names either "kind", "key" and "revision", or "last_apply": true.';
  return [{ code: 'restore_target', severity: 'error', message, pointer: '' }];
}

/** Lints a body of `/lint`: a whole document, or the body of a create. */
export function lintBody(body: Json, query: Readonly<Record<string, string | undefined>>): Finding[] {
  if (!isObject(body)) return lintDocument(body);
  if (isDocument(body)) return withOfflineFindings(lintDocument(body), body);
  return lintEnvelope(readEnvelope('create', kindOfBody(body), body, query));
}

/**
 * Lints a local file: a document, the body of a create, or a plain Datadog object. The limits are higher than those of a
 * response, because the result stays on the user's machine.
 */
export function lintFile(body: Json): Finding[] {
  const findings = new Findings(FILE_LIMITS);
  if (!isObject(body) || isDocument(body)) {
    addDocumentFindings(findings, body);
    const found = oneFindingPerCause(findings.list());
    return isObject(body) ? withOfflineFindings(found, body, FILE_LIMITS) : found;
  }
  const kind = kindOfBody(body);
  if (isWrapped(kind, body)) addEnvelopeFindings(findings, readEnvelope('create', kind, body, {}));
  else addObjectFindings(findings, kind, 'create', body, '', isFragment(body));
  return oneFindingPerCause(findings.list());
}

/** Returns whether an object is only a type, a query and options, such as to try a query. */
function isFragment({ name, message }: JsonObject): boolean {
  return name === undefined && message === undefined;
}

const FILE_LIMITS: FindingLimits = { maxPerCode: 10_000, maxInAll: 100_000 };

/** Adds what a plan would find in a document without asking Datadog. */
function withOfflineFindings(
  linted: readonly Finding[],
  document: JsonObject,
  limits?: FindingLimits,
): Finding[] {
  const findings = new Findings(limits);
  findings.addAll(linted);
  findings.addAll(offlineFindings(document));
  return findings.list();
}

/** Lints a document without calling Datadog. */
function lintDocument(document: Json): Finding[] {
  const findings = new Findings();
  addDocumentFindings(findings, document);
  return oneFindingPerCause(findings.list());
}

function addDocumentFindings(findings: Findings, document: Json): void {
  if (!isObject(document) || !isDocument(document)) {
    findings.add(noDocument(document));
    return;
  }
  addCheck(findings, documentSchema, document, '');
  findings.addAll(markerFindings('monitor', { tags: document['tags'] ?? [] }, ''));
  const shared = { notify: notifySchema.safeParse(document['notify']).data, added: new Set<string>() };
  const conditions = conditionsIn(document);
  for (const { list, kind } of LISTS) {
    const entries = document[list];
    if (!Array.isArray(entries)) continue;
    for (const [at, entry] of entries.entries()) {
      checkTimeBudget();
      if (isObject(entry))
        addEntryFindings(findings, kind, entry, pointerTo('', list, at), { shared, conditions });
    }
  }
  findings.addAll(unknownAlertsIn(document));
  testsOf(document, (finding) => findings.add(finding));
}

/** Returns the keys of the monitors and alerts of a document to which its composites refer. */
function conditionsIn(document: JsonObject): Set<string> {
  const { application, monitors } = document;
  const conditions = new Set<string>();
  for (const entry of Array.isArray(monitors) ? monitors : []) {
    if (!isObject(entry) || entry['type'] !== 'composite') continue;
    for (const { to } of referencesIn(entry['query'] ?? null, ''))
      if (to !== undefined && (to.application ?? application) === application) conditions.add(to.key);
  }
  return conditions;
}

/** Returns the findings about generated dashboards that show alerts which the document does not have. */
function unknownAlertsIn(document: JsonObject): Finding[] {
  const { dashboards } = document;
  const selections = (Array.isArray(dashboards) ? dashboards : []).flatMap((entry, at) => {
    const alerts = isObject(entry) && isGenerated(entry) ? entry['alerts'] : undefined;
    return Array.isArray(alerts) ? [{ alerts, pointer: pointerTo('', 'dashboards', at, 'alerts') }] : [];
  });
  if (selections.length === 0) return [];
  const keys = alertKeys(document);
  return selections.flatMap(({ alerts, pointer }) =>
    alerts.flatMap((key, at): Finding[] => {
      if (typeof key !== 'string' || keys.has(key)) return [];
      const meant = nearest(key, keys);
      return [
        {
          code: 'dashboard_alert_unknown',
          severity: 'error',
          message: `"${key}" is not the key of an alert of the document.`,
          pointer: pointerTo(pointer, at),
          hint: meant === undefined ? 'Write the "key" of an alert.' : `Did you mean "${meant}"?`,
        },
      ];
    }),
  );
}

interface DocumentContext {
  readonly shared: SharedRecipients;
  /** The keys of the monitors and alerts that are conditions of composites. */
  readonly conditions: ReadonlySet<string>;
}

function addEntryFindings(
  findings: Findings,
  kind: ManagedKind,
  entry: JsonObject,
  pointer: Pointer,
  { shared, conditions }: DocumentContext,
): void {
  const { key, adopt: _, unmanaged, renamed_from: __, ...object } = entry;
  const derived = defaultKey(kind, object);
  // The composite notifies for its conditions. Recipients in an unmanaged field are in Datadog only.
  const mayBeSilent =
    conditions.has(typeof key === 'string' ? key : (derived ?? '')) ||
    (Array.isArray(unmanaged) && unmanaged.some((field) => field === '/message' || field === '/notify'));
  findings.addAll(markerFindings(storedKind(kind), object, pointer));
  if (kind !== 'alert') {
    const linted = kind === 'dashboard' && isGenerated(object) ? writtenPart(object) : object;
    LINTERS[kind](findings, withPlaceholders(linted), pointer, {
      inDocument: true,
      ...recipientsOf(mayBeSilent),
    });
  } else if (check(OBJECT_SCHEMAS.alert.create, object, pointer).length === 0) {
    addAlertFindings(findings, parseAlert(object), object['lint'], pointer, { shared, mayBeSilent });
  }
  if (key !== undefined) return;
  findings.add(derived === undefined ? noKey(kind, pointer) : keyFromNameOf(kind, derived, pointer));
}

/** Returns what a document says about a generated dashboard. Its alerts are linted themselves. */
function writtenPart({ from: _, ...written }: JsonObject): JsonObject {
  return { ...written, layout_type: 'ordered', widgets: [] };
}

/** Returns the warning about an entry whose identity changes with its name. */
function keyFromNameOf(kind: ManagedKind, key: string, pointer: Pointer): Finding {
  const field = nameField(kind);
  return {
    code: 'key_from_name',
    severity: 'warning',
    message: `The ${kind} has no "key", so its key is derived from its ${field}: with another ${field} it would be a new object.`,
    pointer,
    hint: `Add "key: ${key}" to keep the object when the ${field} changes.`,
    fix: { title: `Add key: ${key}`, edits: [{ pointer: pointerTo(pointer, 'key'), value: key }] },
  };
}

function noKey(kind: ManagedKind, pointer: Pointer): Finding {
  return {
    code: 'no_key',
    severity: 'error',
    message: `"key" is required: the ${kind} has no ${nameField(kind)} from which a key can be derived.`,
    pointer,
    hint: 'Add a "key" of lower-case letters, digits, ".", "_" and "-".',
  };
}
