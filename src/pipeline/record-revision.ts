import { createHash } from 'node:crypto';
import { canonical } from '../diff/canonical.ts';
import { changesOf } from '../diff/changes.ts';
import { NOT_KNOWN } from '../diff/who-changed.ts';
import { isObject, type Json, type JsonObject, printJson } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { idOf, unmarked } from '../domain/marker.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Intent, NewRevision } from '../ledger/port.ts';
import { secretsIn } from '../lint/secrets.ts';
import { sortedByName } from './document/plan-document.ts';
import type { Ports } from './ports.ts';

/** What replaces a secret in the history. */
const REDACTED = '[redacted]';

/** An object without its secrets. */
export interface Redacted {
  readonly object: JsonObject;
  /** Pointers to the strings that contained one. */
  readonly pointers: readonly Pointer[];
}

/** Replaces the text that the secret rules recognise. */
export function redacted(object: JsonObject): Redacted {
  const pointers: Pointer[] = [];
  const members = (value: JsonObject, at: Pointer): JsonObject =>
    Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, within(member, pointerTo(at, name))]),
    );
  const within = (value: Json, at: Pointer): Json => {
    if (typeof value === 'string') {
      const text = withoutSecrets(value);
      if (text !== value) pointers.push(at);
      return text;
    }
    if (Array.isArray(value)) return value.map((item, index) => within(item, pointerTo(at, index)));
    return isObject(value) ? members(value, at) : value;
  };
  return { object: members(object, ''), pointers };
}

function withoutSecrets(text: string): string {
  const spans = [...secretsIn(text)].map(({ span }) => span).sort((a, b) => a.from - b.from);
  let [result, end] = ['', 0];
  for (const { from, to } of spans) {
    if (to <= end) continue;
    result += text.slice(end, Math.max(from, end)) + REDACTED;
    end = to;
  }
  return spans.length === 0 ? text : result + text.slice(end);
}

/** A write that landed, with the object after it. */
export interface Landed {
  readonly entry: string;
  readonly intent: Intent;
  readonly after: JsonObject | undefined;
}

/**
 * Returns the revisions to record of a write that landed: the object before it, if the history does not have that state, and the
 * one after it. Never throws: the write is done whether or not it can be recorded.
 */
export async function revisionsOf(
  { entry, intent, after }: Landed,
  { ledger }: Pick<Ports, 'ledger'>,
): Promise<readonly NewRevision[]> {
  const { kind, application, key, caller, source, before } = intent;
  if (!source || (after === undefined && intent.action !== 'delete')) return [];
  const name = { kind, application, key };
  const id = after ? idOf(after) : (intent.id ?? '');
  const revision: NewRevision = { ...name, ...source, entry, id, caller, ...bodyParts(kind, after) };
  const found = before ? await foundBefore(before, revision, ledger) : [];
  return [...found, revision];
}

/** Returns what a revision stores of an object, undefined after a delete. */
function bodyParts(
  kind: StoredKind,
  object: JsonObject | undefined,
): Pick<NewRevision, 'body' | 'redacted' | 'fingerprint'> {
  if (!object) return { body: undefined, redacted: [], fingerprint: undefined };
  const { object: body, pointers } = redacted(object);
  const text = printJson(sortedByName(canonical(kind, unmarked(kind, body))));
  const fingerprint = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { body, redacted: pointers, fingerprint };
}

/** Returns the revision for the state before a write if the history does not end with it. */
async function foundBefore(
  before: JsonObject,
  { kind, application, key, entry, requestId, renamedFrom }: NewRevision,
  ledger: Ports['ledger'],
): Promise<NewRevision[]> {
  const name = { kind, application, key };
  const { body, ...parts } = bodyParts(kind, before);
  const id = idOf(before);
  try {
    const newest = await ledger.newestRevision(renamedFrom ? { kind, ...renamedFrom } : name);
    if (newest?.body && body && newest.id === id && changesOf(kind, newest.body, body).length === 0)
      return [];
  } catch {
    return [];
  }
  const found = { action: 'none', caller: NOT_KNOWN, isApply: false, restoredFrom: undefined } as const;
  return [{ ...name, ...found, requestId, entry: `${entry}-before`, id, body, ...parts }];
}
