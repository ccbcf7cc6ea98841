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

const FORM = '{kind, method?, path?, times?, every?, ms?, status?, headers?, body?}';

const isText = (value: unknown) => typeof value === 'string';
const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 1;

/** Whether a value is valid for each field of a fault. */
const FIELDS = new Map(
  Object.entries<(value: unknown) => boolean>({
    method: isText,
    path: isPattern,
    times: isCount,
    every: isCount,
    ms: (value) => typeof value === 'number' && value >= 0,
    status: (value) => isCount(value) && Number(value) >= 200 && Number(value) <= 999,
    headers: (value) =>
      typeof value === 'object' && value !== null && Object.values(value).every((one) => isText(one)),
    body: isText,
  }),
);

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}

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
      const list = parsed(body);
      if (!Array.isArray(list) || !list.every(isFault)) {
        return {
          status: 400,
          body: `expected a list of faults: ${FORM}, with one of the kinds ${KINDS.join(', ')}`,
        };
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
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const isValid = (name: string, field: unknown) => FIELDS.get(name)?.(field) ?? false;
  return (
    KINDS.some((kind) => kind === value.kind) &&
    Object.entries(value).every(([name, field]) => name === 'kind' || isValid(name, field))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
