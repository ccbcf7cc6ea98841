import { alertJson } from '../../alerts/alert.ts';
import { readAlert } from '../../alerts/read-back.ts';
import type { Edit } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject, own, sameJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { type Pointer, pointerSteps, pointerTo, valueAt } from '../../domain/pointer.ts';
import type { ReadDocument } from '../../pipeline/document/read-document.ts';
import { type Acceptance, acceptWidgets, type Differ } from './accept-widgets.ts';
import type { DriftedObject } from '../client/drift-answer.ts';

/** What the edits of one entry are made from. */
export interface Accepting {
  readonly document: JsonObject;
  readonly read: ReadDocument;
  readonly drifted: DriftedObject;
  /** The object as it would be written in a document now; undefined where it is gone. */
  readonly live: JsonObject | undefined;
}

/**
 * What makes a document say of an object what Datadog holds: in the fields that drifted and no other, and nothing into the
 * entry that comes from the document. Undefined where an entry of its kind cannot say it.
 */
export function acceptEdits({ document, read, drifted, live }: Accepting): Acceptance | undefined {
  const { kind, pointer, drift, changes } = drifted;
  if (drift === 'deleted') return { edits: [{ pointer, remove: true }], orders: [] };
  const entry = valueAt(document, pointer);
  if (!live || !isObject(entry)) return undefined;
  if (kind === 'alert') {
    const edits = alertEdits(entry, live, drifted, { document, read });
    return edits && { edits, orders: [] };
  }
  const differ = differences(read.application);
  const done: Acceptance[] = [];
  for (const field of new Set(changes.map(({ path }) => pointerSteps(path)[0] ?? ''))) {
    const some = changes.filter(({ path }) => pointerSteps(path)[0] === field);
    const at = pointerTo(pointer, field);
    const [mine, theirs] = [own(entry, field), own(live, field)];
    if (field === 'widgets' && Array.isArray(mine) && Array.isArray(theirs)) {
      const widgets = acceptWidgets(at, mine, theirs, some, differ);
      if (!widgets) return undefined;
      done.push(widgets);
    } else if (field === 'tags') done.push({ edits: tagEdits(at, mine, some, document), orders: [] });
    else {
      const edits = some.flatMap(({ path }) =>
        differ(valueAt(entry, path), valueAt(live, path), `${pointer}${path}`),
      );
      done.push({ edits, orders: [] });
    }
  }
  return { edits: done.flatMap(({ edits }) => edits), orders: done.flatMap(({ orders }) => orders) };
}

function alertEdits(
  entry: JsonObject,
  live: JsonObject,
  { pointer, key }: DriftedObject,
  { document, read }: Pick<Accepting, 'document' | 'read'>,
): Edit[] | undefined {
  const compiled = read.wanted.find((one) => one.kind === 'alert' && one.key === key)?.object;
  const given = textsIn(document['tags']);
  const bare = (monitor: JsonObject): JsonObject => ({
    ...monitor,
    tags: textsIn(monitor['tags']).filter((tag) => !given.includes(tag)),
  });
  const [before, after] = [compiled && readAlert(bare(compiled)), readAlert(bare(live))];
  if (!before || !after) return undefined;
  const differ = differences(read.application);
  const [was, is] = [alertJson(before), alertJson(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((field) => {
    const [old, now] = [own(was, field), own(is, field)];
    if (sameJson(old, now)) return [];
    return differ(own(entry, field) ?? (isObject(now) ? old : undefined), now, pointerTo(pointer, field));
  });
}

/** Tags that came, and those of the entry that went; what the document gives all of its monitors is not written. */
function tagEdits(
  at: Pointer,
  written: Json | undefined,
  changes: readonly Change[],
  document: JsonObject,
): Edit[] {
  const mine = textsIn(written);
  const given = textsIn(document['tags']);
  const come = textsIn(changes.flatMap(({ to }) => to ?? [])).filter(
    (tag) => !mine.includes(tag) && !given.includes(tag),
  );
  const gone = textsIn(changes.flatMap(({ from }) => from ?? []));
  if (!Array.isArray(written)) return come.length === 0 ? [] : [{ pointer: at, value: come }];
  return [
    ...come.map((tag, index): Edit => ({ pointer: pointerTo(at, written.length + index), value: tag })),
    ...written.flatMap((tag, index): Edit[] =>
      typeof tag === 'string' && gone.includes(tag) ? [{ pointer: pointerTo(at, index), remove: true }] : [],
    ),
  ];
}

/** The change of what is between the same beginning and the same end: the way in which the text is written stays. */
function range(before: string, after: string, pointer: Pointer): Edit {
  const max = Math.min(before.length, after.length);
  let from = 0;
  while (from < max && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < max - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { pointer, from, to: before.length - end, text: after.slice(from, after.length - end) };
}

/** At the end of a text it makes no difference to Datadog: a block of YAML stays one with a line end. */
const LINE_END = /\n?$/;

/** Edits from one value to another, as deep as they go. A reference to the same object is no difference. */
function differences(application: string): Differ {
  const meant = (text: string) =>
    text.replaceAll('${alert:', '${monitor:').replaceAll(`:${application}/`, ':');
  const differ: Differ = (before, after, pointer) => {
    if (after === undefined) return before === undefined ? [] : [{ pointer, remove: true }];
    if (before === undefined) return [{ pointer, value: after }];
    if (typeof before === 'string' && typeof after === 'string' && meant(before) === meant(after)) return [];
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

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
