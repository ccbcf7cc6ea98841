import type { EmulatorResponse, EmulatorRequest } from './emulator-exchange.ts';

const KINDS = [
  'latency',
  'latency_after',
  'status',
  'status_after',
  'reset_before',
  'reset_after',
  'late',
] as const;

/**
 * A fault to inject. `latency` waits `ms` before it handles the request, `latency_after` waits before it responds.
 * `status` responds with that status and does not handle the request; `status_after` handles it and then responds with that
 * status. `reset_before` and `reset_after` close the connection before or after the request is handled. `late` closes it at
 * once and handles the request `ms` later.
 */
export interface Fault {
  readonly kind: (typeof KINDS)[number];
  readonly method?: string;
  /** A regular expression that matches the path. */
  readonly path?: string;
  /** The number of requests that the fault affects; default 1. */
  readonly times?: number;
  /** Affects only each n-th matching request; default 1. */
  readonly every?: number;
  readonly ms?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Faults {
  /** Adds a JSON list of faults. */
  add(body: string): EmulatorResponse;
  clear(): EmulatorResponse;
  /** Returns the fault for a request and counts it as used. */
  take(request: EmulatorRequest): Fault | undefined;
}

/** Creates a queue of faults. A request gets the first fault that matches it; a used-up fault is removed. */
export function createFaults(): Faults {
  const queue: { fault: Fault; remaining: number; matched: number }[] = [];
  return {
    add(body) {
      const list: unknown = JSON.parse(body);
      if (!Array.isArray(list) || !list.every(isFault)) {
        return { status: 400, body: `expected a list of faults whose kind is one of ${KINDS.join(', ')}` };
      }
      for (const fault of list) queue.push({ fault, remaining: fault.times ?? 1, matched: 0 });
      return { status: 204 };
    },
    clear() {
      queue.length = 0;
      return { status: 204 };
    },
    take({ method, path }) {
      const at = queue.findIndex((queued) => {
        const { fault } = queued;
        const matches =
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || new RegExp(fault.path).test(path));
        if (!matches) return false;
        queued.matched += 1;
        return queued.matched % (fault.every ?? 1) === 0;
      });
      const found = queue[at];
      if (!found) return undefined;
      found.remaining -= 1;
      if (found.remaining <= 0) queue.splice(at, 1);
      return found.fault;
    },
  };
}

function isFault(value: unknown): value is Fault {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    KINDS.some((kind) => kind === value.kind)
  );
}
