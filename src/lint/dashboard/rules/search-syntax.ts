import { append } from '../../../domain/append.ts';
import { isObject, type Json } from '../../../domain/json.ts';
import type { Span } from '../../../language/query/syntax.ts';
import type { Hit, Path } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { Definition } from '../placed-widget.ts';
import type { PlacedRequest } from '../widget-requests.ts';

export const searchSyntax: DashboardRule = {
  code: 'search_syntax',
  severity: 'warning',
  summary: 'A search of a widget has a bracket or quote without its partner.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: scalar
          queries:
            - { data_source: logs, name: a, search: { query: "service:shop ⟦(⟧status:error" }, compute: { aggregation: count } }
          formulas: [{ formula: a }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: scalar
          queries:
            - { data_source: logs, name: a, search: { query: "service:shop (status:error)" }, compute: { aggregation: count } }
          formulas: [{ formula: a }]
`,
  check: ({ requests, definitions }) =>
    searchesIn(definitions, requests).flatMap(({ path, text }): Hit[] => {
      const found = unpaired(text);
      if (!found) return [];
      const sign = text.slice(found.from, found.to);
      return [
        {
          path,
          span: found,
          message: `The widget shows an error instead of data: the ${sign} here has no partner.`,
          hint: `Add the other one, or write \\${sign} where the sign itself is meant.`,
        },
      ];
    }),
};

/** Widgets that show what a search of their own finds. */
const SEARCHING: ReadonlySet<string> = new Set([
  'event_stream',
  'event_timeline',
  'log_stream',
  'manage_status',
]);

interface Search {
  readonly path: Path;
  readonly text: string;
}

function* searchesIn(definitions: readonly Definition[], requests: readonly PlacedRequest[]) {
  for (const definition of definitions) yield* ownSearches(definition);
  for (const request of requests) yield* searchesOf(request);
}

function ownSearches({ path, definition, type }: Definition): Search[] {
  const { query } = definition;
  return SEARCHING.has(type) && typeof query === 'string' ? [{ path: [...path, 'query'], text: query }] : [];
}

/** The searches of logs and events in a request. */
function searchesOf(request: PlacedRequest): Search[] {
  const found = request.queries.flatMap(({ path, query }) => searchAt([...path, 'search'], query['search']));
  const { query } = request.request;
  if (isObject(query) && typeof query['query_string'] === 'string')
    found.push({ path: [...request.path, 'query', 'query_string'], text: query['query_string'] });
  for (const [name, value] of Object.entries(request.request)) {
    if (name.endsWith('_query') && isObject(value))
      append(found, searchAt([...request.path, name, 'search'], value['search']));
  }
  return found;
}

function searchAt(path: Path, search: Json | undefined): Search[] {
  if (!isObject(search) || typeof search['query'] !== 'string') return [];
  return [{ path: [...path, 'query'], text: search['query'] }];
}

function unpaired(text: string): Span | undefined {
  const open: number[] = [];
  let quote: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') at += 1;
    else if (sign === '"') quote = quote === undefined ? at : undefined;
    else if (quote !== undefined) continue;
    else if (sign === '(') open.push(at);
    else if (sign === ')' && open.pop() === undefined) return { from: at, to: at + 1 };
  }
  const from = quote ?? open[0];
  return from === undefined ? undefined : { from, to: from + 1 };
}
