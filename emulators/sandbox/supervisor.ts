import { type Child, type OnLine, type ProcessSpec, startChild } from './child.ts';

interface Timeouts {
  /** How long a process may take until it is ready. */
  readonly readyMs: number;
  /** How long all processes may take to stop before the rest is killed. */
  readonly stopMs: number;
}
const DEFAULT_TIMEOUTS: Timeouts = { readyMs: 30_000, stopMs: 3000 };

export interface Supervisor {
  /** Starts a process and resolves when it is ready. Rejects with Error if it fails or the supervisor is stopping. */
  start(spec: ProcessSpec): Promise<Child>;
  /** Returns a started process. Throws Error for an unknown name. */
  child(name: string): Child;
  /** Stops all processes, the last one first. Resolves when all have ended. */
  stop(): Promise<void>;
}

/** Supervises processes. `onLine` receives each line of output, `onEnd` the reason of each unexpected end. */
export function createSupervisor(
  onLine: OnLine,
  onEnd: (reason: string) => void,
  timeouts = DEFAULT_TIMEOUTS,
): Supervisor {
  const children: Child[] = [];
  let stopping: Promise<void> | undefined;
  return {
    async start(spec) {
      if (stopping) throw new Error(`${spec.name} is not started: the supervisor is stopping`);
      const child = startChild(spec, onLine, timeouts.readyMs);
      children.push(child);
      await child.ready;
      if (!spec.once) void child.ended.then((reason) => stopping ?? onEnd(reason));
      return child;
    },
    child(name) {
      const found = children.find((child) => child.name === name);
      if (!found) throw new Error(`${name} has not been started`);
      return found;
    },
    stop() {
      stopping ??= stopAll(children, timeouts.stopMs);
      return stopping;
    },
  };
}

async function stopAll(children: readonly Child[], stopMs: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const child of children) child.kill();
  }, stopMs);
  for (const child of children.toReversed()) {
    child.stop();
    await child.ended;
  }
  clearTimeout(timer);
}
