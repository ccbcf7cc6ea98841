import { isObject, type JsonObject, toNumber } from '../../domain/json.ts';
import type { Block, Handle, MessagePart } from '../../language/message/message-syntax.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { type Enclosing, placedParts } from '../../language/message/walk-message.ts';
import { fromOkInto, type Status, transitionsWithin } from '../../language/message/transitions.ts';

/** A group whose notification is asked about: its status, and the values of its tags by key. */
export interface NotifiedGroup {
  readonly status: Status;
  readonly tags: ReadonlyMap<string, string>;
}

/** A handle of a monitor, and the blocks around it. */
interface PlacedHandle {
  readonly handle: Handle;
  readonly text: string;
  readonly within: readonly Enclosing[];
}

/**
 * Returns a function that tells whom a monitor notifies when a group leaves OK: the handles, with `@`, whose conditions hold for
 * the group. Nobody is notified of a draft, or of missing data that the monitor only shows. With renotifications, their
 * recipients count too. A condition that depends on values which only Datadog knows counts as true.
 */
export function notifiedBy(monitor: JsonObject): (group: NotifiedGroup) => string[] {
  const options = isObject(monitor['options']) ? monitor['options'] : {};
  const renotifies = (toNumber(options['renotify_interval']) ?? 0) > 0;
  const missing = options['on_missing_data'];
  const notifiesNoData =
    missing === undefined || missing === null
      ? options['notify_no_data'] === true
      : missing === 'show_and_notify_no_data';
  const texts = [monitor['message'], ...(renotifies ? [options['escalation_message']] : [])];
  const handles = texts.flatMap((text) => (typeof text === 'string' ? handlesIn(text) : []));
  const isDraft = monitor['draft_status'] === 'draft';
  const facts = { renotifies, priority: toNumber(monitor['priority']) };
  return (group) => {
    if (isDraft || (group.status === 'no_data' && !notifiesNoData && monitor['type'] !== 'composite'))
      return [];
    const applies = ({ within }: PlacedHandle) =>
      (transitionsWithin(within) & fromOkInto(group.status)) !== 0 &&
      within.every(({ block, otherwise }) => holds(block, otherwise, group.tags, facts));
    return [...new Set(handles.filter(applies).map((one) => `@${nameOf(one, group.tags)}`))];
  };
}

function handlesIn(text: string): PlacedHandle[] {
  return placedParts(parseMessage(text).parts).flatMap(({ part, within }) =>
    isRecipient(part) ? [{ handle: part, text, within }] : [],
  );
}

function isRecipient(part: MessagePart): part is Handle {
  return part.kind === 'handle' && !part.midWord;
}

/** Returns the name of a recipient with the values of the group in place of its variables. */
function nameOf({ handle, text }: PlacedHandle, tags: NotifiedGroup['tags']): string {
  if (handle.variables.length === 0) return handle.name;
  let name = '';
  let at = handle.span.from + 1;
  for (const { name: variable, span } of handle.variables) {
    name += text.slice(at, span.from) + (tags.get(tagKeyOf(variable)) ?? text.slice(span.from, span.to));
    at = span.to;
  }
  return name + text.slice(at, handle.span.to);
}

interface Facts {
  readonly renotifies: boolean;
  readonly priority: number | undefined;
}

/** Returns whether a comparison holds for a group. Blocks about transitions, and unknown ones, hold. */
function holds(
  { name, args, negated }: Block,
  otherwise: boolean,
  tags: NotifiedGroup['tags'],
  { renotifies, priority }: Facts,
): boolean {
  const result = ((): boolean | undefined => {
    const [variable, ...values] = args.map(({ text }) => text);
    switch (name) {
      case 'is_renotify':
        return renotifies ? undefined : false;
      case 'is_priority':
        return args.some(({ text }) => text.toUpperCase() === `P${priority}`);
      case 'is_match':
      case 'is_exact_match': {
        const value = tags.get(tagKeyOf(variable ?? ''));
        if (value === undefined) return undefined;
        return values.some((one) =>
          name === 'is_match' && one !== '' ? value.includes(one) : value === one,
        );
      }
      default:
        return undefined;
    }
  })();
  return result === undefined || (negated === otherwise ? result : !result);
}

/** Returns the tag key of a variable: `queue.name`, `[a.b].name`. */
function tagKeyOf(variable: string): string {
  const key = variable.trim().replace(/\.name$/, '');
  return key.startsWith('[') && key.endsWith(']') ? key.slice(1, -1) : key;
}
