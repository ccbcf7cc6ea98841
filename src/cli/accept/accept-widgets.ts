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

function acceptLevel(
  level: WidgetList,
  written: readonly PlacedWidget[],
  live: readonly PlacedWidget[],
  context: AcceptContext,
): Acceptance | undefined {
  const { changes, pairs } = context;
  const partners = live.map((one) => {
    const partner = pairs.get(one);
    return partner && written.includes(partner) ? partner.at : undefined;
  });
  const unmatched = written.flatMap((_, place) => (partners.includes(place) ? [] : [place]));
  // A widget that only the document has is not drift, but one that was deleted in Datadog is.
  const deleted = changes.filter((one) => wasRemovedFrom(one, level.live)).length;
  if (unmatched.length > 0 && deleted > 0 && deleted < unmatched.length) return undefined;
  const removed = deleted > 0 ? unmatched : [];
  const kept = written.flatMap((_, place) => (removed.includes(place) ? [] : [place]));
  const added = partners.flatMap((place, index) =>
    place === undefined && changes.some((one) => wasAddedAt(one, pointerTo(level.live, index)))
      ? [index]
      : [],
  );
  const inner = live.map((theirs, index) => {
    const place = partners[index];
    const mine = place === undefined ? undefined : written[place];
    if (!mine) return { edits: [], orders: [] };
    return acceptWidget(pointerTo(level.edited, kept.indexOf(mine.at)), mine, theirs, context);
  });
  const order = orderOf(level, { kept, added, partners }, changes);
  if (order === undefined || inner.includes(undefined)) return undefined;
  return {
    edits: [
      ...inner.flatMap((one) => one?.edits ?? []),
      ...added.map((index, count): Edit => {
        const pointer = pointerTo(level.at, written.length + count);
        return { pointer, value: withoutId(live[index]?.widget ?? null) };
      }),
      ...removed.map((place): Edit => ({ pointer: pointerTo(level.at, place), remove: true })),
    ],
    orders: [...inner.flatMap((one) => one?.orders ?? []), ...order],
  };
}

/** Accepts the drift of one widget, and of the widgets in a group separately. `edited` points to it after the edits. */
function acceptWidget(
  edited: Pointer,
  mine: PlacedWidget,
  theirs: PlacedWidget,
  context: AcceptContext,
): Acceptance | undefined {
  const { changes, differ } = context;
  const { widget: written, pointer: at, inner } = mine;
  const live = keepingId(written, withoutId(theirs.widget));
  const touching = changes.filter(({ path }) => path.startsWith(`${theirs.pointer}/`));
  if (!inner || !theirs.inner)
    return { edits: touching.length > 0 ? differ(written, live, at) : [], orders: [] };
  const down = (pointer: Pointer) => pointerTo(pointer, 'definition', 'widgets');
  const below = { at: down(at), edited: down(edited), live: down(theirs.pointer) };
  const within = acceptLevel(below, inner, theirs.inner, context);
  const around = touching.some(({ path }) => !path.startsWith(`${below.live}/`))
    ? differ(withoutInner(written), withoutInner(live), at)
    : [];
  return within && { edits: [...around, ...within.edits], orders: within.orders };
}

interface Places {
  /** Indexes of the document's widgets that stay, in order. */
  readonly kept: readonly number[];
  /** Indexes of the live widgets that are added after those. */
  readonly added: readonly number[];
  /** Index of the document's widget that matches each live widget. */
  readonly partners: readonly (number | undefined)[];
}

/** Returns the reordering to Datadog's order if the order drifted. Returns undefined if a widget is only in the document. */
function orderOf(
  { edited, live }: WidgetList,
  { kept, added, partners }: Places,
  changes: readonly Change[],
): Reordering[] | undefined {
  const drifted = changes.some((one) => wasAddedAt(one, one.path) && parentOf(one.path) === live);
  const liveAt = [...kept.map((place) => partners.indexOf(place)), ...added];
  const known = liveAt.filter((index) => index >= 0);
  if (!drifted || known.every((index, at) => at === 0 || (known[at - 1] ?? 0) < index)) return [];
  if (known.length < liveAt.length) return undefined;
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
function keepingId(written: Json, bare: Json): Json {
  return isObject(written) && isObject(bare) && written['id'] !== undefined
    ? { ...bare, id: written['id'] }
    : bare;
}

/** Returns a group without its widgets. */
function withoutInner(group: Json): Json {
  if (!isObject(group) || !isObject(group['definition'])) return group;
  return { ...group, definition: { ...group['definition'], widgets: [] } };
}
