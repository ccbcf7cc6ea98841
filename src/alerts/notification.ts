import { type JsonObject, own } from '../domain/json.ts';
import { notifiesNoData } from './fields/no-data.ts';
import { type AlertFields, type Notify, type Transition, TRANSITIONS } from './fields/schemas.ts';

/** The part of an alert that decides who is notified of what. */
export type Notified = Pick<AlertFields, 'no_data'> & { readonly condition: JsonObject };
/** The part of an alert that its message is written from. */
export type Message = Pick<AlertFields, 'message' | 'runbook' | 'notify'>;

/** The last line of a message before the recipients. */
const RUNBOOK = /^Runbook: (https?:\/\/\S+)$/;
/** The beginning of a block for groups with a tag value. */
const IF = /\{\{#is_exact_match "([^"{}]+)\.name"((?: "[^"{}]*")+)\}\}/y;
const IF_END = '{{/is_exact_match}}';
/** A block of handles for one transition. */
const BLOCK =
  /\{\{#is_(alert|warning|unknown|no_data|recovery)\}\}(@[^{}\s]+(?: @[^{}\s]+)*)\{\{\/is_\1\}\}/y;

/** Returns the monitor's message: the alert's message, its runbook, and a line for each entry of `notify`. */
export function writeMessage(alert: Notified & Message): string {
  const { message, runbook, notify = [] } = alert;
  return [
    message?.trimEnd() ?? '',
    runbook === undefined ? '' : `Runbook: ${runbook}`,
    notify
      .map((entry) => lineOf(entry, alert))
      .filter((line) => line !== '')
      .join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Splits a message into the alert's message, runbook and recipients. Inverse of `writeMessage`. */
export function readMessage(text: string, alert: Notified): Message {
  const lines = text.trimEnd().split('\n');
  const notify: (string | Notify)[] = [];
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const entry = readLine(lines[at] ?? '', alert);
    if (entry === undefined) break;
    notify.unshift(entry);
  }
  const withRecipients = notify.length > 0 ? partBefore(lines, lines.length - notify.length) : undefined;
  const rest = withRecipients ?? lines;
  const runbook = RUNBOOK.exec(rest.at(-1) ?? '')?.[1];
  const withRunbook = runbook === undefined ? undefined : partBefore(rest, rest.length - 1);
  const message = (withRunbook ?? rest).join('\n');
  return {
    ...(message === '' ? {} : { message }),
    ...(withRunbook === undefined || runbook === undefined ? {} : { runbook }),
    ...(withRecipients === undefined ? {} : { notify }),
  };
}

/** Returns the lines before a part, or undefined if exactly one empty line does not separate the part from them. */
function partBefore(lines: readonly string[], end: number): readonly string[] | undefined {
  if (end === 0) return [];
  const before = lines.slice(0, end - 1);
  const last = before.at(-1);
  return lines[end - 1] === '' && last !== undefined && last !== '' && last === last.trimEnd()
    ? before
    : undefined;
}

function lineOf(entry: string | Notify, alert: Notified): string {
  const handles = recipientsOf(entry).join(' ');
  const conditions = Object.entries((typeof entry === 'string' ? undefined : entry.if) ?? {});
  return [
    ...conditions.map(([tag, value]) => {
      const key = tag.includes('.') ? `[${tag}]` : tag;
      const values = [value].flat().map((one) => ` "${one}"`);
      return `{{#is_exact_match "${key}.name"${values.join('')}}}`;
    }),
    ...transitionsOf(entry, alert).map((when) => `{{#is_${when}}}${handles}{{/is_${when}}}`),
    ...conditions.map(() => IF_END),
  ].join('');
}

/** Returns the entry that a line is written from, or undefined if it is not exactly such a line. */
function readLine(line: string, alert: Notified): string | Notify | undefined {
  const conditions = new Map<string, string | string[]>();
  let at = 0;
  for (IF.lastIndex = 0; ; IF.lastIndex = at) {
    const [whole, key = '', values = ''] = IF.exec(line) ?? [];
    if (whole === undefined) break;
    const [only = '', ...more] = values.slice(2, -1).split('" "');
    conditions.set(/^\[([^\]]*)\]$/.exec(key)?.[1] ?? key, more.length === 0 ? only : [only, ...more]);
    at += whole.length;
  }
  const seen: Transition[] = [];
  let handles = '';
  for (BLOCK.lastIndex = at; ; BLOCK.lastIndex = at) {
    const [whole, name, recipients = ''] = BLOCK.exec(line) ?? [];
    const when = TRANSITIONS.find((one) => one === name);
    if (whole === undefined || when === undefined) break;
    handles = recipients;
    seen.push(when);
    at += whole.length;
  }
  if (handles === '') return undefined;
  const entry = shortest(handles.split(' '), seen, conditions, alert);
  return lineOf(entry, alert) === line ? entry : undefined;
}

/** Returns an entry of `notify` in its shortest notation. */
function shortest(
  recipients: readonly string[],
  transitions: readonly Transition[],
  conditions: ReadonlyMap<string, string | string[]>,
  alert: Notified,
): string | Notify {
  const [first = '', ...others] = recipients;
  const to = others.length === 0 ? first : [first, ...others];
  const when = whenMember(transitions, alert);
  if (typeof to === 'string' && when.when === undefined && conditions.size === 0) return to;
  return { to, ...when, ...(conditions.size === 0 ? {} : { if: Object.fromEntries(conditions) }) };
}

/** Returns the transitions of an entry without duplicates, in a fixed order. */
export function transitionsOf(entry: string | Notify, alert: Notified): readonly Transition[] {
  const when = typeof entry === 'string' ? undefined : entry.when;
  if (when === undefined) return defaultTransitions(alert);
  return TRANSITIONS.filter((t) => (typeof when === 'string' ? when === t : when.includes(t)));
}

/** Returns the recipients of an entry. */
export function recipientsOf(entry: string | Notify): readonly string[] {
  const to = typeof entry === 'string' ? entry : entry.to;
  return typeof to === 'string' ? [to] : to;
}

/** Returns the transitions of an entry without `when`. */
function defaultTransitions(alert: Notified): readonly Transition[] {
  const { condition } = alert;
  if (Object.hasOwn(condition, 'missing_for')) return ['no_data', 'recovery'];
  const isDefault: Readonly<Record<Transition, boolean>> = {
    alert: true,
    warning: own(condition, 'warn') !== undefined,
    unknown: own(condition, 'unknown') !== undefined,
    no_data: notifiesNoData(alert),
    recovery: true,
  };
  return TRANSITIONS.filter((transition) => isDefault[transition]);
}

/** Returns `when` in its shortest form: omitted for the default, a string for a single transition. */
export function whenMember(
  transitions: readonly Transition[],
  alert: Notified,
): { when?: Transition | Transition[] } {
  const normal = defaultTransitions(alert);
  const isDefault = transitions.length === normal.length && normal.every((t) => transitions.includes(t));
  const [only, ...more] = transitions;
  if (isDefault || only === undefined) return {};
  return { when: more.length === 0 ? only : [...transitions] };
}
