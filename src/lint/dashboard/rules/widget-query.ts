import { append } from '../../../domain/append.ts';
import { isObject, type Json } from '../../../domain/json.ts';
import type { Span, SyntaxFault, Word } from '../../../language/query/syntax.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { Definition } from '../placed-widget.ts';
import type { PlacedRequest, ParsedExpressionAt, WidgetQuery } from '../widget-requests.ts';
import { suggestWord, nearest } from '../../nearest.ts';
import { includesFunction, WIDGET_FUNCTIONS, METRIC_METHODS } from '../../metric-functions.ts';
import type { Violation, Path } from '../../rule.ts';

/** The message for each kind of syntax fault. */
const MESSAGES: Readonly<Record<SyntaxFault['code'], (what: string) => string>> = {
  unclosed: (what) => `unclosed ${what}.`,
  unopened: (what) => `unmatched ${what}.`,
  missing: (what) => `expected ${what} here.`,
  unexpected: (what) => `unexpected "${what}".`,
  bad_number: (what) => `"${what}" is not a number.`,
  bad_id: (what) => `"${what}" is not an id.`,
  doubled: (what) => `"${what}" is not an operator.`,
  unterminated_text: (what) => `the string that starts here has no closing ${what}.`,
  late_group: (what) => `${what.split(' .')[0]} belongs before .${what.split(' .')[1]}.`,
  bare_group: (what) => `group keys must be in braces: by {${what}}.`,
  uneven_quotes: (what) => `unbalanced ${what} in or after this string.`,
};

/** The maximum number of findings for one query. */
const MAX_FAULTS = 50;

/** The maximum number of characters of the query that a message quotes. */
const MAX_QUOTED_LENGTH = 60;

/** Datadog docs, metrics/types and metrics/distributions, and the dashboards that Datadog ships. */
const AGGREGATORS = ['avg', 'sum', 'min', 'max', 'count', 'last', 'stddev', 'histogram', 'percentile'];

/** Any percentile, and `count(v: v<=5)` of a distribution. */
const DISTRIBUTION_AGGREGATOR = /^(?:p\d{1,3}(?:\.\d+)?|count\(.*\))$/;

/** Widgets that show the results of one search. */
const SEARCH_WIDGETS: ReadonlySet<string> = new Set([
  'event_stream',
  'event_timeline',
  'log_stream',
  'manage_status',
]);

interface Search {
  readonly path: Path;
  readonly text: string;
}

/** Rules about the queries of widgets. */
export const WIDGET_QUERY_RULES: readonly DashboardRule[] = [
  {
    code: 'widget_query_syntax',
    severity: 'error',
    summary: 'Syntax error in a metric query of a widget.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1⟦{⟧host:a
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{host:a}, avg:system.load.5{host:a}
`,
    check: ({ queries }) =>
      queries.values().flatMap(({ path, expressions }) =>
        expressions
          .flatMap(({ at, faults }) =>
            faults.map((fault) => ({
              path,
              span: { from: at + fault.span.from, to: at + fault.span.to },
              message: syntaxMessage(fault),
            })),
          )
          .slice(0, MAX_FAULTS),
      ),
  },
  {
    code: 'unknown_widget_function',
    severity: 'warning',
    summary: 'A query or formula of a widget calls an undocumented function.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: ⟦derivatve⟧(avg:system.load.1{*})
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: derivative(avg:system.load.1{*})
`,
    *check({ queries, formulas }) {
      for (const { path, expressions } of queries)
        for (const expression of expressions) yield* unknownFunctions(path, expression);
      for (const { path, parsed: expression } of formulas) yield* unknownFunctions(path, expression);
    },
  },
  {
    code: 'unknown_widget_method',
    severity: 'warning',
    summary: 'A query of a widget calls an undocumented method.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:web.errors{*}.⟦as_counts⟧()
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:web.errors{*}.as_count()
`,
    *check({ queries }) {
      for (const query of queries) yield* unknownMethods(query);
    },
  },
  {
    code: 'unknown_widget_aggregator',
    severity: 'warning',
    summary: 'A query of a widget uses an undocumented aggregator.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: ⟦agv⟧:system.load.1{*}
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
`,
    *check({ queries }) {
      for (const query of queries) yield* unknownAggregators(query);
    },
  },
  {
    code: 'search_syntax',
    severity: 'warning',
    summary: 'A search of a widget has an unmatched parenthesis or quote.',
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
      searchesIn(definitions, requests).flatMap(({ path, text }): Violation[] => {
        const found = unmatchedCharacter(text);
        if (!found) return [];
        const character = text.slice(found.from, found.to);
        return [
          {
            path,
            span: found,
            message: `The widget shows an error instead of data: unmatched ${character}.`,
            hint: `Add the other one, or use \\${character} to search for the character itself.`,
          },
        ];
      }),
  },
];

