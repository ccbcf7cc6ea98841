import { isRawObject } from './raw-json.ts';

/** How many requests a period (in seconds) allows. */
export interface Limit {
  readonly limit: number;
  readonly period: number;
}
export type Limits = Readonly<Record<string, Limit>>;

export function isLimits(value: unknown): value is Limits {
  return (
    isRawObject(value) &&
    Object.values(value).every(
      (rule) => isRawObject(rule) && typeof rule['limit'] === 'number' && typeof rule['period'] === 'number',
    )
  );
}

/** Datadog's limits, as the headers of recorded responses show them. */
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

/** Counts requests in periods aligned to the clock. */
export class RateLimits {
  limits: Limits;
  readonly #now: () => number;
  readonly #counts = new Map<string, { period: number; requests: number }>();

  constructor(limits: Limits, now: () => number) {
    this.limits = limits;
    this.#now = now;
  }

  /** Counts one request; returns whether it is allowed, and the headers of its response. */
  count(name: string | undefined): { allowed: boolean; headers: Record<string, string> } {
    const rule = name === undefined ? undefined : this.limits[name];
    if (!rule || name === undefined) return { allowed: true, headers: {} };
    const seconds = this.#now() / 1000;
    const period = Math.floor(seconds / rule.period);
    const previous = this.#counts.get(name);
    const requests = (previous?.period === period ? previous.requests : 0) + 1;
    this.#counts.set(name, { period, requests });
    return {
      allowed: requests <= rule.limit,
      headers: {
        'x-ratelimit-limit': String(rule.limit),
        'x-ratelimit-period': String(rule.period),
        'x-ratelimit-remaining': String(Math.max(0, rule.limit - requests)),
        'x-ratelimit-reset': String(Math.max(1, Math.ceil((period + 1) * rule.period - seconds))),
        'x-ratelimit-name': name,
      },
    };
  }
}
