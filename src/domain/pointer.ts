import { isObject, type Json } from './json.ts';

/** A JSON pointer (RFC 6901): `''` is the whole value, `/monitor/tags/0` a place in it. */
export type Pointer = string;

/** Returns the pointer to a field or element below `parent`. */
export function pointerTo(parent: Pointer, ...steps: (string | number)[]): Pointer {
  return parent + steps.map((s) => `/${String(s).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Returns the unescaped steps of a pointer. */
export function pointerSteps(pointer: Pointer): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Returns the value at a pointer, or undefined if there is no such value. */
export function valueAt(root: Json, pointer: Pointer): Json | undefined {
  let value: Json | undefined = root;
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(value)) value = value[arrayIndex(step) ?? -1];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** Parses a step as a list index (RFC 6901: digits without leading zeros); undefined if it is not an index. */
export function arrayIndex(step: string): number | undefined {
  return /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : undefined;
}
