import { editedValue } from '../../domain/edits.ts';
import type { Edit } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject, own, sameJson, textsOf } from '../../domain/json.ts';
import { type Pointer, pointerTo, valueAt } from '../../domain/pointer.ts';
import { expandDocument, type ExpandOptions } from '../../expand/expand.ts';
import type { Origins } from '../../expand/origins.ts';
import { parameterIn } from '../../expand/parameter-references.ts';
import type { Acceptance } from './accept-widgets.ts';

/** A document before and after its expansion. */
export interface ExpandedText {
  readonly written: JsonObject;
  readonly expanded: JsonObject;
  readonly origins: Origins;
  readonly options: ExpandOptions;
}

/** The drift of one object, as changes of the expanded document. */
export interface ExpandedDrift {
  /** The pointer of its entry in the expanded document. */
  readonly entry: Pointer;
  readonly accepted: Acceptance;
}

/** The changes of the written document, or why there are none. */
export type WrittenAcceptance = Acceptance | { readonly reason: string };

/**
 * Returns the changes of the written document that make its expansion what the drift of all objects of one entry makes it: changes of
 * the entry if all of its objects drifted alike, changes of the values of a variant or of parameters otherwise. Anything else would
 * change other objects too, and is refused with the reason.
 */
export function acceptExpanded(text: ExpandedText, drifts: readonly ExpandedDrift[]): WrittenAcceptance {
  const { written, expanded, options } = text;
  if (drifts.some(({ accepted }) => accepted.orders.length > 0))
    return { reason: 'the order of widgets cannot be written into an entry that is expanded' };
  const edits = drifts.flatMap(({ accepted }) => accepted.edits);
  const desired = editedValue(expanded, edits);
  if (!isObject(desired)) return { reason: 'the changes of its objects contradict each other' };
  for (const candidate of [inEntry(text, edits, desired), ...inVariants(text, drifts)]) {
    const distinct = candidate && withoutEqual(candidate);
    const changed = distinct && editedValue(written, distinct);
    if (!isObject(changed)) continue;
    const expansion = expandDocument(changed, options);
    const result = expansion ? expansion.document : changed;
    if (sameJson(result, desired)) return { edits: distinct ?? [], orders: [] };
  }
  return {
    reason:
      'the change would alter other objects that the entry or the parameter makes; give the variant its own value in "variants"',
  };
}

/**
 * Returns the edits in the written document: at the same place where the text has the same value, in the values of the variant or in
 * the parameters where the text is a reference. Undefined if a value comes from elsewhere.
 */
function inEntry(
  { written, expanded, origins }: ExpandedText,
  edits: readonly Edit[],
  desired: JsonObject,
): Edit[] | undefined {
  const result: Edit[] = [];
  for (const edit of edits) {
    const { pointer, variant } = origins.of(edit.pointer);
    const source = valueAt(written, pointer);
    if (sameJson(source, valueAt(expanded, edit.pointer)) || isEntry(edit.pointer)) {
      result.push({ ...edit, pointer });
      continue;
    }
    const name = typeof source === 'string' ? parameterIn(source) : undefined;
    const value = valueAt(desired, edit.pointer);
    if (name === undefined || value === undefined) return undefined;
    result.push({ pointer: parameterPointer(written, name, variant), value });
  }
  return result;
}

const ENTRY = /^\/\w+\/\d+$/;

function isEntry(pointer: Pointer): boolean {
  return ENTRY.test(pointer);
}

/** Returns the place of the value of a parameter for a variant. */
function parameterPointer(written: JsonObject, name: string, variant: string | undefined): Pointer {
  const parameters = own(written, 'parameters');
  if (variant !== undefined) return pointerTo('', 'variants', variant, name);
  return pointerTo('', isObject(parameters) ? 'parameters' : 'variants', name);
}

/** Yields the edits for entries of which some objects were deleted: these variants are excepted. */
function* inVariants(
  { written, origins }: ExpandedText,
  drifts: readonly ExpandedDrift[],
): Generator<Edit[]> {
  const deleted = drifts.filter(({ accepted: { edits } }) =>
    edits.every((edit) => 'remove' in edit && isEntry(edit.pointer)),
  );
  const [first] = deleted;
  if (!first || deleted.length < drifts.length) return;
  const { pointer } = origins.of(first.entry);
  const variants = deleted.flatMap(({ entry }) => origins.of(entry).variant ?? []);
  const entry = valueAt(written, pointer);
  if (!isObject(entry) || variants.length < deleted.length) return;
  const only = own(entry, 'only');
  if (only !== undefined) {
    const rest = listed(only).filter((name) => !variants.includes(name));
    yield [{ pointer: pointerTo(pointer, 'only'), value: rest }];
    return;
  }
  const except = [...new Set([...listed(own(entry, 'except')), ...variants])];
  yield [{ pointer: pointerTo(pointer, 'except'), value: except }];
}

function listed(names: Json | undefined): string[] {
  return typeof names === 'string' ? [names] : textsOf(names);
}

/** Returns edits of which each is there once. */
function withoutEqual(edits: readonly Edit[]): Edit[] {
  const distinct = new Map(edits.map((edit) => [JSON.stringify(edit), edit]));
  return [...distinct.values()];
}
