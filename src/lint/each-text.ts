import { isObject, type Json } from '../domain/json.ts';
import type { Path } from './rule.ts';

/** Hands over every text of an object, from first to last. The path is the same list each time: who keeps it takes a copy. */
export function eachText(object: Json, seen: (text: string, path: Path) => void): void {
  const path: (string | number)[] = [];
  const look = (value: Json | undefined): void => {
    if (typeof value === 'string') seen(value, path);
    else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at += 1) lookAt(at, value[at]);
    } else if (isObject(value)) {
      for (const name in value) lookAt(name, value[name]);
    }
  };
  const lookAt = (step: string | number, value: Json | undefined): void => {
    path.push(step);
    look(value);
    path.pop();
  };
  look(object);
}
