import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import type { Handle } from '../../language/message/message-syntax.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { handleKind } from '../../language/message/read-handle.ts';
import { allParts } from '../../language/message/walk-message.ts';
import { violationOfHandle } from '../monitor/rules/recipient.ts';
import { suppressionsOf } from '../suppression/suppress.ts';
import type { KnownRecipients } from './known-recipients.ts';

/** The code of the findings, which the rule about handles has too: it needs no list. */
const RECIPIENT_CODE = 'handle_unknown';
/** The maximum number of unknown recipients that are compared with all known ones. */
const MAX_COMPARED = 100;

/** A text in which Datadog looks for handles. */
interface MessageText {
  readonly pointer: Pointer;
  readonly text: string;
  /** Whether each word after an `@` is a recipient. In a message, a word without the prefix of an integration may be code. */
  readonly strict: boolean;
}

/**
 * Yields between the objects of a body, and returns a warning for each recipient that does not exist: in the messages of
 * monitors and in the recipients and messages of alerts. The body is a document, the body of a create, or one object. Handles
 * with variables are skipped. Nothing is returned about recipients whose list is not known.
 */
export function* unknownRecipients(body: Json, known: KnownRecipients): Generator<void, Finding[], void> {
  const findings: Finding[] = [];
  const compared = new Map<string, string | undefined>();
  for (const { pointer, object } of objectsIn(body)) {
    yield;
    if (suppressionsOf(object['lint'])?.codes.has(RECIPIENT_CODE) === true) continue;
    for (const text of textsOf(object, pointer))
      for (const part of allParts(parseMessage(text.text).parts)) {
        if (part.kind !== 'handle' || part.midWord || part.variables.length > 0) continue;
        const finding = findingAbout(part, text, known, compared);
        if (finding) findings.push(finding);
        yield;
      }
  }
  return findings;
}

function findingAbout(
  handle: Handle,
  { pointer, strict }: MessageText,
  known: KnownRecipients,
  compared: Map<string, string | undefined>,
): Finding | undefined {
  const { name, span } = handle;
  const state = known.stateOf(name);
  // The rule that needs no list reports some handles already.
  if (state === 'known' || name === handleKind(name) || violationOfHandle(handle, []) !== undefined)
    return undefined;
  if (!compared.has(name) && compared.size < MAX_COMPARED) compared.set(name, known.meantBy(name));
  const meant = compared.get(name);
  const isRecipient = strict || handleKind(name) !== '';
  if (meant === undefined && (state === 'undecided' || !isRecipient)) return undefined;
  const isAddress = name.includes('@');
  return {
    code: RECIPIENT_CODE,
    severity: 'warning',
    message: isAddress
      ? `@${name} is not a known recipient. Datadog sends mail to any address, so a misspelt one reaches nobody.`
      : `@${name} is not a known recipient, so it notifies nobody.`,
    pointer,
    at: span.from,
    to: span.to,
    ...(meant === undefined
      ? {}
      : {
          hint: `Did you mean @${meant}?`,
          fix: {
            title: `Change to @${meant}`,
            edits: [{ pointer, from: span.from, to: span.to, text: `@${meant}` }],
          },
        }),
  };
}

const LISTS = ['monitors', 'alerts'] as const;
const MEMBERS = ['monitor', 'alert'] as const;

/** Returns the monitors and alerts of a body with their pointers. */
function objectsIn(body: Json): { readonly pointer: Pointer; readonly object: JsonObject }[] {
  if (!isObject(body)) return [];
  const member = MEMBERS.find((name) => isObject(body[name]));
  const inner = member === undefined ? undefined : body[member];
  if (member !== undefined && isObject(inner)) return [{ pointer: pointerTo('', member), object: inner }];
  if (!Object.hasOwn(body, 'apiVersion') && !LISTS.some((list) => Array.isArray(body[list])))
    return [{ pointer: '', object: body }];
  return LISTS.flatMap((list) => {
    const entries = body[list];
    return (Array.isArray(entries) ? entries : []).flatMap((object, at) =>
      isObject(object) ? [{ pointer: pointerTo('', list, at), object }] : [],
    );
  });
}

/** Returns the texts of a monitor or an alert in which Datadog looks for handles. */
function textsOf(object: JsonObject, pointer: Pointer): MessageText[] {
  const texts: MessageText[] = [];
  const add = (text: Json | undefined, strict: boolean, ...steps: readonly (string | number)[]): void => {
    if (typeof text === 'string') texts.push({ pointer: pointerTo(pointer, ...steps), text, strict });
  };
  const { message, notify, options, renotify } = object;
  add(message, false, 'message');
  if (isObject(options)) add(options['escalation_message'], false, 'options', 'escalation_message');
  if (isObject(renotify)) add(renotify['message'], false, 'renotify', 'message');
  if (!Array.isArray(notify)) return texts;
  for (const [at, entry] of notify.entries()) {
    add(entry, true, 'notify', at);
    const to = isObject(entry) ? entry['to'] : undefined;
    add(to, true, 'notify', at, 'to');
    if (Array.isArray(to)) for (const [index, one] of to.entries()) add(one, true, 'notify', at, 'to', index);
  }
  return texts;
}
