import { optional, wholeNumber } from '../runtime/settings.ts';

/** The cache of `GET /check`. */
export const checkSettings = {
  BIRDDOG_CHECK_TTL_MS: optional(
    wholeNumber(0, 600_000),
    10_000,
    'Time (ms) for which an answer of `GET /check` is cached before the health checks run again.',
  ),
};
