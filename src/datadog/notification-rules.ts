import type { Clock } from '../domain/clock.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import type { RulesPort } from '../preview/ports.ts';
import type { Request } from './request.ts';
import { objectAt, parseObjects } from './response-objects.ts';
import { failureOf } from './timeseries.ts';

const PATH = '/api/v2/monitor/notification_rule';
const PAGE_SIZE = 1000;
/** An organisation has 1,000 rules by default. */
const MAX_PAGES = 5;
/** How long (ms) the rules are cached. */
const CACHE_MS = 60_000;

/** Creates the port for the organisation's notification rules. */
export function rulesPort(request: Request, clock: Clock): RulesPort {
  let cached: { readonly rules: readonly JsonObject[]; readonly until: number } | undefined;
  return {
    async rules(context) {
      if (cached && clock.now() < cached.until) return { rules: cached.rules };
      const rules: JsonObject[] = [];
      try {
        for (let page = 0; page < MAX_PAGES; page += 1) {
          const query = { page: String(page), per_page: String(PAGE_SIZE) };
          const answer = await request({ method: 'GET', path: PATH, route: PATH, query }, context);
          const items = isObject(answer) ? parseObjects(answer['data']) : [];
          for (const item of items) rules.push(objectAt(item, 'attributes'));
          if (items.length < PAGE_SIZE) break;
        }
      } catch (error) {
        return { rules, failure: failureOf(error) };
      }
      cached = { rules, until: clock.now() + CACHE_MS };
      return { rules };
    },
  };
}
