import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { COLLECTIONS, type CollectionName, type Organisation } from './organisation.ts';
import { isRawObject, parseRaw } from './raw-json.ts';

/** One change a line: the object that was put, or none where it was dropped. */
function line(collection: CollectionName, id: string, object: unknown): string {
  return `${JSON.stringify(object === undefined ? { collection, id } : { collection, id, object })}\n`;
}

/**
 * Keeps what an organisation holds in a file: what the file has is taken in, the file is written anew without what was
 * overwritten since, and every change from now on is added to it. A last line that was cut off is left out. Gives a
 * function that closes the file. Throws the system's error, and SyntaxError where a line is no change.
 */
export function persistState(organisation: Organisation, path: string): () => void {
  if (existsSync(path)) takeIn(organisation, readFileSync(path, 'utf8'));
  const fresh = `${path}.new`;
  writeFileSync(fresh, held(organisation), { mode: 0o600 });
  renameSync(fresh, path);
  const file = openSync(path, 'a', 0o600);
  organisation.listen((collection, id, object) => writeSync(file, line(collection, id, object)));
  return () => {
    organisation.listen(() => {});
    closeSync(file);
  };
}

function held(organisation: Organisation): string {
  return COLLECTIONS.flatMap((name) => {
    const collection = organisation.collection(name);
    return collection.ids().map((id) => line(name, id, collection.get(id)));
  }).join('');
}

function takeIn(organisation: Organisation, text: string): void {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const [at, written] of whole.split('\n').entries()) {
    if (written === '') continue;
    const change = parseRaw(written);
    const name = isRawObject(change)
      ? COLLECTIONS.find((known) => known === change['collection'])
      : undefined;
    if (!isRawObject(change) || name === undefined)
      throw new SyntaxError(`line ${at + 1} of the state file is no change of an organisation`);
    const [id, object] = [String(change['id']), change['object']];
    if (isRawObject(object)) organisation.collection(name).put(id, object);
    else organisation.collection(name).delete(id);
  }
}
