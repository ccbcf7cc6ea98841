import { append } from '../../domain/append.ts';
import { isObject, type Json, type JsonObject, sameJson } from '../../domain/json.ts';
import type { Change } from '../../domain/plan.ts';
import { valueAt } from '../../domain/pointer.ts';
import { isGenerated } from '../../dashboards/alerts-dashboard.ts';
import { isSet } from '../../diff/set-changes.ts';
import { type Decoded, DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { reorderItems } from '../../format/edit/reorder-items.ts';
import { sharedValueAt } from '../../format/edit/shared-value.ts';
import { decodeExpanded, optionsFor } from '../../pipeline/expanded-body.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { acceptExpanded, type ExpandedDrift, type WrittenAcceptance } from './accept-expanded.ts';
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
  let { body } = document;
  for (const objects of byEntry(drifted)) {
    const liveOf = ({ kind, key }: DriftedObject) =>
      ((kind === 'dashboard' ? live.dashboards : live.monitors) ?? []).find((one) => one.key === key);
    const { drifts, refused: unwritable } = editsOf(body, objects, liveOf);
    append(refused, unwritable);
    if (drifts.length === 0) continue;
    const accepted = await writtenEdits(body, drifts, document);
    const refuse = (reason: string) =>
      append(
        refused,
        drifts.map(({ object }) => ({ object, reason })),
      );
    if ('reason' in accepted) {
      refuse(accepted.reason);
      continue;
    }
    const edited = await written(text, document.file.format, accepted);
    if (edited === undefined) refuse(await whyNotWritten(document, accepted));
    else {
      text = edited;
      body = await decodeExpanded(text, document.file.format, DOCUMENT_LIMITS, document.expanding);
    }
  }
  append(refused, await remainingDrift(document, text, drifted, refused, deadlineMs, { client }));
  return { text, refused };
}

/** Returns objects grouped by their entries. The last entry is first, so that removing one does not move those that follow. */
function byEntry(drifted: readonly DriftedObject[]): DriftedObject[][] {
  const groups = new Map<string, DriftedObject[]>();
  for (const object of drifted.toSorted(byPositionDescending)) {
    const group = groups.get(object.pointer);
    if (group) group.push(object);
    else groups.set(object.pointer, [object]);
  }
  return [...groups.values()];
}

interface DriftEdits extends ExpandedDrift {
  readonly object: DriftedObject;
}

/** Returns the changes of the (expanded) document that the drift of objects makes, and the objects that have none. */
function editsOf(
  { value, origins }: Decoded,
  objects: readonly DriftedObject[],
  liveOf: (object: DriftedObject) => JsonObject | undefined,
): { readonly drifts: readonly DriftEdits[]; readonly refused: Accepted['refused'] } {
  const refused: { object: DriftedObject; reason: string }[] = [];
  const document = isObject(value) ? value : {};
  const read = readDocument(document);
  const drifts = objects.flatMap((object): DriftEdits[] => {
    const expanded = read.entries.find(({ kind, key }) => kind === object.kind && key === object.key);
    const entry = origins && expanded ? expanded.pointer : object.pointer;
    const drifted = { ...object, pointer: entry };
    const accepted = acceptEdits({ document, read, drifted, live: liveOf(object) });
    if (accepted && accepted.edits.length + accepted.orders.length > 0) return [{ object, entry, accepted }];
    const reason = accepted
      ? 'the value comes from the document, not from the entry'
      : whyNotExpressed(valueAt(document, entry));
    refused.push({ object, reason });
    return [];
  });
  return { drifts, refused };
}

/** Returns the changes of the document as written. Without an expansion, an entry has one object. */
async function writtenEdits(
  { value: expanded, written: source, origins }: Decoded,
  drifts: readonly DriftEdits[],
  { expanding }: FileDocument,
): Promise<WrittenAcceptance> {
  if (!origins || !isObject(source) || !isObject(expanded))
    return drifts[0]?.accepted ?? { edits: [], orders: [] };
  const options = await optionsFor(source, expanding);
  return acceptExpanded({ written: source, expanded, origins, options }, drifts);
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
  { file, set }: FileDocument,
  text: string,
  drifted: readonly DriftedObject[],
  refused: Accepted['refused'],
  deadlineMs: number,
  { client }: Pick<ClientIo, 'client'>,
): Promise<Accepted['refused']> {
  const body = { text, format: file.format };
  const { objects } = planAnswer(
    await answerToDocument(client.send({ method: 'POST', path: '/plan', query: { set }, body, deadlineMs })),
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
