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

/** What is done to a text: its edits together, then the lists that get another order, one after the other. */
export interface Acceptance {
  readonly edits: readonly Edit[];
  readonly orders: readonly Reordering[];
}

/** Edits from one value to another. */
export type Differ = (before: Json | undefined, after: Json | undefined, pointer: Pointer) => Edit[];

/** A list of widgets: where it stands in the document, where it will once the edits are made, and where in Datadog. */
interface Level {
  readonly at: Pointer;
  readonly edited: Pointer;
  readonly live: Pointer;
}

/**
 * Takes what drifted of the widgets of a dashboard over, one by one, in groups too: what came is added, what went is taken
 * out, and the list gets Datadog's order where that drifted. `at` is where the widgets stand in the document. Undefined where
 * the document's widgets are others already, so that it is not certain which is which.
 */
export function acceptWidgets(
  at: Pointer,
  written: readonly Json[],
  live: readonly Json[],
  changes: readonly Change[],
  differ: Differ,
): Acceptance | undefined {
  const [before, after] = [placedWidgets(written, at), placedWidgets(live, '/widgets')];
  const taking: Taking = { pairs: widgetPairs(before, after), changes, differ };
  return acceptLevel({ at, edited: at, live: '/widgets' }, before, after, taking);
}

interface Taking {
  /** For each live widget the written one that it is. */
  readonly pairs: WidgetPairs;
  readonly changes: readonly Change[];
  readonly differ: Differ;
}

function acceptLevel(
  level: Level,
  written: readonly PlacedWidget[],
  live: readonly PlacedWidget[],
  taking: Taking,
): Acceptance | undefined {
  const { changes, pairs } = taking;
  const partners = live.map((one) => {
    const partner = pairs.get(one);
    return partner && written.includes(partner) ? partner.at : undefined;
  });
  const lost = written.flatMap((_, place) => (partners.includes(place) ? [] : [place]));
  // What the document alone has is no drift; what went in Datadog is.
  const went = changes.filter((one) => wentFrom(one, level.live)).length;
  if (lost.length > 0 && went > 0 && went < lost.length) return undefined;
  const removed = went > 0 ? lost : [];
  const kept = written.flatMap((_, place) => (removed.includes(place) ? [] : [place]));
  const added = partners.flatMap((place, index) =>
    place === undefined && changes.some((one) => cameTo(one, pointerTo(level.live, index))) ? [index] : [],
  );
  const inner = live.map((theirs, index) => {
    const place = partners[index];
    const mine = place === undefined ? undefined : written[place];
    if (!mine) return { edits: [], orders: [] };
    return acceptWidget(pointerTo(level.edited, kept.indexOf(mine.at)), mine, theirs, taking);
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

/** One widget: its fields, and those of a group's widgets by themselves. `edited` is where it stands once the edits are made. */
function acceptWidget(
  edited: Pointer,
  mine: PlacedWidget,
  theirs: PlacedWidget,
  taking: Taking,
): Acceptance | undefined {
  const { changes, differ } = taking;
  const { widget: written, pointer: at, inner } = mine;
  const live = keepingId(written, withoutId(theirs.widget));
  const touching = changes.filter(({ path }) => path.startsWith(`${theirs.pointer}/`));
  if (!inner || !theirs.inner)
    return { edits: touching.length > 0 ? differ(written, live, at) : [], orders: [] };
  const down = (pointer: Pointer) => pointerTo(pointer, 'definition', 'widgets');
  const below = { at: down(at), edited: down(edited), live: down(theirs.pointer) };
  const within = acceptLevel(below, inner, theirs.inner, taking);
  const around = touching.some(({ path }) => !path.startsWith(`${below.live}/`))
    ? differ(withoutInner(written), withoutInner(live), at)
    : [];
  return within && { edits: [...around, ...within.edits], orders: within.orders };
}

interface Places {
  /** The written ones that stay, in their order. */
  readonly kept: readonly number[];
  /** Datadog's that come, behind those. */
  readonly added: readonly number[];
  /** For each of Datadog's the written one that it is. */
  readonly partners: readonly (number | undefined)[];
}

/** The order that the list gets after its edits: none, or Datadog's. Undefined where that has no place for what the document alone has. */
function orderOf(
  { edited, live }: Level,
  { kept, added, partners }: Places,
  changes: readonly Change[],
): Reordering[] | undefined {
  const drifted = changes.some((one) => cameTo(one, one.path) && parentOf(one.path) === live);
  const liveAt = [...kept.map((place) => partners.indexOf(place)), ...added];
  const known = liveAt.filter((index) => index >= 0);
  if (!drifted || known.every((index, at) => at === 0 || (known[at - 1] ?? 0) < index)) return [];
  if (known.length < liveAt.length) return undefined;
  const order = liveAt.map((_, at) => at).toSorted((a, b) => (liveAt[a] ?? 0) - (liveAt[b] ?? 0));
  return [{ pointer: edited, order }];
}

/** Whether a change is a widget that came to a place, from elsewhere or anew. */
function cameTo({ path, from, moved_from: moved }: Change, place: Pointer): boolean {
  return path === place && /\/\d+$/.test(path) && (moved !== undefined || from === undefined);
}

/** Whether a change took a widget out of a list. Groups may have moved since, so that any group will do for another. */
function wentFrom({ path, to, moved_from: moved }: Change, list: Pointer): boolean {
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

/** The live widget with the id that is written, if any. */
function keepingId(written: Json, bare: Json): Json {
  return isObject(written) && isObject(bare) && written['id'] !== undefined
    ? { ...bare, id: written['id'] }
    : bare;
}

/** A group with no widgets in it. */
function withoutInner(group: Json): Json {
  if (!isObject(group) || !isObject(group['definition'])) return group;
  return { ...group, definition: { ...group['definition'], widgets: [] } };
}
