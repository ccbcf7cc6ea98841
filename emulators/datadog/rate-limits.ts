import { isRawObject } from './raw-json.ts';

/** Calls allowed in a period of that many seconds. */
export interface Limit {
  readonly limit: number;
  readonly period: number;
}
export type Limits = Readonly<Record<string, Limit>>;

/** Whether a value is a table of limits. */
export function isLimits(value: unknown): value is Limits {
  return (
    isRawObject(value) &&
    Object.values(value).every(
      (rule) => isRawObject(rule) && typeof rule['limit'] === 'number' && typeof rule['period'] === 'number',
    )
  );
}

/** Seen in the headers of recorded answers. */
export const LIMITS: Limits = {
  post_monitors: { limit: 500, period: 10 },
  put_monitors: { limit: 500, period: 10 },
  get_monitors: { limit: 3000, period: 10 },
  list_monitors: { limit: 1000, period: 10 },
  can_delete: { limit: 12_000, period: 60 },
  slo_create: { limit: 200, period: 60 },
  slo_update: { limit: 200, period: 60 },
  slo_get: { limit: 3000, period: 10 },
  slo_get_all: { limit: 1000, period: 10 },
  slo_search: { limit: 1000, period: 10 },
  slo_delete: { limit: 100, period: 10 },
  query: { limit: 600, period: 3600 },
};

/** Counts calls in periods aligned to the calendar. */
export class RateLimits {
  limits: Limits;
  readonly #now: () => number;
  readonly #counts = new Map<string, { period: number; calls: number }>();

  constructor(limits: Limits, now: () => number) {
    this.limits = limits;
    this.#now = now;
  }

  /** Counts one call: whether it is let in, and the headers of its answer. */
  count(name: string | undefined): { allowed: boolean; headers: Record<string, string> } {
    const rule = name === undefined ? undefined : this.limits[name];
    if (!rule || name === undefined) return { allowed: true, headers: {} };
    const seconds = this.#now() / 1000;
    const period = Math.floor(seconds / rule.period);
    const before = this.#counts.get(name);
    const calls = (before?.period === period ? before.calls : 0) + 1;
    this.#counts.set(name, { period, calls });
    return {
      allowed: calls <= rule.limit,
      headers: {
        'x-ratelimit-limit': String(rule.limit),
        'x-ratelimit-period': String(rule.period),
        'x-ratelimit-remaining': String(Math.max(0, rule.limit - calls)),
        'x-ratelimit-reset': String(Math.max(1, Math.ceil((period + 1) * rule.period - seconds))),
        'x-ratelimit-name': name,
      },
    };
  }
}
