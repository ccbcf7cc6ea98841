import {
  isObject,
  type Json,
  type JsonObject,
  parseTrustedJson,
  printJson,
  toNumber,
} from '../src/domain/json.ts';
import { type Pointer, pointerSteps, pointerTo } from '../src/domain/pointer.ts';

/** Returns the pointer of every scalar in a value. */
export function leavesOf(value: Json, pointer: Pointer = ''): Pointer[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => leavesOf(item, pointerTo(pointer, at)));
  if (!isObject(value)) return [pointer];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, pointerTo(pointer, name)));
}

/** Returns a copy with another value of the same type at a pointer. */
export function withAnotherAt(object: JsonObject, pointer: Pointer): JsonObject {
  const copy = parseTrustedJson(printJson(object));
  const steps = pointerSteps(pointer);
  const last = steps.pop() ?? '';
  let here: Json | undefined = copy;
  for (const step of steps)
    here = Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined;
  if (Array.isArray(here)) here[Number(last)] = another(here[Number(last)] ?? null);
  else if (isObject(here)) here[last] = another(here[last] ?? null);
  return isObject(copy) ? copy : {};
}

function another(value: Json): Json {
  if (typeof value === 'string') return `${value} changed`;
  if (typeof value === 'boolean') return !value;
  const number = toNumber(value);
  return number === undefined ? 'was null' : number + 1;
}
