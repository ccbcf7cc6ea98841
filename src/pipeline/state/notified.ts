import { isObject, type JsonObject, toNumber } from '../../domain/json.ts';
import type { Block } from '../../language/message/message-syntax.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import {
  handleText,
  matchesAny,
  type PlacedHandle,
  placedHandles,
} from '../../language/message/placed-handles.ts';
import { fromOkInto, type Status, transitionsWithin } from '../../language/message/transitions.ts';
import { tagKeyOf } from '../../lint/monitor/group-keys.ts';

/** A group whose notification is asked about: its status, and the values of its tags by key. */
export interface NotifiedGroup {
  readonly status: Status;
  readonly tags: ReadonlyMap<string, string>;
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
  const handles = texts.flatMap((text) =>
    typeof text === 'string' ? placedHandles(parseMessage(text)) : [],
  );
  const isDraft = monitor['draft_status'] === 'draft';
  const facts = { renotifies, priority: toNumber(monitor['priority']) };
  return (group) => {
    if (isDraft || (group.status === 'no_data' && !notifiesNoData && monitor['type'] !== 'composite'))
      return [];
    const applies = ({ within }: PlacedHandle) =>
      (transitionsWithin(within) & fromOkInto(group.status)) !== 0 &&
      within.every(({ block, otherwise }) => holds(block, otherwise, group.tags, facts));
    return [
      ...new Set(
        handles.filter(applies).map(({ handle }) => handleText(handle, (name) => valueIn(group.tags, name))),
      ),
    ];
  };
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
    const [first, ...values] = args.map(({ text }) => text);
    switch (name) {
      case 'is_renotify':
        return renotifies ? undefined : false;
      case 'is_priority':
        return first === `P${priority}`;
      case 'is_match':
      case 'is_exact_match': {
        const value = valueIn(tags, first ?? '');
        return value === undefined ? undefined : matchesAny(value, values, name === 'is_exact_match');
      }
      default:
        return undefined;
    }
  })();
  return result === undefined || (negated === otherwise ? result : !result);
}

/** Returns the value of a variable such as `queue.name`, or undefined if it is no tag of the group. */
function valueIn(tags: NotifiedGroup['tags'], variable: string): string | undefined {
  return tags.get(tagKeyOf(variable) ?? '');
}
