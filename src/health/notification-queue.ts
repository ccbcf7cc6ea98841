import type { RequestContext } from '../domain/caller.ts';
import type { NotificationEvent } from '../ledger/port.ts';
import type { Log } from '../runtime/log.ts';
import type { Notification } from './incident-states.ts';
import type { Receiver } from './receivers.ts';

/** A notification that the ledger has given to this process. */
export interface Claim {
  readonly id: string;
  readonly notification: Notification;
}

/** Holds what one receiver has not accepted yet: only the latest notification of each incident, so its size is bounded. */
export interface NotificationQueue {
  readonly name: Receiver['name'];
  readonly id: Receiver['id'];
  /** Adds a notification that this process sends without the ledger. */
  put(notification: Notification): void;
  /** Replaces the notifications that the ledger gave to this process. Those that were sent without it count as accepted. */
  setClaims(claims: readonly Claim[]): void;
  /** Removes what an incident that the ledger has recorded added without it, except its end. */
  withdraw(key: string): void;
  /**
   * Sends the pending notifications. A failed one stays in the queue until the next flush. Claims are sent while `isClaimed`
   * returns true; their ids are added to `accepted`.
   */
  flush(context: RequestContext, isClaimed: () => boolean): Promise<void>;
  size(): number;
}

interface Pending {
  readonly notification: Notification;
  /** Undefined without the ledger. */
  readonly claim?: string;
}

/** Creates a queue that logs a failing receiver once, until that receiver accepts a notification again. */
export function createNotificationQueue(
  receiver: Receiver,
  log: Log,
  accepted: Set<string>,
): NotificationQueue {
  const pending = new Map<string, Pending>();
  /** The last events that the receiver accepted without the ledger, until the ledger is available again. */
  const direct = new Map<string, NotificationEvent>();
  let failing = false;

  function fail(error: unknown, incident: string): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!failing) log.error('notification failed', { receiver: receiver.name, incident, reason });
    failing = true;
  }

  return {
    name: receiver.name,
    id: receiver.id,
    put: (notification) => void pending.set(notification.key, { notification }),
    setClaims(claims) {
      for (const [key, { claim }] of pending) if (claim !== undefined) pending.delete(key);
      for (const { id, notification } of claims) {
        const isSent = isSameSide(direct.get(notification.key), notification.event);
        // Sent while the ledger was unavailable.
        if (isSent) accepted.add(id);
        else pending.set(notification.key, { notification, claim: id });
      }
      direct.clear();
    },
    withdraw(key) {
      const one = pending.get(key);
      if (one?.claim === undefined && one?.notification.event !== 'ended') pending.delete(key);
    },
    async flush(context, isClaimed) {
      for (const [key, one] of pending) {
        const { notification, claim } = one;
        if (claim !== undefined && !isClaimed()) continue;
        try {
          await receiver.notify(notification, context);
        } catch (error) {
          fail(error, notification.incident);
          return;
        }
        failing = false;
        if (claim === undefined) direct.set(key, notification.event);
        else accepted.add(claim);
        if (pending.get(key) === one) pending.delete(key);
      }
    },
    size: () => pending.size,
  };
}

/** Returns whether both events say that the incident lasts, or both that it ended. */
function isSameSide(sent: NotificationEvent | undefined, event: NotificationEvent): boolean {
  return sent !== undefined && (sent === 'ended') === (event === 'ended');
}
