import type { Clock } from '../domain/clock.ts';

/** The phases in which a process stops. Each signal aborts when its phase begins. */
export interface ShutdownPhases {
  /** The process is not ready, so load balancers leave it; it still serves. A running apply stops at the next object. */
  readonly leaving: AbortSignal;
  /** New requests are refused. */
  readonly refusing: AbortSignal;
  /** Requests in progress must be answered now, because the process ends soon. */
  readonly ending: AbortSignal;
}

/** The shutdown of one process. */
export interface Shutdown {
  readonly phases: ShutdownPhases;
  /**
   * Runs the phases. `idle` returns a promise that resolves when no request is in progress. Resolves then, and at the latest
   * after the drain time. `hurry` skips or ends the first phase: no load balancer sends requests.
   */
  run(idle: () => Promise<void>, hurry: AbortSignal): Promise<void>;
}

/** Maximum time (ms) for which a process serves although it is not ready, and its maximum share of the drain time. */
const LEAVING = { maxMs: 5_000, share: 1 / 8 };
/** Share of the drain time that is left for the answers when the last phase begins. */
const ENDING_SHARE = 1 / 20;

/** Creates the shutdown of a process that ends at the latest `drainMs` milliseconds after it was told to stop. */
export function createShutdown(drainMs: number, clock: Clock): Shutdown {
  const leaving = new AbortController();
  const refusing = new AbortController();
  const ending = new AbortController();
  const pause = (ms: number, signal: AbortSignal) => clock.sleep(Math.max(0, ms), signal).catch(() => {});
  return {
    phases: { leaving: leaving.signal, refusing: refusing.signal, ending: ending.signal },
    async run(idle, hurry) {
      const end = clock.monotonic() + drainMs;
      const left = () => end - clock.monotonic();
      leaving.abort();
      await pause(Math.min(LEAVING.maxMs, drainMs * LEAVING.share), hurry);
      refusing.abort();
      const drained = new AbortController();
      void idle().then(() => drained.abort());
      await pause(left() - drainMs * ENDING_SHARE, drained.signal);
      if (drained.signal.aborted) return;
      ending.abort();
      await pause(left(), drained.signal);
    },
  };
}

/** Stops applies: those in progress, or all for good when the process leaves. */
export interface ApplyStop {
  /** Returns the signal that stops an apply which begins now. */
  signal(): AbortSignal;
  /** Stops the applies in progress. Later ones are not affected. */
  stop(): void;
}

/** Creates the stop of the applies of a process. */
export function createApplyStop({ leaving }: Pick<ShutdownPhases, 'leaving'>): ApplyStop {
  let current = new AbortController();
  leaving.addEventListener('abort', () => current.abort(), { once: true });
  return {
    signal: () => current.signal,
    stop() {
      current.abort();
      if (!leaving.aborted) current = new AbortController();
    },
  };
}
