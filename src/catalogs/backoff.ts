import type { Clock } from '../domain/clock.ts';
import type { Catalog, Unknown } from './catalog.ts';

/** ServiceNow counts by the hour: it is asked again sooner than it may say, for its rules can be changed meanwhile. */
const LONGEST_SECONDS = 60;

/** A catalog that is not asked while it wants to be left alone (429, 503 with a time): it cannot tell, at once. */
export function leavingAlone(catalog: Catalog, clock: Clock): Catalog {
  let away: { readonly answer: Unknown; readonly until: number } | undefined;
  return async (question) => {
    if (away && clock.now() < away.until) {
      return { ...away.answer, retryAfter: Math.ceil((away.until - clock.now()) / 1000) };
    }
    const answer = await catalog(question);
    if (answer.answer === 'unknown' && answer.retryAfter !== undefined) {
      away = { answer, until: clock.now() + Math.min(answer.retryAfter, LONGEST_SECONDS) * 1000 };
    }
    return answer;
  };
}
