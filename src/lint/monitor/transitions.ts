import type { Block } from '../../language/message/message-syntax.ts';
import type { Enclosing } from '../../language/message/walk-message.ts';

/** A set of the ways in which a monitor goes from one status into another: a bit for each. */
export type Transitions = number;

const STATUSES = ['ok', 'alert', 'warning', 'no_data', 'unknown'] as const;
type Status = (typeof STATUSES)[number];

const ALL = set(STATUSES, STATUSES);

/** On which of them a block holds: docs, monitors/notify/variables. What a renotification repeats is a way into that status too. */
const BLOCKS: ReadonlyMap<string, Transitions> = new Map([
  ['is_alert', set(STATUSES, ['alert'])],
  ['is_warning', set(STATUSES, ['warning'])],
  ['is_no_data', set(STATUSES, ['no_data'])],
  ['is_unknown', set(STATUSES, ['unknown'])],
  ['is_recovery', set(['alert', 'warning', 'no_data', 'unknown'], ['ok'])],
  // Told when an alert becomes a warning too, by the documentation's own note.
  ['is_alert_recovery', set(['alert'], ['ok', 'warning'])],
  ['is_warning_recovery', set(['warning'], ['ok'])],
  ['is_no_data_recovery', set(['no_data'], ['ok', 'alert', 'warning', 'unknown'])],
  ['is_alert_to_warning', set(['alert'], ['warning'])],
]);

/** Every way into a status that is no good one, and every way out of it. */
export const INTO_TROUBLE = set(STATUSES, ['alert', 'warning', 'no_data', 'unknown']);
export const INTO_OK = set(['alert', 'warning', 'no_data', 'unknown'], ['ok']);

/** When what stands within these blocks is sent. What compares tags or priorities may hold at any time. */
export function transitionsWithin(within: readonly Enclosing[]): Transitions {
  return within.reduce((left, { block, otherwise }) => left & holds(block, otherwise), ALL);
}

function holds({ name, negated }: Block, otherwise: boolean): Transitions {
  const when = BLOCKS.get(name);
  if (when === undefined) return ALL;
  return negated === otherwise ? when : ALL & ~when;
}

function set(from: readonly Status[], to: readonly Status[]): Transitions {
  let bits = 0;
  for (const [row, before] of STATUSES.entries())
    for (const [column, after] of STATUSES.entries())
      if (from.includes(before) && to.includes(after)) bits |= 1 << (row * STATUSES.length + column);
  return bits;
}
