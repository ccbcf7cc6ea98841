import type { Clock } from '../domain/clock.ts';
import type { Catalog, Unknown } from './catalog.ts';

/** ServiceNow counts by the hour: it is asked again sooner than it may say, for its rules can be changed meanwhile. */
const LONGEST_SECONDS = 60;

/** A catalog that is not asked while it wants to be left alone (429, 503 with a time): it cannot tell, at once. */
export function leavingAlone(catalog: Catalog, clock: Clock): Catalog {
  let unavailable: { readonly answer: Unknown; readonly until: number } | undefined;
  return async (question) => {
    if (unavailable && clock.now() < unavailable.until) {
      return { ...unavailable.answer, retryAfter: Math.ceil((unavailable.until - clock.now()) / 1000) };
    }
    const answer = await catalog(question);
    if (answer.answer === 'unknown' && answer.retryAfter !== undefined) {
      unavailable = { answer, until: clock.now() + Math.min(answer.retryAfter, LONGEST_SECONDS) * 1000 };
    }
    return answer;
  };
}
