import { alertJson, type Alert } from '../../alerts/alert.ts';
import { checkAlert } from '../../alerts/alert-findings.ts';
import { recipientsOf } from '../../alerts/notification.ts';
import { readAlert } from '../../alerts/read-back.ts';
import { alertSchema } from '../../contract/alert-schema.ts';
import type { ImportAnswer } from '../../contract/answers.ts';
import { check } from '../../contract/check.ts';
import { withoutId } from '../../diff/widget-pairs.ts';
import { asWritten } from '../../diff/minimal-object.ts';
import type { Route } from '../../domain/application.ts';
import { type JsonObject, sameJson, textsOf } from '../../domain/json.ts';
import { idOf, unmarked } from '../../domain/marker.ts';
import { withReferences } from '../../domain/references.ts';
import type { KeyedObject } from './import-keys.ts';

type ImportedDocument = ImportAnswer['document'];

/** Whose document it is. `keys` are those of monitors that are not in it, by `monitor:id`. */
interface DocumentOwner {
  readonly application: string;
  readonly team: string;
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Returns the document of existing objects as a person would write it: alerts where a monitor reads back as one, and the
 * common tags and recipients only once, for the whole document. Applying it changes nothing but markers and the `team:` tag.
 */
export function importedDocument(
  entries: readonly KeyedObject[],
  { application, team, route, keys }: DocumentOwner & { readonly route: Route },
): ImportedDocument {
  const added = [`team:${team}`, ...(route.route === 'listed' ? [`service:${route.service}`] : [])];
  const read = objectsOf(entries, keys).map(({ object, ...entry }) => ({
    ...entry,
    object,
    tags: withoutAdded(textsOf(object['tags']), added),
  }));
  const tags = commonTags(read.flatMap((one) => (one.stored === 'monitor' ? [one.tags] : [])));
  const common = new Set(tags);
  const described = read.map((entry) => {
    const own = entry.stored === 'monitor' ? entry.tags.filter((tag) => !common.has(tag)) : entry.tags;
    const { tags: _, ...rest } = entry.object;
    const alert =
      entry.stored === 'monitor' ? alertOf(own.length > 0 ? { ...rest, tags: own } : rest) : undefined;
    return { ...entry, own, rest, alert };
  });
  const notify = commonRecipients(described.flatMap(({ alert }) => alert ?? []));
  const alerts: JsonObject[] = [];
  const [monitors, dashboards]: [JsonObject[], JsonObject[]] = [[], []];
  for (const { stored, head, own, rest, alert } of described) {
    const shown = own.length > 0 ? { ...rest, tags: own } : rest;
    if (alert) alerts.push({ ...head, ...alertEntry(alert, notify) });
    else if (stored === 'monitor') monitors.push({ ...head, ...shown });
    else dashboards.push({ ...head, ...withoutWidgetIds(shown) });
  }
  return {
    apiVersion: 'birddog/v1',
    application,
    team,
    ...(tags.length > 0 ? { tags } : {}),
    ...(notify.length > 0 ? { notify } : {}),
    ...(alerts.length > 0 ? { alerts } : {}),
    ...(monitors.length > 0 ? { monitors } : {}),
    ...(dashboards.length > 0 ? { dashboards } : {}),
  };
}

/** Returns a document of existing objects as Datadog has them: each with all of its tags, no alerts, widgets with their ids. */
export function rawDocument(
  entries: readonly KeyedObject[],
  { application, team, keys }: DocumentOwner,
): ImportedDocument {
  const list = (stored: KeyedObject['stored']) =>
    objectsOf(entries, keys).flatMap((one) =>
      one.stored === stored ? [{ ...one.head, ...one.object }] : [],
    );
  const [monitors, dashboards] = [list('monitor'), list('dashboard')];
  return {
    apiVersion: 'birddog/v1',
    application,
    team,
    ...(monitors.length > 0 ? { monitors } : {}),
    ...(dashboards.length > 0 ? { dashboards } : {}),
  };
}

/** Returns the fields that Birddog adds to each entry, and its object without default values, with references to other entries. */
function objectsOf(entries: readonly KeyedObject[], others: ReadonlyMap<string, string>) {
  const own = entries.map(({ stored, key, object }) => [`${stored}:${idOf(object)}`, key] as const);
  const keys = new Map([...others, ...own]);
  return entries.map(({ stored, key, adopt, object }) => ({
    stored,
    head: { key, ...(adopt ? { adopt: idOf(object) } : {}) },
    object: withReferences(stored, asWritten(stored, unmarked(stored, object)), keys),
  }));
}

/** Removes the tags that Birddog adds. A second tag with the same name keeps both, because Birddog then adds none. */
function withoutAdded(tags: readonly string[], added: readonly string[]): string[] {
  const removed = added.filter((one) => {
    const name = one.slice(0, one.indexOf(':'));
    return tags.every((tag) => tag === one || !(tag === name || tag.startsWith(`${name}:`)));
  });
  return tags.filter((tag) => !removed.includes(tag));
}

/** Returns the tags that all of several monitors have. */
function commonTags(lists: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = lists;
  if (others.length === 0) return [];
  const sets = others.map((tags) => new Set(tags));
  return [...new Set(first)].filter((tag) => sets.every((tags) => tags.has(tag)));
}

/** Returns the alert that a monitor reads back as, if a document can have that alert. */
function alertOf(monitor: JsonObject): Alert | undefined {
  // An alert cannot have links. A plan keeps them where a document omits them, but in a new organisation they would be lost.
  if (monitor['assets'] !== undefined) return undefined;
  const alert = readAlert(monitor);
  if (!alert || check(alertSchema, alertJson(alert), '').length > 0) return undefined;
  let valid = true;
  checkAlert(alert, '', ({ severity }) => {
    if (severity === 'error') valid = false;
  });
  return valid ? alert : undefined;
}

/** Returns the recipients of all of several alerts, if each notifies exactly these, of the default transitions. */
function commonRecipients(alerts: readonly Alert[]): string[] {
  const [first] = alerts;
  const [only, ...more] = first?.notify ?? [];
  if (alerts.length < 2 || !only || more.length > 0) return [];
  if (typeof only !== 'string' && (only.when !== undefined || only.if !== undefined)) return [];
  const recipients = alerts.map((alert) => alertJson(alert)['notify'] ?? null);
  return recipients.every((one) => sameJson(one, recipients[0] ?? null)) ? [...recipientsOf(only)] : [];
}

function alertEntry(alert: Alert, notify: readonly string[]): JsonObject {
  const entry = alertJson(alert);
  if (notify.length === 0) return entry;
  const { notify: _, ...rest } = entry;
  return rest;
}

/** Removes the ids of a dashboard's widgets, which a plan keeps in Datadog. Tabs refer to widgets by their ids. */
function withoutWidgetIds(dashboard: JsonObject): JsonObject {
  const { widgets, tabs } = dashboard;
  if (!Array.isArray(widgets) || (Array.isArray(tabs) && tabs.length > 0)) return dashboard;
  return { ...dashboard, widgets: widgets.map(withoutId) };
}
