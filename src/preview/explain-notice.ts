import { durationText } from '../alerts/durations.ts';
import type { NoticeRules } from '../evaluate/condition.ts';
import { type Notification, type NoticeOptions } from '../evaluate/evaluate.ts';
import { tagsOf } from '../evaluate/group-tags.ts';
import type { Downtime } from '../evaluate/notices.ts';
import { type ExplainedHandle, Recipients, statusOf } from '../evaluate/recipients.ts';
import { NO_DATA, NONE, OK, STATES } from '../evaluate/states.ts';
import { isoTime, STATE_NAMES } from './explanation-text.ts';
import type { ExplainedNotification, ExplainedRecipient, Reason } from './explanation.ts';

/** A notified group at an evaluation. The states are indexes of STATES, times are UNIX seconds. */
export interface NoticeMoment {
  readonly rules: NoticeRules;
  /** `tag:value,...`, or `*` for the whole monitor. */
  readonly group: string;
  readonly nowS: number;
  readonly before: number;
  readonly after: number;
  /** NaN without a value. */
  readonly value: number;
  /** Whether No Data at the evaluation is notified. */
  readonly notifiesNoData: boolean;
  /** The notifications of the group until the evaluation, latest last. */
  readonly sent: readonly Notification[];
  readonly isDraft: boolean;
  readonly options: NoticeOptions;
}

/** Returns the downtimes that cover a notified group at a time (UNIX seconds). */
export function activeDowntimes(downtimes: readonly Downtime[], group: string, nowS: number): Downtime[] {
  return downtimes.filter(
    ({ start, end, covers }) => start <= nowS && nowS < end && (covers?.(group) ?? true),
  );
}

/** Returns the notification of an evaluation, or why nothing was sent. */
export function explainNotification(moment: NoticeMoment): ExplainedNotification {
  const { sent, nowS } = moment;
  const own = sent.findLast(({ at }) => at === nowS);
  if (!own || moment.isDraft) return { sent: false, reason: whyNot(moment) };
  return { sent: true, kind: own.kind, from: own.from, to: own.to };
}

function nameOf(state: number): string {
  return STATE_NAMES[STATES[state] ?? 'none'];
}

function whyNot(moment: NoticeMoment): Reason {
  const { before, after, group, nowS, notifiesNoData, options, sent, isDraft } = moment;
  const of = (code: string, text: string): Reason => ({ code, text });
  if (isDraft) return of('draft', 'The monitor is a draft, and drafts do not notify.');
  if (after === NONE) return of('no_state', 'It has no state.');
  const [downtime] = activeDowntimes(options.downtimes ?? [], group, nowS);
  if (downtime && (before !== after || after >= NO_DATA)) {
    const until = Number.isFinite(downtime.end) ? ` until ${isoTime(downtime.end)}` : '';
    return of('muted', `A downtime mutes it from ${isoTime(downtime.start)}${until}.`);
  }
  if (moment.rules.isIndependent === true && after === OK)
    return of('recovery_on_schedule', 'A monitor with a custom schedule does not notify of OK.');
  if (before !== after || moment.rules.isIndependent === true) {
    if (after === NO_DATA && !notifiesNoData)
      return of('no_data_is_silent', 'The monitor does not notify of No Data.');
    if (after === OK && before === NONE)
      return of('first_ok', 'The first state of a group is OK, which is not notified.');
    return of('not_told', `Nobody was notified of ${nameOf(before)}, so its recovery is not notified.`);
  }
  const last = sent.at(-1);
  const lastText = last
    ? ` The last notification was about ${STATE_NAMES[last.to]} at ${isoTime(last.at)}.`
    : '';
  if (after < NO_DATA) return of('no_transition', `The state did not change.${lastText}`);
  return of('no_transition', `The state did not change.${lastText} ${renotification(moment, last)}`);
}

function renotification(
  { rules: { renotify }, after, sent }: NoticeMoment,
  last: Notification | undefined,
): string {
  if (!renotify) return 'The monitor does not renotify.';
  if (!renotify.statuses.has((STATES[after] ?? 'none').replace('_', ' ')))
    return `The monitor does not renotify of ${nameOf(after)}.`;
  const first = sent.findLastIndex(({ kind }) => kind === 'transition');
  const count = sent.slice(first + 1).filter(({ kind }) => kind === 'renotification').length;
  if (count >= renotify.maxCount) return `All ${renotify.maxCount} renotifications were sent.`;
  const next = last ? ` next at ${isoTime(last.at + renotify.intervalS)} or later` : '';
  return `It is renotified each ${durationText(renotify.intervalS)},${next || ' once somebody was notified'}.`;
}

/** Returns every recipient that the monitor or a notification rule names, and why it was notified or not. */
export function explainRecipients(
  moment: NoticeMoment,
  notification: ExplainedNotification,
): ExplainedRecipient[] {
  const { rules, group, before, after, value, options } = moment;
  const isRenotification = notification.sent && notification.kind === 'renotification';
  // The end of a downtime and a renotification are notified like a transition from the state itself.
  const from = notification.sent ? STATES.indexOf(notification.from) : before;
  const context = { from, to: after, isRenotification, group, value };
  const missed = notification.sent ? undefined : notification.reason.text;
  const found: ExplainedRecipient[] = new Recipients(rules.messages)
    .explain(context)
    .map((handle) => explainHandle(handle, isRenotification, missed));
  const tags = new Set([...rules.tags, ...tagsOf(group)]);
  const ruled = options.rules?.explain({ from: statusOf(from), to: statusOf(after), tags }) ?? [];
  for (const { recipient, rule, scope, isNotified } of ruled) {
    const where = `The notification rule ${JSON.stringify(rule)}`;
    const matches = scope === undefined ? 'names it' : `names it for ${scope}`;
    const because = isNotified ? `${where} ${matches}.` : `${where} ${matches}, which does not apply.`;
    found.push({
      recipient,
      notified: isNotified && missed === undefined,
      source: 'notification_rule',
      because: isNotified && missed !== undefined ? missed : because,
    });
  }
  return onePerRecipient(found);
}

function explainHandle(
  { recipient, source, blocks }: ExplainedHandle,
  isRenotification: boolean,
  missed: string | undefined,
): ExplainedRecipient {
  const failing = blocks.find(({ applies }) => !applies);
  const explained = (notified: boolean, because: string) => ({ recipient, notified, source, because });
  if (source === 'escalation_message' && !isRenotification && missed === undefined)
    return explained(false, 'The escalation message is only sent in renotifications.');
  if (failing) return explained(false, `It is within ${failing.text}, which does not apply.`);
  if (missed !== undefined) return explained(false, missed);
  const where = blocks.map(({ text }) => text).join(' ');
  return explained(
    true,
    where === '' ? 'It is outside all blocks.' : `It is within ${where}, which applies.`,
  );
}

/** Keeps one row of each recipient: one that was notified, if any. */
function onePerRecipient(rows: readonly ExplainedRecipient[]): ExplainedRecipient[] {
  const kept = new Map<string, ExplainedRecipient>();
  for (const row of rows)
    if (kept.get(row.recipient)?.notified !== true && (row.notified || !kept.has(row.recipient)))
      kept.set(row.recipient, row);
  return [...kept.values()];
}
