import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  CLAIM_MS,
  type ClaimedNotification,
  type IncidentLedger,
  type ObservedIncident,
} from '../ledger/port.ts';
import type { Log } from '../runtime/log.ts';
import { INCIDENT_SCOPES } from './incident-identity.ts';
import type { Notification } from './incident-states.ts';
import { createNotificationQueue, type NotificationQueue } from './notification-queue.ts';
import type { Receiver } from './receivers.ts';

export interface NotifierOptions {
  readonly receivers: readonly Receiver[];
  readonly ledger: IncidentLedger;
  readonly clock: Clock;
  readonly log: Log;
  /** Interval (ms) between reminders while an incident lasts. */
  readonly remindMs: number;
  /** How long (ms) notifications wait for a ledger that does not answer. Then this process sends them without it. */
  readonly graceMs: number;
  readonly context: () => Omit<RequestContext, 'deadline'>;
}

/** An incident as this process observes it, and whether it is recorded in the ledger. */
export interface OpenIncident extends ObservedIncident {
  /** False for the incident that the ledger is unavailable. */
  readonly isRecorded: boolean;
}

/** Sends notifications to the receivers: through the ledger each one once over all processes, without it those of this process. */
export interface Notifier {
  /**
   * Sends what is due. `open` are all incidents that this process observes now, `events` what it has noticed since the last call.
   * Resolves when every receiver has accepted its notifications or failed. Never rejects.
   */
  notify(open: readonly OpenIncident[], events: readonly IncidentNews[]): Promise<void>;
  /** Returns the number of pending notifications by type of receiver. */
  pending(): ReadonlyMap<string, number>;
}

/** A notification as one process would send it. */
export interface IncidentNews {
  readonly notification: Notification;
  readonly isRecorded: boolean;
}

/** Time limit (ms) of one receiver, and of one call of the ledger. */
const RECEIVER_TIMEOUT_MS = 8000;
const LEDGER_TIMEOUT_MS = 6000;

/** Creates a notifier. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { ledger, clock, log, context } = options;
  /** Accepted notifications of which the ledger may not know. */
  const accepted = new Set<string>();
  const unique = new Map(options.receivers.map((receiver) => [receiver.id, receiver]));
  const queues = [...unique.values()].map((receiver) => createNotificationQueue(receiver, log, accepted));
  /** Notifications that wait for the ledger to decide who sends them. */
  let waiting: Notification[] = [];
  /** Keys of incidents that began without the ledger. */
  const unrecorded = new Set<string>();
  let answeredAt = clock.monotonic();
  let claimedAt: number | undefined;

  function putDirectly(notification: Notification): void {
    for (const queue of queues) queue.put(notification);
    if (notification.event === 'ended') unrecorded.delete(notification.key);
    else unrecorded.add(notification.key);
  }

  /** Lets the ledger decide what this process sends. */
  async function decide(open: readonly OpenIncident[]): Promise<void> {
    const known = [...accepted];
    const receivers = queues.map(({ id }) => id);
    const startedAt = clock.monotonic();
    const wanted = { receivers, accepted: known, remindMs: options.remindMs };
    // An answer that comes too late is ignored: the next one contains the same notifications.
    const claims = await inTime(ledger.observe(open, wanted), clock);
    for (const id of known) accepted.delete(id);
    claimedAt = startedAt;
    answeredAt = clock.monotonic();
    // An end that the ledger cannot know, because the beginning was sent without it.
    for (const one of waiting) if (one.event === 'ended' && unrecorded.has(one.key)) putDirectly(one);
    waiting = [];
    for (const { name, isDue } of open) {
      if (!isDue) continue;
      unrecorded.delete(name);
      for (const queue of queues) queue.withdraw(name);
    }
    setClaims(queues, claims, clock.now());
  }

  function sendWithoutLedger(): void {
    claimedAt = undefined;
    if (clock.monotonic() - answeredAt < options.graceMs) return;
    for (const one of waiting) putDirectly(one);
    waiting = [];
  }

  /** Whether the ledger gives the claims to no other process before a receiver has answered. */
  const isClaimed = () =>
    claimedAt === undefined || clock.monotonic() < claimedAt + CLAIM_MS - RECEIVER_TIMEOUT_MS;

  async function flush(queue: NotificationQueue): Promise<void> {
    const deadline = deadlineAfter(RECEIVER_TIMEOUT_MS, clock);
    await queue.flush({ ...context(), deadline }, isClaimed).finally(deadline.close);
  }

  async function reportAccepted(): Promise<void> {
    const ids = [...accepted];
    if (ids.length === 0) return;
    await inTime(ledger.accept(ids), clock);
    for (const id of ids) accepted.delete(id);
  }

  return {
    async notify(open, events) {
      if (queues.length === 0) return;
      for (const { notification, isRecorded } of events)
        if (isRecorded) waiting.push(notification);
        else for (const queue of queues) queue.put(notification);
      await decide(open.filter(({ isRecorded }) => isRecorded)).catch(sendWithoutLedger);
      await Promise.all(queues.map(flush));
      // The next call repeats what fails.
      await reportAccepted().catch(() => undefined);
    },
    pending: () => sizesOf(queues),
  };
}

function sizesOf(queues: readonly NotificationQueue[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, size } of queues) sizes.set(name, (sizes.get(name) ?? 0) + size());
  return sizes;
}

function setClaims(
  queues: readonly NotificationQueue[],
  claims: readonly ClaimedNotification[],
  now: number,
): void {
  for (const queue of queues) {
    const own = claims.filter(({ receiver }) => receiver === queue.id);
    queue.setClaims(own.map((claim) => ({ id: claim.id, notification: notificationOf(claim, now) })));
  }
}

function notificationOf(
  { incident: key, event, since, report }: ClaimedNotification,
  at: number,
): Notification {
  const text = (name: string) => textIn(report, name);
  return {
    key,
    event,
    incident: text('incident'),
    about: text('about'),
    title: text('title'),
    detail: text('detail'),
    hint: text('hint'),
    scope: INCIDENT_SCOPES.find((scope) => scope === report['scope']) ?? 'process',
    process: text('process'),
    host: text('host'),
    since,
    at,
  };
}

function textIn(report: JsonObject, name: string): string {
  const value = report[name];
  return typeof value === 'string' ? value : '';
}

/** Rejects when the work takes longer than a call of the ledger may. */
async function inTime<T>(work: Promise<T>, clock: Clock): Promise<T> {
  const deadline = deadlineAfter(LEDGER_TIMEOUT_MS, clock);
  const late = new Promise<never>((_, reject) => {
    const onAbort = () => reject(new Error('the ledger did not answer in time'));
    deadline.signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    deadline.close();
  }
}
