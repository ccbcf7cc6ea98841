/** The longest wait (s) that an upstream can ask for. No limit of Datadog, ServiceNow or Vault has a longer period. */
export const MAX_RETRY_AFTER_SECONDS = 3600;

const SECONDS = /^\d{1,10}(?:\.\d{1,10})?$/;
/** RFC 9110 section 5.6.7: an IMF-fixdate. The two obsolete forms are not read. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Returns the wait in seconds that a header asks for, from 0 to `MAX_RETRY_AFTER_SECONDS`. `text` is a number of seconds
 * or an HTTP date; a date before `now` (epoch ms) is 0. Returns undefined for any other text, and for a longer wait: it
 * is no wait that an upstream means (some send Unix time).
 */
export function secondsAsked(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = SECONDS.test(text) ? Number(text) : HTTP_DATE.test(text) ? secondsUntil(text, now) : NaN;
  return seconds >= 0 && seconds <= MAX_RETRY_AFTER_SECONDS ? seconds : undefined;
}

function secondsUntil(date: string, now: number): number {
  return Math.max(0, (Date.parse(date) - now) / 1000);
}
