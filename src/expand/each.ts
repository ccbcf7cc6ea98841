import { keyFromName } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { filled, type Layer, type Report, type Scope } from './scope.ts';

/** Maximum number of objects of an expanded document. */
export const MAX_OBJECTS = 2_000;

/** One combination of the values in `each`. */
export interface Combination {
  readonly layer: Layer;
  /** What keys contain: `-<value>` for each list, in the order written. */
  readonly tail: string;
}

const ONE: Combination = { layer: new Map(), tail: '' };

/** Returns the product of the lists in `each`; one combination without `each`. Reports lists and values that cannot be used. */
export function combinationsOf(
  entry: JsonObject,
  pointer: Pointer,
  scope: Scope,
  report: Report,
): readonly Combination[] {
  const each = own(entry, 'each');
  if (!isObject(each)) return [ONE];
  let combinations: readonly Combination[] = [ONE];
  for (const [name, written] of Object.entries(each)) {
    const place = pointerTo(pointer, 'each', name);
    const list = filled(written, scope, { pointer: place });
    if (!Array.isArray(list) || list.length === 0) {
      report.add({
        code: 'each_not_a_list',
        severity: 'error',
        message: `"${name}" must be a list with at least one value.`,
        pointer: place,
        hint: `Write "${name}: [first, second]".`,
      });
      return [];
    }
    if (combinations.length * list.length > MAX_OBJECTS) {
      report.add(tooManyObjects(combinations.length * list.length, pointerTo(pointer, 'each')));
      return [];
    }
    const values = list.flatMap((value, at) => {
      const end = keyPart(value);
      // The values of a list that is a parameter have no places of their own.
      const source = Array.isArray(written) ? pointerTo(place, at) : place;
      if (end === undefined) report.add(unusable(value, source));
      return end === undefined ? [] : [{ value, pointer: source, end }];
    });
    combinations = combinations.flatMap(({ layer, tail }) =>
      values.map(({ end, ...bound }) => ({
        layer: new Map([...layer, [name, { ...bound, isFinal: true as const }]]),
        tail: `${tail}-${end}`,
      })),
    );
  }
  return combinations;
}

export function tooManyObjects(count: number, pointer: Pointer): Finding {
  return {
    code: 'too_many_objects',
    severity: 'error',
    message: `The document has at least ${count} objects when it is expanded; the maximum is ${MAX_OBJECTS}.`,
    pointer,
    hint: 'Shorten the lists in "each", or split the document into several applications.',
  };
}

/** Returns the part of a key that stands for a value; undefined if it has no letter or digit, or is a list or an object. */
function keyPart(value: Json): string | undefined {
  const text = typeof value === 'string' || typeof value === 'boolean' ? String(value) : numberText(value);
  return text === undefined ? undefined : keyFromName(text);
}

function unusable(value: Json, pointer: Pointer): Finding {
  const isText = typeof value === 'string';
  return {
    code: 'each_value_unusable',
    severity: 'error',
    message: isText
      ? `"${value}" cannot be a part of keys: it has no Latin letter and no digit.`
      : 'A value in "each" must be a text, a number, or true or false.',
    pointer,
    hint: isText
      ? 'Use a name with a Latin letter or a digit, and a parameter for the other text.'
      : 'List the names, and take everything else from parameters.',
  };
}
