import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, parse, scalars, type Value } from './value.ts';

export type Client = 'typescript' | 'terraform' | 'python' | 'sync';

/** One recorded request with its answer. */
export interface Exchange {
  readonly source: string;
  readonly client: Client;
  readonly family: string;
  /** Undefined for the recordings that have no date. */
  readonly year: number | undefined;
  /** Epoch milliseconds. */
  readonly at: number | undefined;
  readonly request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly query: ReadonlyMap<string, readonly string[]>;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Value;
    /** A body that is no JSON. */
    readonly text?: string;
  };
  readonly response: { readonly status: number; readonly body?: Value; readonly text?: string };
}

/** The exchanges of one recording, in order. */
export type Scenario = readonly Exchange[];

const CLIENTS: readonly [repository: RegExp, client: Client][] = [
  [/api-client-typescript/, 'typescript'],
  [/terraform-provider/, 'terraform'],
  [/datadogpy/, 'python'],
  [/sync-cli/, 'sync'],
];

/** Every recorded scenario under a folder of `.ndjson` files. */
export function readScenarios(folder: string): Scenario[] {
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith('.ndjson'))
    .toSorted()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => exchange(parse(line)));
  return [...Map.groupBy(lines, ({ source }) => source).values()].map(inCausalOrder);
}

/**
 * Clients ask several things at once, and a recording has the answers in the order of their coming. What shows the id
 * of a thing was asked after the thing was made.
 */
export function inCausalOrder(scenario: Scenario): Scenario {
  const ordered: Exchange[] = [];
  const left = [...scenario];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const shown = next.request.method === 'GET' ? new Set(shownIds(next)) : new Set<string>();
    const makers = left.filter((later) => madeIds(later).some((id) => shown.has(id)));
    for (const maker of makers) left.splice(left.indexOf(maker), 1);
    ordered.push(...makers, next);
  }
  return ordered;
}

/** Ids of what an exchange made; a path that has the id already asks something of what is there. */
export function madeIds({ request, response: { body } }: Exchange): string[] {
  if (request.method !== 'POST' || body === undefined || !isRecord(body)) return [];
  if (request.path.endsWith('/search')) return [];
  const made = [body, body['data'] ?? null, body['event'] ?? null].flat().filter(isRecord);
  return made.flatMap(({ id }) =>
    id === undefined || request.path.includes(String(id)) ? [] : [String(id)],
  );
}

function shownIds({ response: { body } }: Exchange): string[] {
  return [...scalars(body ?? null)].map(String);
}

function exchange(line: Value): Exchange {
  const { source, family, recorded_at, request, response } = record(line);
  const { method, host, path, query, headers } = record(request);
  const at = Date.parse(String(recorded_at));
  const name = String(source);
  return {
    source: name,
    client: CLIENTS.find(([repository]) => repository.test(name))?.[1] ?? 'typescript',
    family: String(family),
    year: Number.isNaN(at) ? undefined : new Date(at).getUTCFullYear(),
    at: Number.isNaN(at) ? undefined : at,
    request: {
      method: String(method),
      host: String(host),
      path: String(path),
      query: new Map(
        Object.entries(record(query)).map(([key, value]) => [key, [value].flat().map((v) => String(v))]),
      ),
      headers: Object.fromEntries(
        Object.entries(record(headers)).map(([key, value]) => [key, String(value)]),
      ),
      ...content(record(request)),
    },
    response: { status: Number(record(response)['status']), ...content(record(response)) },
  };
}

/** What a message holds: where the text has large integers, the text is what is read. */
function content(message: Readonly<Record<string, Value>>): { body?: Value; text?: string } {
  const { body, body_raw, body_text } = message;
  if (typeof body_raw === 'string') return { body: parse(body_raw) };
  if (typeof body_text === 'string') return { text: body_text };
  return body === undefined ? {} : { body };
}

function record(value: Value | undefined): Readonly<Record<string, Value>> {
  return value !== undefined && isRecord(value) ? value : {};
}
