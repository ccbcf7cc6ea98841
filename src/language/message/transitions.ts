import type { Block } from './message-syntax.ts';
import type { Enclosing } from './walk-message.ts';

/** A bit set of the transitions of a monitor from one status to another. */
export type Transitions = number;

const STATUSES = ['ok', 'alert', 'warning', 'no_data', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];

const ALL = set(STATUSES, STATUSES);

/** The transitions for which a block applies: Datadog docs, monitors/notify/variables. A renotification counts as a transition into its status. */
const BLOCKS: ReadonlyMap<string, Transitions> = new Map([
  ['is_alert', set(STATUSES, ['alert'])],
  ['is_warning', set(STATUSES, ['warning'])],
  ['is_no_data', set(STATUSES, ['no_data'])],
  ['is_unknown', set(STATUSES, ['unknown'])],
  ['is_recovery', set(['alert', 'warning', 'no_data', 'unknown'], ['ok'])],
  // According to a note in the documentation, this also applies when an alert becomes a warning.
  ['is_alert_recovery', set(['alert'], ['ok', 'warning'])],
  ['is_warning_recovery', set(['warning'], ['ok'])],
  ['is_no_data_recovery', set(['no_data'], ['ok', 'alert', 'warning', 'unknown'])],
  ['is_alert_to_warning', set(['alert'], ['warning'])],
]);

/** Every transition into a status other than ok. INTO_OK has every transition back. */
export const INTO_PROBLEM = set(STATUSES, ['alert', 'warning', 'no_data', 'unknown']);
export const INTO_ALERT = set(STATUSES, ['alert']);
/** A warning that follows an alert is not the start of a problem. */
export const INTO_WARNING = set(['ok', 'no_data', 'unknown'], ['warning']);
export const INTO_NO_DATA = set(STATUSES, ['no_data']);
export const INTO_OK = set(['alert', 'warning', 'no_data', 'unknown'], ['ok']);

/** Returns the transition from ok into a status. */
export function fromOkInto(status: Status): Transitions {
  return set(['ok'], [status]);
}

/** Returns the transitions for which the content of these blocks is sent. Comparisons of tags or priorities may apply to all. */
export function transitionsWithin(within: readonly Enclosing[]): Transitions {
  return within.reduce((left, { block, otherwise }) => left & transitionsOf(block, otherwise), ALL);
}

function transitionsOf({ name, negated }: Block, otherwise: boolean): Transitions {
  const when = BLOCKS.get(name);
  if (when === undefined) return ALL;
  return negated === otherwise ? when : ALL & ~when;
}

/** Returns whether a block applies to a transition, or undefined if it is not about transitions. */
export function appliesOn(name: string, from: Status, to: Status): boolean | undefined {
  const when = BLOCKS.get(name);
  return when === undefined ? undefined : (when & set([from], [to])) !== 0;
}

function set(from: readonly Status[], to: readonly Status[]): Transitions {
  let bits = 0;
  for (const [row, before] of STATUSES.entries())
    for (const [column, after] of STATUSES.entries())
      if (from.includes(before) && to.includes(after)) bits |= 1 << (row * STATUSES.length + column);
  return bits;
}
