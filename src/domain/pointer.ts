import { isObject, type Json } from './json.ts';

/** A JSON pointer (RFC 6901): `''` is the whole, `/monitor/tags/0` a place in it. */
export type Pointer = string;

/** The pointer to a member or an item below `parent`. */
export function pointerTo(parent: Pointer, ...steps: (string | number)[]): Pointer {
  return parent + steps.map((s) => `/${String(s).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The steps of a pointer, unescaped. */
export function pointerSteps(pointer: Pointer): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer, or undefined where there is none. */
export function valueAt(root: Json, pointer: Pointer): Json | undefined {
  let value: Json | undefined = root;
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(value)) value = value[arrayIndex(step) ?? -1];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** The index that a step means in a list (RFC 6901: digits without leading zeros); undefined where it means none. */
export function arrayIndex(step: string): number | undefined {
  return /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : undefined;
}
