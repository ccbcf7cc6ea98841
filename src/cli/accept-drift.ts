import { isObject, type JsonObject } from '../domain/json.ts';
import { decode } from '../format/decode.ts';
import { DOCUMENT_LIMITS } from '../format/decoded.ts';
import { applyEdits } from '../format/edit/apply-edits.ts';
import { readDocument } from '../pipeline/document/read-document.ts';
import { acceptEdits } from './accept-edits.ts';
import type { FileDocument } from './documents.ts';
import type { DriftedObject } from './drift-answer.ts';
import { objectsIn } from './plan-answer.ts';
import type { Working } from './run-command.ts';

/** A document's text with what Datadog holds, and what could not be written into it. */
export interface Accepted {
  readonly text: string;
  readonly refused: readonly { readonly object: DriftedObject; readonly because: string }[];
}

/** Writes what drifted into the text of a document, its comments and order kept. Throws what asking Birddog throws. */
export async function acceptDrift(
  document: FileDocument,
  drifted: readonly DriftedObject[],
  deadlineMs: number,
  { client }: Pick<Working, 'client'>,
): Promise<Accepted> {
  const { application, team } = document.read;
  const answer = await client.ask({
    method: 'POST',
    path: '/import',
    query: { application, team },
    deadlineMs,
  });
  const live = isObject(answer['document']) ? answer['document'] : {};
  const refused: { object: DriftedObject; because: string }[] = [];
  let { text } = document.part;
  let value: JsonObject = document.value;
  // From the last entry on: those before a removed one keep their places.
  for (const object of [...drifted].sort(laterFirst)) {
    const list = objectsIn(live, object.kind === 'dashboard' ? 'dashboards' : 'monitors');
    const edits = acceptEdits({
      document: value,
      read: readDocument(value),
      drifted: object,
      live: list.find(({ key }) => key === object.key),
    });
    if (!edits) refused.push({ object, because: 'an entry of its kind cannot say it' });
    else if (edits.length === 0)
      refused.push({ object, because: 'it comes from the document, not from the entry' });
    else {
      const edited = await applyEdits(text, document.file.format, edits);
      if (edited === undefined)
        refused.push({ object, because: 'it cannot be written there as the file is' });
      else {
        text = edited;
        const decoded = (await decode(text, document.file.format, DOCUMENT_LIMITS)).value;
        value = isObject(decoded) ? decoded : value;
      }
    }
  }
  return { text, refused };
}

function laterFirst(a: DriftedObject, b: DriftedObject): number {
  const [left, right] = [a, b].map(({ pointer }) => /^\/(\w+)\/(\d+)$/.exec(pointer) ?? []);
  return (right?.[1] ?? '').localeCompare(left?.[1] ?? '') || Number(right?.[2]) - Number(left?.[2]);
}
