import type { EmulatorResponse } from '../server/emulator-server.ts';
import type { CollectionName } from './organisation.ts';
import type { RawObject } from './raw-json.ts';

/** An authorized request. */
export interface Call {
  /** The values of the route's `:name` segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body as a JSON object; {} for an empty body. */
  readonly body: RawObject;
  /** The unparsed body. */
  readonly text: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  /** `:name` matches one segment of the path. */
  readonly path: string;
  /** The rate limit that counts this request. */
  readonly limit?: string;
  /** True if the API key authorizes the request without an application key. */
  readonly apiKeyOnly?: boolean;
  /** True if the body may be something other than a JSON object: then only `text` is set. */
  readonly anyBody?: boolean;
  /** Throws DatadogError. */
  readonly run: (call: Call) => EmulatorResponse;
}

/** Returns whether a DELETE ignores the objects that use the deleted one. Python clients write `True`. */
export function isForced(query: URLSearchParams): boolean {
  return query.get('force')?.toLowerCase() === 'true';
}

/** The endpoints of one part of the API. */
export interface EndpointGroup {
  readonly routes: readonly Route[];
  /** Adds an object in the form that reads return, its id included. */
  readonly seeds: Readonly<Partial<Record<CollectionName, (object: RawObject) => void>>>;
}

/** Returns a function that finds the route and its parameters. Literal segments win over `:name` segments. */
export function routeFinder(routes: readonly Route[]) {
  const byLength = Map.groupBy(
    routes.map((route) => ({ route, segments: route.path.split('/') })),
    ({ route, segments }) => `${route.method} ${segments.length}`,
  );
  for (const list of byLength.values()) {
    list.sort((a, b) => a.segments.filter(isParameter).length - b.segments.filter(isParameter).length);
  }
  return (method: string, path: string): { route: Route; params: Record<string, string> } | undefined => {
    const segments = path.split('/');
    const found = byLength
      .get(`${method} ${segments.length}`)
      ?.find((entry) =>
        entry.segments.every((segment, at) => segment === segments[at] || isParameter(segment)),
      );
    if (!found) return undefined;
    const params = found.segments.flatMap((segment, at) =>
      isParameter(segment) ? [[segment.slice(1), segments[at] ?? '']] : [],
    );
    return { route: found.route, params: Object.fromEntries(params) };
  };
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}
