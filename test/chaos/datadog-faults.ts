import type { Random } from '../fuzz/random.ts';

const STATUSES = [500, 502, 503, 504, 507, 511, 520, 524, 408];
const METHODS = ['POST', 'PUT', 'DELETE', 'GET', 'POST', 'PUT', 'DELETE'];
const PATH = '^/api/v1/(monitor|dashboard)';
/** A late write must land before `BIRDDOG_SETTLE_MS` of the run. */
const MAX_LATE_MS = 1000;
const ALWAYS = 1e9;
const RATE_LIMITED = {
  'x-ratelimit-limit': '500',
  'x-ratelimit-period': '1',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': '1',
};

/** Returns the faults of Datadog's emulator for the next seconds. Each affects a share of the requests of one method. */
export function faultsOfDatadog(random: Random): object[] {
  const kinds: (() => object)[] = [
    () => ({ kind: 'reset_before' }),
    () => ({ kind: 'reset_after' }),
    () => ({ kind: 'reset_after' }),
    () => ({ kind: 'late', ms: random.between(50, MAX_LATE_MS) }),
    () => ({ kind: 'late', ms: random.between(50, MAX_LATE_MS) }),
    () => ({ kind: 'status', status: random.pick(STATUSES) }),
    () => ({ kind: 'status_after', status: random.pick(STATUSES) }),
    () => ({ kind: 'status', status: 429, headers: RATE_LIMITED }),
    () => ({ kind: 'latency', ms: random.between(50, MAX_LATE_MS) }),
    () => ({ kind: 'latency_after', ms: random.between(50, MAX_LATE_MS) }),
  ];
  return Array.from({ length: 6 }, () => ({
    ...random.pick(kinds)(),
    method: random.pick(METHODS),
    path: PATH,
    every: random.between(3, 15),
    times: ALWAYS,
  }));
}
