import { optional, wholeNumber } from '../runtime/settings.ts';

/** How often `GET /check` may ask others. */
export const checkSettings = {
  BIRDDOG_CHECK_TTL_MS: optional(
    wholeNumber(0, 600_000),
    10_000,
    'How long (ms) an answer of `GET /check` is given to whoever asks, before anybody else is asked again.',
  ),
};
