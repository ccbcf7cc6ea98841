import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { COLLECTIONS, type CollectionName, type Organisation } from './organisation.ts';
import { isRawObject, parseRaw } from './raw-json.ts';

/** Formats a change as one line: with the object that was put, without one for a delete. */
function changeLine(collection: CollectionName, id: string, object: unknown): string {
  return `${JSON.stringify(object === undefined ? { collection, id } : { collection, id, object })}\n`;
}

/**
 * Persists an organisation in a file: loads it, compacts it to the current objects, and appends every later change.
 * Ignores a truncated last line. Returns a function that closes the file. Throws the system's error, and SyntaxError
 * for an invalid line.
 */
export function persistState(organisation: Organisation, path: string): () => void {
  if (existsSync(path)) replay(organisation, readFileSync(path, 'utf8'));
  const newPath = `${path}.new`;
  writeFileSync(newPath, snapshot(organisation), { mode: 0o600 });
  renameSync(newPath, path);
  const file = openSync(path, 'a', 0o600);
  organisation.listen((collection, id, object) => writeSync(file, changeLine(collection, id, object)));
  return () => {
    organisation.listen(() => {});
    closeSync(file);
  };
}

function snapshot(organisation: Organisation): string {
  return COLLECTIONS.flatMap((name) => {
    const collection = organisation.collection(name);
    return collection.ids().map((id) => changeLine(name, id, collection.get(id)));
  }).join('');
}

function replay(organisation: Organisation, text: string): void {
  const completeLines = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const [at, entry] of completeLines.split('\n').entries()) {
    if (entry === '') continue;
    const change = parseRaw(entry);
    const name = isRawObject(change)
      ? COLLECTIONS.find((collection) => collection === change['collection'])
      : undefined;
    if (!isRawObject(change) || name === undefined)
      throw new SyntaxError(`line ${at + 1} of the state file is not a change of an organisation`);
    const [id, object] = [String(change['id']), change['object']];
    if (isRawObject(object)) organisation.collection(name).put(id, object);
    else organisation.collection(name).delete(id);
  }
}
