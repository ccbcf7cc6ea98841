import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject, sameJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { isSet } from '../../diff/set-changes.ts';
import { decode } from '../../format/decode.ts';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { reorderItems } from '../../format/edit/reorder-items.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { acceptEdits } from './accept-edits.ts';
import type { Acceptance } from './accept-widgets.ts';
import type { FileDocument } from '../documents/documents.ts';
import type { DriftedObject } from '../client/drift-answer.ts';
import { objectsIn, planAnswer } from '../client/plan-answer.ts';
import { fieldName } from '../print/print-change.ts';
import type { Working } from '../commands/run-command.ts';

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
    const accepted = acceptEdits({
      document: value,
      read: readDocument(value),
      drifted: object,
      live: list.find(({ key }) => key === object.key),
    });
    if (!accepted) refused.push({ object, because: 'an entry of its kind cannot say it' });
    else if (accepted.edits.length + accepted.orders.length === 0)
      refused.push({ object, because: 'it comes from the document, not from the entry' });
    else {
      const edited = await written(text, document.file.format, accepted);
      if (edited === undefined)
        refused.push({ object, because: 'it cannot be written there as the file is' });
      else {
        text = edited;
        const decoded = (await decode(text, document.file.format, DOCUMENT_LIMITS)).value;
        value = isObject(decoded) ? decoded : value;
      }
    }
  }
  append(refused, await leftBehind(document, text, drifted, refused, deadlineMs, { client }));
  return { text, refused };
}

/** The text with its edits, and then its lists in their order; undefined where it cannot hold one of them. */
async function written(
  text: string,
  format: Format,
  { edits, orders }: Acceptance,
): Promise<string | undefined> {
  let edited = await applyEdits(text, format, edits);
  for (const order of orders)
    edited = edited === undefined ? undefined : await reorderItems(edited, format, order);
  return edited;
}

/** What differs still where it drifted, though it was written: something else than the entry says it. */
async function leftBehind(
  { file }: FileDocument,
  text: string,
  drifted: readonly DriftedObject[],
  refused: Accepted['refused'],
  deadlineMs: number,
  { client }: Pick<Working, 'client'>,
): Promise<Accepted['refused']> {
  const body = { text, format: file.format };
  const { objects } = planAnswer(await client.ask({ method: 'POST', path: '/plan', body, deadlineMs }));
  return drifted.flatMap((object) => {
    if (refused.some((one) => one.object === object)) return [];
    const planned = objects.find(({ kind, key }) => kind === object.kind && key === object.key);
    const left = (planned?.changes ?? []).filter((change) =>
      object.changes.some((drift) => isOf(drift, change)),
    );
    const fields = left.map(
      ({ path, to, from }) => `${fieldName(path)} (${JSON.stringify(to ?? from ?? null)})`,
    );
    return left.length === 0
      ? []
      : [{ object, because: `the document says otherwise of ${fields.join(', ')}` }];
  });
}

/** Whether a change would undo what drifted. Items of sets are known by what they are, not by where they stand. */
function isOf(drift: Change, planned: Change): boolean {
  if (!isSet(drift.path.slice(0, drift.path.lastIndexOf('/')))) return drift.path === planned.path;
  const undoes = (was: Json | undefined, will: Json | undefined) => was !== undefined && sameJson(was, will);
  return undoes(drift.from, planned.to) || undoes(drift.to, planned.from);
}

function laterFirst(a: DriftedObject, b: DriftedObject): number {
  const [left, right] = [a, b].map(({ pointer }) => /^\/(\w+)\/(\d+)$/.exec(pointer) ?? []);
  return (right?.[1] ?? '').localeCompare(left?.[1] ?? '') || Number(right?.[2]) - Number(left?.[2]);
}