/** Returns the message for a syntax fault in a widget. */
export function syntaxMessage({ code, what }: SyntaxFault): string {
  const excerpt = what.length > MAX_QUOTED_LENGTH ? `${what.slice(0, MAX_QUOTED_LENGTH)}...` : what;
  return `The widget shows an error instead of data: ${MESSAGES[code](excerpt)}`;
}

function* unknownFunctions(path: Path, { at, parts }: ParsedExpressionAt): Iterable<Violation> {
  for (const node of parts) {
    if (node.kind !== 'call') continue;
    // In a formula, the part before the dot is a query.
    const name = node.name.text.slice(node.name.text.indexOf('.') + 1);
    if (includesFunction(WIDGET_FUNCTIONS, name)) continue;
    yield unknownFunction(path, at, name, node.name);
  }
}

function unknownFunction(path: Path, at: number, name: string, { span }: Word): Violation {
  const meant = suggestWord(name, WIDGET_FUNCTIONS);
  const place = { from: at + span.to - name.length, to: at + span.to };
  return {
    path,
    span: place,
    message: `"${name}" is not a documented function: the widget may show an error instead of data.`,
    ...(meant === undefined
      ? {}
      : {
          hint: `Did you mean ${meant}?`,
          fix: { title: `Change to ${meant}`, edits: [{ path, span: place, text: meant }] },
        }),
  };
}

function* unknownMethods({ path, expressions }: WidgetQuery): Iterable<Violation> {
  for (const { at, parts } of expressions) {
    for (const node of parts) {
      if (node.kind !== 'method' || METRIC_METHODS.includes(node.name.text)) continue;
      const { text, span } = node.name;
      const place = { from: at + span.from, to: at + span.to };
      const meant = nearest(text, METRIC_METHODS);
      yield {
        path,
        span: place,
        message: `${text}() is not a documented method: the widget may show an error instead of data.`,
        ...(meant === undefined
          ? { hint: `Allowed: ${METRIC_METHODS.join(', ')}.` }
          : {
              hint: `Did you mean ${meant}?`,
              fix: { title: `Change to ${meant}`, edits: [{ path, span: place, text: meant }] },
            }),
      };
    }
  }
}

function* unknownAggregators({ path, expressions }: WidgetQuery): Iterable<Violation> {
  for (const { at, parts } of expressions) {
    for (const node of parts) {
      if (node.kind !== 'series' || !node.aggregator) continue;
      const { text, span } = node.aggregator;
      if (AGGREGATORS.includes(text) || DISTRIBUTION_AGGREGATOR.test(text)) continue;
      const place = { from: at + span.from, to: at + span.to };
      const meant = suggestWord(text, AGGREGATORS);
      yield {
        path,
        span: place,
        message: `The widget shows an error instead of data: "${text}" is not an aggregator.`,
        hint: meant === undefined ? `Allowed: ${AGGREGATORS.join(', ')}.` : `Did you mean ${meant}?`,
        ...(meant === undefined
          ? {}
          : { fix: { title: `Change to ${meant}`, edits: [{ path, span: place, text: meant }] } }),
      };
    }
  }
}

function* searchesIn(definitions: readonly Definition[], requests: readonly PlacedRequest[]) {
  for (const definition of definitions) yield* definitionSearches(definition);
  for (const request of requests) yield* searchesOf(request);
}

function definitionSearches({ path, definition, type }: Definition): Search[] {
  const { query } = definition;
  return SEARCH_WIDGETS.has(type) && typeof query === 'string'
    ? [{ path: [...path, 'query'], text: query }]
    : [];
}

/** Returns the searches of logs and events in a request. */
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

function unmatchedCharacter(text: string): Span | undefined {
  const open: number[] = [];
  let quote: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') quote = quote === undefined ? at : undefined;
    else if (quote !== undefined) continue;
    else if (character === '(') open.push(at);
    else if (character === ')' && open.pop() === undefined) return { from: at, to: at + 1 };
  }
  const from = quote ?? open[0];
  return from === undefined ? undefined : { from, to: from + 1 };
}
