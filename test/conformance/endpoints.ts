import { createDatadogHandler } from '../../emulators/datadog/datadog-handler.ts';
import { routeFinder } from '../../emulators/datadog/route.ts';
import type { Outcome } from './replay.ts';
import { isMatch } from './report.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const { routes } = createDatadogHandler({
  keys: { api: '', app: '' },
  services: [],
  limits: {},
  now: () => 0,
});
const find = routeFinder(routes);

/** Returns every endpoint of the Datadog emulator, as `METHOD /path/{id}`. */
export const ENDPOINTS: readonly string[] = routes.map(name).toSorted(byPath);

/** Returns a Markdown table of the endpoints with the number of matching recorded exchanges. */
export function endpointTable(replayed: readonly (readonly Outcome[])[]): string {
  const asked = Map.groupBy(replayed.flat(), ({ exchange: { request } }) => {
    const route = find(request.method, decodeURI(request.path))?.route;
    return route ? name(route) : '';
  });
  const rows = ENDPOINTS.map((endpoint) => {
    const outcomes = asked.get(endpoint) ?? [];
    const [method = '', path = ''] = endpoint.split(' ');
    const proof =
      outcomes.length === 0
        ? 'unit tests'
        : `${outcomes.filter(isMatch).length} of ${outcomes.length} recorded exchanges`;
    return `| ${method} | \`${path}\` | ${proof} |`;
  });
  return ['| method | path | proven by |', '|---|---|---|', ...rows].join('\n');
}

function name({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path.replace(/:(\w+)/g, '{$1}')}`;
}

function byPath(a: string, b: string): number {
  const [[methodA = '', pathA = ''], [methodB = '', pathB = '']] = [a.split(' '), b.split(' ')];
  return pathA.localeCompare(pathB, 'en') || METHODS.indexOf(methodA) - METHODS.indexOf(methodB);
}
