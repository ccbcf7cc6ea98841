import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject, sameJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { valueAt } from '../../domain/pointer.ts';
import { isGenerated } from '../../dashboards/alerts-dashboard.ts';
import { isSet } from '../../diff/set-changes.ts';
import { decode } from '../../format/decode.ts';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { reorderItems } from '../../format/edit/reorder-items.ts';
import { sharedValueAt } from '../../format/edit/shared-value.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { acceptEdits } from './accept-edits.ts';
import type { Acceptance } from './accept-widgets.ts';
import type { FileDocument } from '../documents/documents.ts';
import { type DriftedObject, importAnswerSchema } from '../../contract/answers.ts';
import { answerToDocument, parsedAnswer } from '../client/birddog-failures.ts';
import { planAnswer } from '../client/plan-answer.ts';
import { fieldName } from '../print/print-change.ts';
import type { ClientIo } from '../commands/client-options.ts';

/** A document's text with the drift written into it, and the objects whose drift could not be written completely. */
export interface Accepted {
  readonly text: string;
  readonly refused: readonly { readonly object: DriftedObject; readonly reason: string }[];
}

/** Writes the drift into the text of a document and keeps comments and order. Throws the errors of the client. */
export async function acceptDrift(
  document: FileDocument,
  drifted: readonly DriftedObject[],
  deadlineMs: number,
  { client }: Pick<ClientIo, 'client'>,
): Promise<Accepted> {
  const { application, team } = document.read;
  const answer = await client.send({
    method: 'POST',
    path: '/import',
    query: { application, team, raw: 'true' },
    deadlineMs,
  });
  const { document: live } = parsedAnswer(importAnswerSchema, answer);
  const refused: { object: DriftedObject; reason: string }[] = [];
  let { text } = document.part;
  let value: JsonObject = document.value;
  // Start with the last entry, so that removing one does not move those that follow in this loop.
  for (const object of [...drifted].sort(byPositionDescending)) {
    const list = (object.kind === 'dashboard' ? live.dashboards : live.monitors) ?? [];
    const accepted = acceptEdits({
      document: value,
      read: readDocument(value),
      drifted: object,
      live: list.find(({ key }) => key === object.key),
    });
    if (!accepted) refused.push({ object, reason: whyNotExpressed(valueAt(value, object.pointer)) });
    else if (accepted.edits.length + accepted.orders.length === 0)
      refused.push({ object, reason: 'the value comes from the document, not from the entry' });
    else {
      const edited = await written(text, document.file.format, accepted);
      if (edited === undefined) refused.push({ object, reason: await whyNotWritten(document, accepted) });
      else {
        text = edited;
        const decoded = (await decode(text, document.file.format, DOCUMENT_LIMITS)).value;
        value = isObject(decoded) ? decoded : value;
      }
    }
  }
  append(refused, await remainingDrift(document, text, drifted, refused, deadlineMs, { client }));
  return { text, refused };
}

/** Returns why an entry cannot express a change. */
function whyNotExpressed(entry: Json | undefined): string {
  return isObject(entry) && isGenerated(entry)
    ? 'the dashboard is generated from the alerts; change these instead'
    : 'an alert entry cannot express the change';
}

/** Returns why changes cannot be written into a text: a YAML anchor shares the value with others, or another reason. */
async function whyNotWritten({ part, file }: FileDocument, { edits, orders }: Acceptance): Promise<string> {
  const pointers = file.format === 'yaml' ? [...edits, ...orders].map(({ pointer }) => pointer) : [];
  for (const pointer of pointers) {
    const shared = await sharedValueAt(part.text, pointer);
    if (!shared) continue;
    const { anchor, field, line } = shared;
    return `line ${line + part.line} shares "${field}" through the anchor ${anchor}; give this entry its own`;
  }
  return 'the change cannot be written at that place in the file';
}

/** Applies edits, then reorders lists. Returns undefined if one of these is not possible in the text. */
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

/** Returns the drift that remains after the update, because another part of the document sets the value. */
async function remainingDrift(
  { file }: FileDocument,
  text: string,
  drifted: readonly DriftedObject[],
  refused: Accepted['refused'],
  deadlineMs: number,
  { client }: Pick<ClientIo, 'client'>,
): Promise<Accepted['refused']> {
  const body = { text, format: file.format };
  const { objects } = planAnswer(
    await answerToDocument(client.send({ method: 'POST', path: '/plan', body, deadlineMs })),
  );
  return drifted.flatMap((object) => {
    if (refused.some((one) => one.object === object)) return [];
    const planned = objects.find(({ kind, key }) => kind === object.kind && key === object.key);
    const remaining = (planned?.changes ?? []).filter((change) =>
      object.changes.some((drift) => revertsDrift(drift, change)),
    );
    const fields = remaining.map(
      ({ path, to, from }) => `${fieldName(path)} (${JSON.stringify(to ?? from ?? null)})`,
    );
    return remaining.length === 0
      ? []
      : [{ object, reason: `another part of the document sets ${fields.join(', ')}` }];
  });
}

/** Reports whether a planned change would undo the drift. Elements of sets are compared by value, not by index. */
function revertsDrift(drift: Change, change: Change): boolean {
  if (!isSet(drift.path.slice(0, drift.path.lastIndexOf('/')))) return drift.path === change.path;
  const undoes = (before: Json | undefined, planned: Json | undefined) =>
    before !== undefined && sameJson(before, planned);
  return undoes(drift.from, change.to) || undoes(drift.to, change.from);
}

function byPositionDescending(a: DriftedObject, b: DriftedObject): number {
  const [left, right] = [a, b].map(({ pointer }) => /^\/(\w+)\/(\d+)$/.exec(pointer) ?? []);
  return (right?.[1] ?? '').localeCompare(left?.[1] ?? '') || Number(right?.[2]) - Number(left?.[2]);
}
