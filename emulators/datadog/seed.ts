import type { Collection } from './collection.ts';
import type { RawObject } from './raw-json.ts';

/** Takes in an object that is kept as reads give it, by its `id`. */
export function seedById(collection: Collection): (object: RawObject) => void {
  return (object) => collection.put(String(object['id']), object);
}
