import type { EmulatorAnswer } from '../server/emulator-server.ts';
import type { RawObject } from './raw-json.ts';

/** A request that has been let in, its body an object. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: RawObject;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  /** `:name` stands for one step of the path. */
  readonly path: string;
  /** The rate limit it counts against. */
  readonly limit?: string;
  /** Throws Refused. */
  readonly run: (call: Call) => EmulatorAnswer;
}

/** The route for a path, and what its `:names` stand for. Routes without names come first in their tables. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const steps = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    if (route.method !== method || wanted.length !== steps.length) continue;
    if (!wanted.every((w, at) => w === steps[at] || w.startsWith(':'))) continue;
    const params = Object.fromEntries(
      wanted.flatMap((w, at) => (w.startsWith(':') ? [[w.slice(1), steps[at] ?? '']] : [])),
    );
    return { route, params };
  }
  return undefined;
}
