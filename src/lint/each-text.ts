import { isObject, type Json } from '../domain/json.ts';
import type { Path } from './rule.ts';

/** A string of an object. The path array is reused: copy it to keep it. */
interface PlacedText {
  readonly text: string;
  readonly path: Path;
}

/** Yields every string of an object in order. */
export function* textsIn(value: Json | undefined, path: (string | number)[] = []): Iterable<PlacedText> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) yield* below(value[at], at, path);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) yield* below(value[name], name, path);
  }
}

function* below(
  value: Json | undefined,
  step: string | number,
  path: (string | number)[],
): Iterable<PlacedText> {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  path.push(step);
  yield* textsIn(value, path);
  path.pop();
}
