import type { EmulatorResponse, EmulatorRequest } from './emulator-exchange.ts';

const KINDS = ['latency', 'latency_after', 'status', 'reset_before', 'reset_after', 'late'] as const;

/**
 * What goes wrong with a request. `latency`: waits `ms`, then works and answers. `latency_after`: works, and answers
 * `ms` later. `status`: answers that status and does not work. `reset_before`, `reset_after`: cuts the connection
 * before or after the work. `late`: cuts it now, and works `ms` later.
 */
export interface Fault {
  readonly kind: (typeof KINDS)[number];
  readonly method?: string;
  /** A regular expression on the path. */
  readonly path?: string;
  /** How many requests it meets; default 1. */
  readonly times?: number;
  readonly ms?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Faults {
  /** Takes a JSON list of faults. */
  add(body: string): EmulatorResponse;
  clear(): EmulatorResponse;
  /** The fault that this request meets, counted. */
  take(request: EmulatorRequest): Fault | undefined;
}

/** Faults on demand, in the order they came; each meets the requests it is for until it is used up. */
export function createFaults(): Faults {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add(body) {
      const list: unknown = JSON.parse(body);
      if (!Array.isArray(list) || !list.every(isFault)) {
        return { status: 400, body: `a list of faults is expected, their kind one of ${KINDS.join(', ')}` };
      }
      for (const fault of list) waiting.push({ fault, left: fault.times ?? 1 });
      return { status: 204 };
    },
    clear() {
      waiting.length = 0;
      return { status: 204 };
    },
    take({ method, path }) {
      const at = waiting.findIndex(
        ({ fault }) =>
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || new RegExp(fault.path).test(path)),
      );
      const found = waiting[at];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(at, 1);
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
