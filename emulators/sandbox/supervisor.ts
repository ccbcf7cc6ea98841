import { type Child, type OnLine, type ProcessSpec, startChild } from './child.ts';

/** Times in ms: how long a process may take to be ready, and all of them to stop before what is left is killed. */
interface Patience {
  readonly readyWithin: number;
  readonly grace: number;
}
const PATIENCE: Patience = { readyWithin: 30_000, grace: 3000 };

export interface Supervisor {
  /** Starts a process and resolves when it is ready. Rejects with Error where it is not, or all is being stopped. */
  start(spec: ProcessSpec): Promise<Child>;
  /** A process that was started. Throws Error where there is none of that name. */
  child(name: string): Child;
  /** Stops all, the last one first. Resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Keeps processes: `onLine` gets every line they write, `onEnd` why one of them ended that should not have. */
export function createSupervisor(
  onLine: OnLine,
  onEnd: (reason: string) => void,
  patience = PATIENCE,
): Supervisor {
  const children: Child[] = [];
  let stopping: Promise<void> | undefined;
  return {
    async start(spec) {
      if (stopping) throw new Error(`${spec.name} is not started: all is being stopped`);
      const child = startChild(spec, onLine, patience.readyWithin);
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
      stopping ??= stopAll(children, patience.grace);
      return stopping;
    },
  };
}

async function stopAll(children: readonly Child[], graceMs: number): Promise<void> {
  const grace = setTimeout(() => {
    for (const child of children) child.kill();
  }, graceMs);
  for (const child of children.toReversed()) {
    child.stop();
    await child.ended;
  }
  clearTimeout(grace);
}
