import { isObject, type Json } from '../domain/json.ts';
import type { Path } from './rule.ts';

/** A string in an object. The generator reuses the path array: copy it to keep it. */
interface LocatedString {
  readonly text: string;
  readonly path: Path;
}

/** Yields every string of an object in order. */
export function* stringsIn(value: Json | undefined, path: (string | number)[] = []): Iterable<LocatedString> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) yield* stringsUnder(value[at], at, path);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) yield* stringsUnder(value[name], name, path);
  }
}

function* stringsUnder(
  value: Json | undefined,
  step: string | number,
  path: (string | number)[],
): Iterable<LocatedString> {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  path.push(step);
  yield* stringsIn(value, path);
  path.pop();
}
