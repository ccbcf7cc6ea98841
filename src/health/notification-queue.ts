import type { RequestContext } from '../domain/caller.ts';
import type { Log } from '../runtime/log.ts';
import type { News } from './incident-states.ts';
import type { Receiver } from './receivers.ts';

/** What one receiver is still to be told: of each trouble the latest, so that it cannot grow. */
export interface NotificationQueue {
  readonly name: Receiver['name'];
  put(news: News): void;
  /** Tells what it can; what does not arrive stays for the next time. */
  flush(context: RequestContext): Promise<void>;
  size(): number;
}

/** A receiver that cannot be told is logged once, until it takes something again. */
export function createNotificationQueue(receiver: Receiver, log: Log): NotificationQueue {
  const waiting = new Map<string, News>();
  let failing = false;
  return {
    name: receiver.name,
    put: (news) => void waiting.set(news.key, news),
    size: () => waiting.size,
    async flush(context) {
      for (const [key, news] of waiting) {
        try {
          await receiver.tell(news, context);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (!failing)
            log.error('alarm not told', { receiver: receiver.name, incident: news.incident, reason });
          failing = true;
          return;
        }
        failing = false;
        if (waiting.get(key) === news) waiting.delete(key);
      }
    },
  };
}
