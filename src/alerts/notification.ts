import { type Alert, type Notify, type Transition, TRANSITIONS } from './alert.ts';

/** A block of handles for one transition. Each entry of `notify` is one line of blocks. */
const BLOCK = /\{\{#is_(alert|warning|no_data|recovery)\}\}(@[^{}\s]+(?: @[^{}\s]+)*)\{\{\/is_\1\}\}/y;

/** Returns the monitor's message: the alert's message, then the recipients by transition in Datadog's template syntax. */
export function writeMessage({ message: words, notify = [], condition }: Alert): string {
  const lines = notify.map((entry) =>
    transitionsOf(entry, condition)
      .map((when) => `{{#is_${when}}}${recipientsOf(entry).join(' ')}{{/is_${when}}}`)
      .join(''),
  );
  return [words?.trimEnd() ?? '', lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Splits a message into the alert's message and its notifications. Inverse of `writeMessage`. */
export function readMessage(message: string, condition: Warned): { words: string; notify: Notify[] } {
  const lines = message.split('\n');
  const notify: Notify[] = [];
  while (lines.length > 0) {
    const entry = readLine(lines.at(-1) ?? '', condition);
    if (!entry) break;
    notify.unshift(entry);
    lines.pop();
  }
  return { words: lines.join('\n').trimEnd(), notify };
}

/** Returns the transitions of an entry without duplicates, in a fixed order. */
export function transitionsOf(entry: string | Notify, condition: Warned): readonly Transition[] {
  const when = typeof entry === 'string' ? undefined : entry.when;
  if (when === undefined) return defaultTransitions(condition);
  return TRANSITIONS.filter((t) => (typeof when === 'string' ? when === t : when.includes(t)));
}

/** Returns the recipients of an entry. */
export function recipientsOf(entry: string | Notify): readonly string[] {
  const to = typeof entry === 'string' ? entry : entry.to;
  return typeof to === 'string' ? [to] : to;
}

/** The part of a condition that decides whether there are warnings. */
type Warned = Alert['condition'];

/** Returns the transitions of an entry without `when`. */
function defaultTransitions({ warn }: Warned): readonly Transition[] {
  return warn === undefined ? ['alert', 'recovery'] : ['alert', 'warning', 'recovery'];
}

function readLine(line: string, condition: Warned): Notify | undefined {
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
  return handles === undefined ? undefined : { to: handles.split(' '), ...whenMember(seen, condition) };
}

/** Returns `when` in its shortest form: omitted for the default, a string for a single transition. */
export function whenMember(
  transitions: readonly Transition[],
  condition: Warned,
): { when?: Transition | Transition[] } {
  const normal = defaultTransitions(condition);
  const isDefault = transitions.length === normal.length && normal.every((t) => transitions.includes(t));
  const [only, ...more] = transitions;
  if (isDefault || only === undefined) return {};
  return { when: more.length === 0 ? only : [...transitions] };
}
