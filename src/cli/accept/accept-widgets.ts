import type { Edit } from '../../domain/finding.ts';
import { isObject, type Json } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import {
  type PlacedWidget,
  placedWidgets,
  type WidgetPairs,
  widgetPairs,
  withoutId,
} from '../../diff/widget-pairs.ts';
import type { Reordering } from '../../format/edit/reorder-items.ts';

/** Changes to a text: all edits at once, then the reorderings one after the other. */
export interface Acceptance {
  readonly edits: readonly Edit[];
  readonly orders: readonly Reordering[];
}

/** Returns the edits that turn `before` into `after`. */
export type Differ = (before: Json | undefined, after: Json | undefined, pointer: Pointer) => Edit[];

/** Pointers to one list of widgets: in the document before the edits, after them, and in the live dashboard. */
interface WidgetList {
  readonly at: Pointer;
  readonly edited: Pointer;
  readonly live: Pointer;
}

/**
 * Returns the changes that write the drift of a dashboard's widgets into the document, also within groups: adds new widgets,
 * removes deleted ones, and applies Datadog's order if it drifted. `at` points to the widgets in the document. Returns
 * undefined if the document's widgets have changed so much that they cannot be matched.
 */
export function acceptWidgets(
  at: Pointer,
  written: readonly Json[],
  live: readonly Json[],
  changes: readonly Change[],
  differ: Differ,
): Acceptance | undefined {
  const [before, after] = [placedWidgets(written, at), placedWidgets(live, '/widgets')];
  const context: AcceptContext = { pairs: widgetPairs(before, after), changes, differ };
  return acceptLevel({ at, edited: at, live: '/widgets' }, before, after, context);
}

interface AcceptContext {
  /** The widget in the document that matches each live widget. */
  readonly pairs: WidgetPairs;
  readonly changes: readonly Change[];
  readonly differ: Differ;
}

/** Accepts the drift of one list of widgets and of the groups in it. */
function acceptLevel(
  level: WidgetList,
  written: readonly PlacedWidget[],
  live: readonly PlacedWidget[],
  context: AcceptContext,
): Acceptance | undefined {
  const { changes, pairs } = context;
  const matches = live.map((widget) => {
    const match = pairs.get(widget);
    return match && written.includes(match) ? match.at : undefined;
  });
  const unmatched = written.flatMap((_, place) => (matches.includes(place) ? [] : [place]));
  // A widget that only the document has is not drift, but one that was deleted in Datadog is.
  const deleted = changes.filter((one) => wasRemovedFrom(one, level.live)).length;
  if (unmatched.length > 0 && deleted > 0 && deleted < unmatched.length) return undefined;
  const removed = deleted > 0 ? unmatched : [];
  const kept = written.flatMap((_, place) => (removed.includes(place) ? [] : [place]));
  const added = matches.flatMap((place, index) =>
    place === undefined && changes.some((one) => wasAddedAt(one, pointerTo(level.live, index)))
      ? [index]
      : [],
  );
  const accepted = live.map((liveWidget, index) => {
    const place = matches[index];
    const match = place === undefined ? undefined : written[place];
    if (!match) return { edits: [], orders: [] };
    return acceptWidget(pointerTo(level.edited, kept.indexOf(match.at)), match, liveWidget, context);
  });
  const order = orderOf(level, { kept, added, matches }, changes);
  if (order === undefined || accepted.includes(undefined)) return undefined;
  return {
    edits: [
      ...accepted.flatMap((one) => one?.edits ?? []),
      ...added.map((index, count): Edit => {
        const pointer = pointerTo(level.at, written.length + count);
        return { pointer, value: withoutId(live[index]?.widget ?? null) };
      }),
      ...removed.map((place): Edit => ({ pointer: pointerTo(level.at, place), remove: true })),
    ],
    orders: [...accepted.flatMap((one) => one?.orders ?? []), ...order],
  };
}

/** Accepts the drift of one widget, and of the widgets in a group separately. `edited` points to it after the edits. */
function acceptWidget(
  edited: Pointer,
  match: PlacedWidget,
  liveWidget: PlacedWidget,
  context: AcceptContext,
): Acceptance | undefined {
  const { changes, differ } = context;
  const { widget: written, pointer: at, inner } = match;
  const live = keepingId(written, withoutId(liveWidget.widget));
  const widgetChanges = changes.filter(({ path }) => path.startsWith(`${liveWidget.pointer}/`));
  if (!inner || !liveWidget.inner)
    return { edits: widgetChanges.length > 0 ? differ(written, live, at) : [], orders: [] };
  const innerList = (pointer: Pointer) => pointerTo(pointer, 'definition', 'widgets');
  const list = { at: innerList(at), edited: innerList(edited), live: innerList(liveWidget.pointer) };
  const accepted = acceptLevel(list, inner, liveWidget.inner, context);
  const groupEdits = widgetChanges.some(({ path }) => !path.startsWith(`${list.live}/`))
    ? differ(withoutInner(written), withoutInner(live), at)
    : [];
  return accepted && { edits: [...groupEdits, ...accepted.edits], orders: accepted.orders };
}

interface Places {
  /** Indexes of the document's widgets that stay, in order. */
  readonly kept: readonly number[];
  /** Indexes of the live widgets that are added after those. */
  readonly added: readonly number[];
  /** Index of the document's widget that matches each live widget. */
  readonly matches: readonly (number | undefined)[];
}

/** Returns the reordering to Datadog's order if the order drifted. Returns undefined if a widget is only in the document. */
function orderOf(
  { edited, live }: WidgetList,
  { kept, added, matches }: Places,
  changes: readonly Change[],
): Reordering[] | undefined {
  const drifted = changes.some((one) => wasAddedAt(one, one.path) && parentOf(one.path) === live);
  const liveAt = [...kept.map((place) => matches.indexOf(place)), ...added];
  const matched = liveAt.filter((index) => index >= 0);
  if (!drifted || matched.every((index, at) => at === 0 || (matched[at - 1] ?? 0) < index)) return [];
  if (matched.length < liveAt.length) return undefined;
  const order = liveAt.map((_, at) => at).toSorted((a, b) => (liveAt[a] ?? 0) - (liveAt[b] ?? 0));
  return [{ pointer: edited, order }];
}

/** Reports whether a change added a widget at `place` or moved one there. */
function wasAddedAt({ path, from, moved_from: moved }: Change, place: Pointer): boolean {
  return path === place && /\/\d+$/.test(path) && (moved !== undefined || from === undefined);
}

/** Reports whether a change removed a widget from a list. Groups may have moved, so any group at the same depth matches. */
function wasRemovedFrom({ path, to, moved_from: moved }: Change, list: Pointer): boolean {
  const steps = list.split('/').length;
  if (moved !== undefined) return isItemAt(moved, steps) && parentOf(path) !== list;
  return to === undefined && isItemAt(path, steps);
}

function isItemAt(path: Pointer, steps: number): boolean {
  return /\/widgets\/\d+$/.test(path) && path.split('/').length === steps + 1;
}

function parentOf(path: Pointer): Pointer {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Returns the live widget with the id from the document, if it has one. */
function keepingId(written: Json, live: Json): Json {
  return isObject(written) && isObject(live) && written['id'] !== undefined
    ? { ...live, id: written['id'] }
    : live;
}

/** Returns a group without its widgets. */
function withoutInner(group: Json): Json {
  if (!isObject(group) || !isObject(group['definition'])) return group;
  return { ...group, definition: { ...group['definition'], widgets: [] } };
}
