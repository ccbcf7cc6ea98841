import { isObject, type Json } from '../domain/json.ts';
import type { Path } from './rule.ts';

/** A text of an object. The path is the same list for each text: who keeps it takes a copy. */
interface PlacedText {
  readonly text: string;
  readonly path: Path;
}

/** Hands over every text of an object, from first to last. */
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
