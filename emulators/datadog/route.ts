import type { EmulatorResponse } from '../server/emulator-server.ts';
import type { CollectionName } from './organisation.ts';
import type { RawObject } from './raw-json.ts';

/** A request that has been let in. */
export interface Call {
  /** What the `:names` of the route stand for. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body as a JSON object; {} where there is none. */
  readonly body: RawObject;
  /** The body to the letter. */
  readonly text: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  /** `:name` stands for one step of the path. */
  readonly path: string;
  /** The rate limit it counts against. */
  readonly limit?: string;
  /** Whether the API key lets it in without an application key. */
  readonly apiKeyOnly?: boolean;
  /** Whether its body need not be a JSON object: `body` is {} then, and `text` what came. */
  readonly anyBody?: boolean;
  /** Throws DatadogError. */
  readonly run: (call: Call) => EmulatorResponse;
}

/** Endpoints that belong together. */
export interface EndpointGroup {
  readonly routes: readonly Route[];
  /** Takes in an object in the form in which reads give it, its id included. */
  readonly seeds: Readonly<Partial<Record<CollectionName, (object: RawObject) => void>>>;
}

/** Finds the route for a method and path, and what its `:names` stand for. Steps that are named go before `:names`. */
export function routeFinder(routes: readonly Route[]) {
  const byLength = Map.groupBy(
    routes.map((route) => ({ route, steps: route.path.split('/') })),
    ({ route, steps }) => `${route.method} ${steps.length}`,
  );
  for (const list of byLength.values()) {
    list.sort((a, b) => a.steps.filter(isName).length - b.steps.filter(isName).length);
  }
  return (method: string, path: string): { route: Route; params: Record<string, string> } | undefined => {
    const steps = path.split('/');
    const found = byLength
      .get(`${method} ${steps.length}`)
      ?.find((entry) => entry.steps.every((step, at) => step === steps[at] || isName(step)));
    if (!found) return undefined;
    const params = found.steps.flatMap((step, at) =>
      isName(step) ? [[step.slice(1), steps[at] ?? '']] : [],
    );
    return { route: found.route, params: Object.fromEntries(params) };
  };
}

function isName(step: string): boolean {
  return step.startsWith(':');
}
