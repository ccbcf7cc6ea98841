import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseTrustedJson, printJson } from '../../src/domain/json.ts';

/** One recorded request with its answer. */
export interface Exchange {
  readonly source: string;
  readonly year: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: JsonObject;
    readonly body?: Json;
  };
  readonly response: { readonly status: number; readonly body?: Json };
}

/** Reads recorded exchanges, by scenario: the lines of one source, in order. */
export function readScenarios(file: string): Exchange[][] {
  const scenarios = new Map<string, Exchange[]>();
  for (const text of readFileSync(file, 'utf8')
    .split('\n')
    .filter((l) => l !== '')) {
    const line = parseTrustedJson(text);
    if (!isObject(line) || !isObject(line['request']) || !isObject(line['response'])) continue;
    const source = String(line['source']);
    const { method, path, query, body } = line['request'];
    const exchange: Exchange = {
      source,
      year: String(line['recorded_at'] ?? '').slice(0, 4),
      request: {
        method: String(method),
        path: String(path),
        query: isObject(query) ? query : {},
        ...(body === undefined ? {} : { body }),
      },
      response: {
        status: Number(line['response']['status']),
        ...(line['response']['body'] === undefined ? {} : { body: line['response']['body'] }),
      },
    };
    scenarios.set(source, [...(scenarios.get(source) ?? []), exchange]);
  }
  return [...scenarios.values()];
}

const SERVED = [
  /^\/api\/v1\/monitor(?:\/\d+(?:\/validate)?|\/validate|\/can_delete)?$/,
  /^\/api\/v1\/dashboard(?:\/[a-z0-9]{3}-[a-z0-9]{3}-[a-z0-9]{3})?$/,
];
/** Lists show what others made too. */
const LIST = /^\/api\/v1\/(?:monitor|dashboard)$/;

/** Whether a scenario is on paths that are served, and touches only what it made itself (or what nobody has). */
export function isSelfContained(scenario: readonly Exchange[]): boolean {
  const made = new Set<string>();
  for (const { request, response } of scenario) {
    if (!SERVED.some((path) => path.test(request.path))) return false;
    if (request.method === 'GET' && LIST.test(request.path)) return false;
    const id = /\/(?:monitor|dashboard)\/([^/]+)/.exec(request.path)?.[1];
    if (id !== undefined && /^\d+$|-/.test(id) && !made.has(id) && response.status !== 404) return false;
    if (response.status === 200 && isObject(response.body) && response.body['id'] !== undefined)
      made.add(String(response.body['id']));
  }
  return scenario.length > 0;
}

/** Replays a scenario against an emulator; gives a line for each exchange that differs. */
export async function replay(
  url: string,
  scenario: readonly Exchange[],
  comparable: (body: Json, exchange: Exchange) => Json,
): Promise<string[]> {
  const ids = new Map<string, string>();
  const translate = (text: string) =>
    [...ids].reduce((t, [theirs, ours]) => t.replaceAll(theirs, ours), text);
  const back = (text: string) => [...ids].reduce((t, [theirs, ours]) => t.replaceAll(ours, theirs), text);
  const differences: string[] = [];
  for (const exchange of scenario) {
    const { request, response } = exchange;
    const address = new URL(translate(request.path), url);
    for (const [name, value] of Object.entries(request.query))
      address.searchParams.set(name, translate(String(value)));
    const answer = await fetch(address, {
      method: request.method,
      headers: { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' },
      ...(request.body === undefined ? {} : { body: translate(printJson(request.body)) }),
    });
    const text = await answer.text();
    const got = text === '' ? undefined : parseTrustedJson(text);
    if (
      isObject(got) &&
      isObject(response.body) &&
      got['id'] !== undefined &&
      response.body['id'] !== undefined
    ) {
      ids.set(idText(response.body['id']), idText(got['id']));
    }
    const ours =
      got === undefined ? '' : printJson(comparable(parseTrustedJson(back(printJson(got))), exchange));
    const theirs = response.body === undefined ? '' : printJson(comparable(response.body, exchange));
    if (answer.status !== response.status || sorted(ours) !== sorted(theirs)) {
      differences.push(
        `${request.method} ${request.path}: ${response.status} ${theirs}\n    but ${answer.status} ${ours}`,
      );
    }
  }
  return differences;
}

function idText(id: Json): string {
  return typeof id === 'string' ? id : printJson(id);
}

/** The order of members does not count; the spelling of numbers was lost in most recordings. */
function sorted(text: string): string {
  return text === '' ? '' : JSON.stringify(byName(JSON.parse(text)));
}

function byName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byName);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([n, v]) => [n, byName(v)]),
  );
}
