import { parseObjects } from '../datadog/response-objects.ts';
import type { Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import { isObject, toNumber } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { ProblemError } from '../domain/problem.ts';
import { conflictOf, REMOVE_ONE_MARKER } from '../pipeline/contested.ts';
import type { ObjectPort } from '../pipeline/ports.ts';
import { createMarkerScan, type MarkerScan, type Page } from './marker-scan.ts';
import { failure, healthy, type Outcome, type Probe } from './probe.ts';

const SEARCH = '/api/v1/monitor/search';
const DASHBOARDS = '/api/v1/dashboard';
const PER_PAGE = 100;
/** Time (ms) reserved for reading one page. */
const PAGE_TIME_MS = 3000;
/** Number of objects named in the detail. */
const MAX_NAMED = 3;

interface MarkerParts {
  readonly request: Request;
  readonly objects: Readonly<Record<StoredKind, Pick<ObjectPort, 'url'>>>;
}

/**
 * Returns the probe that finds objects with two different markers: monitors by Datadog's search, dashboards in the full list.
 * One run reads at most ten pages of each; the next run continues there.
 */
export function markerProbe({ request, objects }: MarkerParts): Probe {
  const scan = (kind: StoredKind) =>
    createMarkerScan((object) => conflictOf(kind, object, objects[kind].url(object)));
  const scans = { monitor: scan('monitor'), dashboard: scan('dashboard') };
  return {
    name: 'markers',
    hint: REMOVE_ONE_MARKER,
    async probe(context) {
      try {
        const found = await Promise.all([
          scanKind(scans.monitor, monitorPage, request, context),
          scanKind(scans.dashboard, dashboardPage, request, context),
        ]);
        return outcomeOf(found.flat());
      } catch (error) {
        return failed(error);
      }
    },
  };
}

type ReadPage = (request: Request, at: number, context: RequestContext) => Promise<Page>;

function scanKind(scan: MarkerScan, page: ReadPage, request: Request, context: RequestContext) {
  return scan.readPages(
    (at) => page(request, at, context),
    () => context.deadline.left() > PAGE_TIME_MS,
  );
}

const monitorPage: ReadPage = async (request, at, context) => {
  const query = { query: 'tag:birddog_key*', page: String(at), per_page: String(PER_PAGE), sort: 'name,asc' };
  const answer = await request({ method: 'GET', path: SEARCH, route: SEARCH, query }, context);
  const items = parseObjects(isObject(answer) ? answer['monitors'] : answer);
  const metadata = isObject(answer) ? answer['metadata'] : undefined;
  const pages = isObject(metadata) ? toNumber(metadata['page_count']) : undefined;
  return { items, last: pages === undefined ? items.length < PER_PAGE : at + 1 >= pages };
};

const dashboardPage: ReadPage = async (request, at, context) => {
  const query = { start: String(at * PER_PAGE), count: String(PER_PAGE) };
  const answer = await request({ method: 'GET', path: DASHBOARDS, route: DASHBOARDS, query }, context);
  const items = parseObjects(isObject(answer) ? answer['dashboards'] : answer);
  return { items, last: items.length < PER_PAGE };
};

function outcomeOf(sentences: readonly string[]): Outcome {
  if (sentences.length === 0) return healthy('No object in Datadog carries two different markers.');
  const more = sentences.length - MAX_NAMED;
  const named = sentences.slice(0, MAX_NAMED).join(' ');
  return {
    state: 'warning',
    detail: `marker_conflict: ${named}${more > 0 ? ` And ${more} more.` : ''}`,
  };
}

function failed(error: unknown): Outcome {
  if (!(error instanceof ProblemError)) return failure(error);
  if (error.code === 'datadog_keys_refused')
    return { state: 'skipped', detail: 'Not checked: Datadog has not accepted both keys.' };
  if (error.code !== 'datadog_forbidden') return failure(error);
  return {
    state: 'warning',
    detail: `Datadog does not allow Birddog to search for objects with two markers: ${error.message}`,
    hint: 'Give the owner of the application key the permissions `monitors_read` and `dashboards_read`.',
  };
}
