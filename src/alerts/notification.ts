import { type Notify, type Transition, TRANSITIONS, USUAL_TRANSITIONS } from './alert.ts';

/** One line for each entry of `notify`: its handles within a block for each transition. */
const BLOCK = /\{\{#is_(alert|warning|no_data|recovery)\}\}(@[^{}\s]+(?: @[^{}\s]+)*)\{\{\/is_\1\}\}/y;

/** The message of the monitor: the alert's own words, then who is told when, in Datadog's template language. */
export function writeMessage(words: string | undefined, notify: readonly Notify[]): string {
  const lines = notify.map((entry) =>
    transitionsOf(entry)
      .map((when) => `{{#is_${when}}}${entry.to.join(' ')}{{/is_${when}}}`)
      .join(''),
  );
  return [words?.trimEnd() ?? '', lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** The words and the notifications of a message, as `writeMessage` puts them together. */
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

/** The transitions an entry means, each once, in one order. */
export function transitionsOf({ when }: Notify): readonly Transition[] {
  if (when === undefined) return USUAL_TRANSITIONS;
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

/** `when` as a person would write it: left out where usual, one word where it is one. */
export function whenMember(transitions: readonly Transition[]): { when?: Transition | Transition[] } {
  const baseline =
    transitions.length === USUAL_TRANSITIONS.length &&
    USUAL_TRANSITIONS.every((t) => transitions.includes(t));
  const [only, ...more] = transitions;
  if (baseline || only === undefined) return {};
  return { when: more.length === 0 ? only : [...transitions] };
}
