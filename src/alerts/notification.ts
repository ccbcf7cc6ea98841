import { type Notify, type Transition, TRANSITIONS, DEFAULT_TRANSITIONS } from './alert.ts';

/** A block of handles for one transition. Each entry of `notify` is one line of blocks. */
const BLOCK = /\{\{#is_(alert|warning|no_data|recovery)\}\}(@[^{}\s]+(?: @[^{}\s]+)*)\{\{\/is_\1\}\}/y;

/** Returns the monitor's message: the alert's message, then the recipients by transition in Datadog's template syntax. */
export function writeMessage(words: string | undefined, notify: readonly Notify[]): string {
  const lines = notify.map((entry) =>
    transitionsOf(entry)
      .map((when) => `{{#is_${when}}}${entry.to.join(' ')}{{/is_${when}}}`)
      .join(''),
  );
  return [words?.trimEnd() ?? '', lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Splits a message into the alert's message and its notifications. Inverse of `writeMessage`. */
export function readMessage(message: string): { words: string; notify: Notify[] } {
  const lines = message.split('\n');
  const notify: Notify[] = [];
  while (lines.length > 0) {
    const entry = readLine(lines.at(-1) ?? '');
    if (!entry) break;
    notify.unshift(entry);
    lines.pop();
  }
  return { words: lines.join('\n').trimEnd(), notify };
}

/** Returns the transitions of an entry without duplicates, in a fixed order. */
export function transitionsOf({ when }: Notify): readonly Transition[] {
  if (when === undefined) return DEFAULT_TRANSITIONS;
  return TRANSITIONS.filter((t) => (typeof when === 'string' ? when === t : when.includes(t)));
}

function readLine(line: string): Notify | undefined {
  const seen: Transition[] = [];
  let handles: string | undefined;
  let at = 0;
  while (at < line.length) {
    BLOCK.lastIndex = at;
    const block = BLOCK.exec(line);
    const when = TRANSITIONS.find((t) => t === block?.[1]);
    if (!block || !when || (handles !== undefined && handles !== block[2])) return undefined;
    handles = block[2];
    seen.push(when);
    at = BLOCK.lastIndex;
  }
  return handles === undefined ? undefined : { to: handles.split(' '), ...whenMember(seen) };
}

/** Returns `when` in its shortest form: omitted for the default, a string for a single transition. */
export function whenMember(transitions: readonly Transition[]): { when?: Transition | Transition[] } {
  const isDefault =
    transitions.length === DEFAULT_TRANSITIONS.length &&
    DEFAULT_TRANSITIONS.every((t) => transitions.includes(t));
  const [only, ...more] = transitions;
  if (isDefault || only === undefined) return {};
  return { when: more.length === 0 ? only : [...transitions] };
}
