import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { type JsonObject, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import type { MonitorValidator, Verdict } from '../pipeline/ports.ts';
import { objectPath } from './object-path.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor';
const VALIDATE = { path: `${PATH}/validate`, route: `${PATH}/validate` };
/** The maximum number of cached verdicts. */
const MAX_CACHED = 5000;
/** How long (ms) an accepted monitor is not validated again. */
const ACCEPTED_MS = 3_600_000;
/** How long (ms) a refused one is not: what it lacks may be created meanwhile, such as an SLO. */
const REFUSED_MS = 60_000;

interface CachedVerdict {
  readonly verdict: Verdict;
  readonly until: number;
}

/** Creates a client of Datadog's validation of monitors, which writes nothing. Caches verdicts by the content of the monitor. */
export function monitorValidator(request: Request, clock: Clock): MonitorValidator {
  const verdicts = new Map<string, CachedVerdict>();

  function store(key: string, verdict: Verdict): Verdict {
    const [oldest] = verdicts.keys();
    if (verdicts.size >= MAX_CACHED && oldest !== undefined) verdicts.delete(oldest);
    const until = clock.now() + (verdict.refusal === undefined ? ACCEPTED_MS : REFUSED_MS);
    verdicts.set(key, { verdict, until });
    return verdict;
  }

  return {
    cached(monitor, id) {
      const known = verdicts.get(cacheKey(monitor, id));
      return known && clock.now() < known.until ? known.verdict : undefined;
    },
    async validate(monitor, id, context) {
      const at = id === undefined ? VALIDATE : existing(id);
      try {
        // Nothing is written, so an attempt without an answer can be repeated.
        await request({ method: 'POST', ...at, body: monitor, readOnly: true }, context);
        return store(cacheKey(monitor, id), {});
      } catch (error) {
        // An equal monitor exists: the apply decides about that.
        if (error instanceof DuplicateMonitorError) return store(cacheKey(monitor, id), {});
        if (!(error instanceof ProblemError) || error.code !== 'datadog_refused') throw error;
        return store(cacheKey(monitor, id), { refusal: error.message });
      }
    },
  };
}

function existing(id: string): { path: string; route: string } {
  const { path, route } = objectPath(PATH, id);
  return { path: `${path}/validate`, route: `${route}/validate` };
}

function cacheKey(monitor: JsonObject, id = ''): string {
  return createHash('sha256')
    .update(`${id}\n${printJson(monitor)}`)
    .digest('base64url');
}
