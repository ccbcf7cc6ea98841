import type { RequestContext } from '../domain/caller.ts';
import type { Log } from '../runtime/log.ts';
import type { Notification } from './incident-states.ts';
import type { Receiver } from './receivers.ts';

/** Holds what one receiver has not accepted yet: only the latest notification of each incident, so its size is bounded. */
export interface NotificationQueue {
  readonly name: Receiver['name'];
  put(notification: Notification): void;
  /** Sends the pending notifications. A failed one stays in the queue until the next flush. */
  flush(context: RequestContext): Promise<void>;
  size(): number;
}

/** Creates a queue that logs a failing receiver once, until that receiver accepts a notification again. */
export function createNotificationQueue(receiver: Receiver, log: Log): NotificationQueue {
  const pending = new Map<string, Notification>();
  let failing = false;
  return {
    name: receiver.name,
    put: (notification) => void pending.set(notification.key, notification),
    size: () => pending.size,
    async flush(context) {
      for (const [key, notification] of pending) {
        try {
          await receiver.notify(notification, context);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (!failing)
            log.error('notification failed', {
              receiver: receiver.name,
              incident: notification.incident,
              reason,
            });
          failing = true;
          return;
        }
        failing = false;
        if (pending.get(key) === notification) pending.delete(key);
      }
    },
  };
}
