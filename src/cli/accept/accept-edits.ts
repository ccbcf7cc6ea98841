import { type Alert, alertJson } from '../../alerts/alert.ts';
import { readAlert, readQueryAlert } from '../../alerts/read-back.ts';
import type { Edit } from '../../domain/finding.ts';
import { GENERATED_FIELDS, isGenerated } from '../../dashboards/alerts-dashboard.ts';
import { isObject, type Json, type JsonObject, own, sameJson, textsOf } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { type Pointer, pointerSteps, pointerTo, valueAt } from '../../domain/pointer.ts';
import type { ReadDocument } from '../../pipeline/document/read-document.ts';
import { type Acceptance, acceptWidgets, type Differ } from './accept-widgets.ts';
import type { DriftedObject } from '../../contract/answers.ts';

/** Input for the edits of one entry. */
export interface DriftedEntry {
  readonly document: JsonObject;
  readonly read: ReadDocument;
  readonly drifted: DriftedObject;
  /** The current object in the form of a document entry; undefined if it was deleted. */
  readonly live: JsonObject | undefined;
}

/**
 * Returns the edits that write the drift of an object into its entry. Changes only the fields that drifted, and does not add
 * values that come from the document. Returns undefined if the entry cannot express the drift.
 */
export function acceptEdits({ document, read, drifted, live }: DriftedEntry): Acceptance | undefined {
  const { kind, pointer, drift, changes } = drifted;
  if (drift === 'deleted') return { edits: [{ pointer, remove: true }], orders: [] };
  const entry = valueAt(document, pointer);
  if (!live || !isObject(entry)) return undefined;
  if (kind === 'alert') {
    const edits = alertEdits(entry, live, drifted, { document, read });
    return edits && { edits, orders: [] };
  }
  if (isGenerated(entry) && changes.some(({ path }) => GENERATED_FIELDS.has(pointerSteps(path)[0] ?? '')))
    return undefined;
  const differ = differences(read.application);
  const accepted: Acceptance[] = [];
  for (const field of new Set(changes.map(({ path }) => pointerSteps(path)[0] ?? ''))) {
    const fieldChanges = changes.filter(({ path }) => pointerSteps(path)[0] === field);
    const at = pointerTo(pointer, field);
    const [written, current] = [own(entry, field), own(live, field)];
    if (field === 'widgets' && Array.isArray(written) && Array.isArray(current)) {
      const widgets = acceptWidgets(at, written, current, fieldChanges, differ);
      if (!widgets) return undefined;
      accepted.push(widgets);
    } else if (field === 'tags')
      accepted.push({ edits: tagEdits(at, written, fieldChanges, document), orders: [] });
    else {
      const edits = fieldChanges.flatMap(({ path }) =>
        differ(valueAt(entry, path), valueAt(live, path), `${pointer}${path}`),
      );
      accepted.push({ edits, orders: [] });
    }
  }
  return {
    edits: accepted.flatMap(({ edits }) => edits),
    orders: accepted.flatMap(({ orders }) => orders),
  };
}

/** Returns the edits of an alert entry, or undefined if an alert cannot express the live monitor. */
function alertEdits(
  entry: JsonObject,
  live: JsonObject,
  { pointer, key, changes }: DriftedObject,
  { document, read }: Pick<DriftedEntry, 'document' | 'read'>,
): Edit[] | undefined {
  const compiled = read.entries.find((one) => one.kind === 'alert' && one.key === key)?.object;
  // The live monitor also has the tags of the document and of Birddog: only what drifted is written.
  const withoutTags = ({ tags: _, ...monitor }: JsonObject): JsonObject => monitor;
  const { signal } = entry;
  const readAs = isObject(signal) && Object.hasOwn(signal, 'query') ? readQueryAlert : readAlert;
  const applied = compiled && readAs(withoutTags(compiled));
  const current = readAs(withoutTags(live));
  if (!applied || !current) return undefined;
  const differ = differences(read.application);
  const [before, after] = [withRecipients(applied, document), withRecipients(current, document)];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    const [from, to] = [own(before, field), own(after, field)];
    if (sameJson(from, to)) return [];
    return differ(own(entry, field) ?? (isObject(to) ? from : undefined), to, pointerTo(pointer, field));
  });
  const tagChanges = changes.filter(({ path }) => pointerSteps(path)[0] === 'tags');
  return [...fields, ...tagEdits(pointerTo(pointer, 'tags'), own(entry, 'tags'), tagChanges, document)];
}

/** Writes that an alert has no recipients: without `notify`, it would have those of the document. */
function withRecipients(alert: Alert, document: JsonObject): JsonObject {
  const written = alertJson(alert);
  return Object.hasOwn(document, 'notify') ? { notify: [], ...written } : written;
}

/** Returns the edits that add new tags to an entry and remove deleted ones. Tags of the document are not added to the entry. */
function tagEdits(
  at: Pointer,
  written: Json | undefined,
  changes: readonly Change[],
  document: JsonObject,
): Edit[] {
  const current = textsOf(written);
  const inherited = textsOf(document['tags']);
  const added = textsOf(changes.flatMap(({ to }) => to ?? [])).filter(
    (tag) => !current.includes(tag) && !inherited.includes(tag),
  );
  const removed = textsOf(changes.flatMap(({ from }) => from ?? []));
  if (!Array.isArray(written)) return added.length === 0 ? [] : [{ pointer: at, value: added }];
  return [
    ...added.map((tag, index): Edit => ({ pointer: pointerTo(at, written.length + index), value: tag })),
    ...written.flatMap((tag, index): Edit[] =>
      typeof tag === 'string' && removed.includes(tag)
        ? [{ pointer: pointerTo(at, index), remove: true }]
        : [],
    ),
  ];
}

/** Returns an edit of only the range between the common prefix and the common suffix, so that the rest keeps its spelling. */
function range(before: string, after: string, pointer: Pointer): Edit {
  const max = Math.min(before.length, after.length);
  let from = 0;
  while (from < max && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < max - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { pointer, from, to: before.length - end, text: after.slice(from, after.length - end) };
}

/** Datadog ignores a final line break. Keep it, because a YAML block scalar ends with one. */
const LINE_END = /\n?$/;

/** Returns a function that compares two values recursively. References to the same object are equal. */
function differences(application: string): Differ {
  const normalized = (text: string) =>
    text.replaceAll('${alert:', '${monitor:').replaceAll(`:${application}/`, ':');
  const differ: Differ = (before, after, pointer) => {
    if (after === undefined) return before === undefined ? [] : [{ pointer, remove: true }];
    if (before === undefined) return [{ pointer, value: after }];
    if (typeof before === 'string' && typeof after === 'string' && normalized(before) === normalized(after))
      return [];
    if (sameJson(before, after)) return [];
    if (typeof before === 'string' && typeof after === 'string')
      return [range(before, before.endsWith('\n') ? after.replace(LINE_END, '\n') : after, pointer)];
    if (isObject(before) && isObject(after)) {
      const names = new Set([...Object.keys(before), ...Object.keys(after)]);
      return [...names].flatMap((name) =>
        differ(own(before, name), own(after, name), pointerTo(pointer, name)),
      );
    }
    if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
      return before.flatMap((item, index) => differ(item, after[index], pointerTo(pointer, index)));
    return [{ pointer, value: after }];
  };
  return differ;
}
