import type { Clock } from '../domain/clock.ts';
import type { ProblemCode, ProblemError } from '../domain/problem.ts';

/** What the calls of Datadog have shown of late, for metrics and alarms. */
export interface DatadogHealth {
  /** A try was repeated: after this status, or `connection` where no answer came. */
  retried(reason: string): void;
  /** An answer came that needs both keys. */
  keysAccepted(): void;
  /** A call has come to nothing. */
  failed(problem: ProblemError): void;
  /** Tries that were repeated, by the reason. */
  retries(): ReadonlyMap<string, number>;
  /** Whether the keys were refused when Datadog last judged them. */
  keysRefused(): boolean;
  /** Why no answer came, or only failures; undefined where the last call was answered. */
  unavailable(): string | undefined;
  /** Calls given up because a rate limit left no room before the deadline. */
  withoutRoom(): number;
  /** When (epoch ms) such a call was last given up. */
  withoutRoomAt(): number | undefined;
}

/** A deadline may have been the caller's fault: another call will tell. */
const AWAY: readonly ProblemCode[] = ['datadog_unavailable', 'datadog_failed', 'deadline_exceeded'];

/** Nothing is known yet, and so all is well. */
export function createHealth(clock: Clock): DatadogHealth {
  const retries = new Map<string, number>();
  let refused = false;
  let unavailable: string | undefined;
  let withoutRoom = 0;
  let withoutRoomAt: number | undefined;
  return {
    retried: (reason) => void retries.set(reason, (retries.get(reason) ?? 0) + 1),
    keysAccepted() {
      refused = false;
      unavailable = undefined;
    },
    failed({ code, message }) {
      if (code === 'datadog_keys_refused') refused = true;
      if (AWAY.includes(code)) unavailable = message;
      if (code !== 'rate_limited') return;
      withoutRoom += 1;
      withoutRoomAt = clock.now();
    },
    retries: () => retries,
    keysRefused: () => refused,
    unavailable: () => unavailable,
    withoutRoom: () => withoutRoom,
    withoutRoomAt: () => withoutRoomAt,
  };
}
