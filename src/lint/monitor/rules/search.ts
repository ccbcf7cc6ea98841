import type { SearchFault } from '../../../language/search/parse-search.ts';
import { argumentText } from '../argument-text.ts';
import { EVENT_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { methodsOf } from '../query-sources.ts';
import { minutesOf } from '../query-windows.ts';
import { searchesOf } from '../searches.ts';
import type { Violation } from '../../rule.ts';

/** Sources whose argument is required. The argument of a search may be empty. */
const ARGUMENT_REQUIRED: ReadonlySet<string> = new Set(['formula', 'error_budget', 'burn_rate']);

const MESSAGES: Readonly<Record<SearchFault['code'], (what: string) => string>> = {
  unclosed: (what) => `unclosed ${what}`,
  unopened: (what) => `unmatched ${what}`,
  missing: (what) => `expected ${what}`,
  unterminated_text: (what) => `the string that starts here has no closing ${what}`,
};

/** The maximum number of group facets: Datadog docs, monitors/types/log. */
const MAX_FACETS = 4;

/** Rules about searches of logs, events and traces. */
export const SEARCH_RULES: readonly MonitorRule[] = [
  {
    code: 'data_arguments',
    severity: 'error',
    summary: 'The argument of a search is not a single quoted string.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup(⟦count⟧).last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ type, parsed: { query, faults } }) => {
      if (query.kind !== 'chain' || faults.length > 0 || methodsOf(query.head.name.text) === undefined)
        return [];
      const { name, args, methods } = query.head;
      const [first, second] = args;
      const invalidArgument = (span: Violation['span']): Violation => ({
        path: ['query'],
        ...(span === undefined ? {} : { span }),
        message: `Datadog rejects the query: ${name.text}() takes one quoted string, for example ${name.text}("...").`,
      });
      if (first === undefined || (ARGUMENT_REQUIRED.has(name.text) && argumentText(first)?.trim() === ''))
        return [invalidArgument((first ?? name).span)];
      if (first.kind !== 'string' || second !== undefined) return [invalidArgument((second ?? first).span)];
      // Data job queries have no quotes.
      if (type === 'data-jobs alert') return [];
      return methods.values().flatMap((method) =>
        method.args.flatMap((argument): Violation[] =>
          argument.kind !== 'word' || argument.text === ''
            ? []
            : [
                {
                  path: ['query'],
                  span: argument.span,
                  message: `Datadog rejects the query: ${argument.text} must be in quotes.`,
                  hint: `Use "${argument.text}".`,
                  fix: {
                    title: `Change to "${argument.text}"`,
                    edits: [{ path: ['query'], span: argument.span, text: `"${argument.text}"` }],
                  },
                },
              ],
        ),
      );
    },
  },
  /** In Datadog's words: "invalid operator specified". */
  {
    code: 'single_quotes',
    severity: 'error',
    summary: 'A search has single quotes.',
    bad: `type: log alert
query: logs(⟦'service:shop'⟧).index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ type, parsed: { query, faults } }) => {
      if (query.kind !== 'chain' || faults.length > 0 || !EVENT_TYPES.has(type)) return [];
      const { args, methods } = query.head;
      const quoted = [...args, ...methods.flatMap((method) => method.args)].filter(
        (argument) => argument.kind === 'string' && argument.quote === "'",
      );
      const [first] = quoted;
      if (first === undefined) return [];
      const edits = quoted.flatMap((argument) =>
        argument.kind === 'string'
          ? [{ path: ['query'], span: argument.span, text: inDoubleQuotes(argument.raw) }]
          : [],
      );
      return [
        {
          path: ['query'],
          span: first.span,
          message: 'Datadog rejects the query: strings of searches must be in double quotes.',
          hint: 'Use double quotes.',
          fix: { title: 'Change to double quotes', edits },
        },
      ];
    },
  },
  {
    code: 'search_quotes',
    severity: 'warning',
    summary: 'A quote inside a search has no backslash.',
    bad: `type: log alert
query: 'logs(⟦"service:shop @msg:"not found""⟧).index("*").rollup("count").last("5m") > 10'
`,
    good: `type: log alert
query: 'logs("service:shop @msg:\\"not found\\"").index("*").rollup("count").last("5m") > 10'
`,
    check: ({ parsed: { query } }) => {
      const [search] = query.kind === 'chain' ? query.head.args : [];
      if (search?.kind !== 'string' || !search.innerQuotes) return [];
      return [
        {
          path: ['query'],
          span: search.span,
          message:
            'The search may end at the first quote inside it: quotes inside a search need a backslash.',
          hint: `Use \\${search.quote} inside the search.`,
        },
      ];
    },
  },
  {
    code: 'search_unreadable',
    severity: 'warning',
    summary: 'Syntax error in a search.',
    bad: `type: log alert
query: logs("service:shop ⟦(⟧status:error OR status:critical").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop (status:error OR status:critical)").index("*").rollup("count").last("5m") > 10
`,
    check: (view) =>
      searchesOf(view)
        .values()
        .flatMap(({ path, search: { faults }, toSpan: spanOf }) =>
          faults.map(({ code, span, what }) => ({
            path,
            span: spanOf(span),
            message: `Datadog rejects or misreads the search: ${MESSAGES[code](what)}.`,
            ...(code === 'missing'
              ? {}
              : { hint: 'To search for a special character itself, put \\ before it.' }),
          })),
        ),
  },
  {
    code: 'search_word_case',
    severity: 'warning',
    summary: 'A search operator is in lower case.',
    bad: `type: log alert
query: logs("status:error ⟦or⟧ status:critical").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("status:error OR status:critical").index("*").rollup("count").last("5m") > 10
`,
    check: (view) =>
      searchesOf(view)
        .values()
        .flatMap(({ path, search: { terms }, toSpan: spanOf }) =>
          terms
            .filter(({ text, quoted }) => !quoted && (text === 'and' || text === 'or' || text === 'not'))
            .map(({ text, span }) => ({
              path,
              span: spanOf(span),
              message: `"${text}" is searched as a word: operators must be in upper case.`,
              hint: `Use ${text.toUpperCase()}, or put "${text}" in quotes to search for the word.`,
            })),
        ),
  },
  {
    code: 'index_missing',
    severity: 'warning',
    summary: 'A log search has no index.',
    bad: `type: log alert
query: ⟦logs⟧("service:shop").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ parsed: { query, faults } }) => {
      if (query.kind !== 'chain' || query.head.name.text !== 'logs' || faults.length > 0) return [];
      const { name, methods, span } = query.head;
      if (methods.some((method) => method.name.text === 'index')) return [];
      const at = methods[0]?.span.from ?? span.to;
      return [
        {
          path: ['query'],
          span: name.span,
          message: 'Datadog may reject the query or search only one index: the index is not set.',
          hint: 'Add .index("*") to search all indexes.',
          fix: {
            title: 'Add .index("*")',
            edits: [{ path: ['query'], span: { from: at, to: at }, text: '.index("*")' }],
          },
        },
      ];
    },
  },
  {
    code: 'rollup_without_measure',
    severity: 'error',
    summary: 'An aggregation over events lacks the field to aggregate.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup(⟦"avg"⟧).last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("avg", "@duration").last("5m") > 10
`,
    check: ({ parsed: { query, faults } }) => {
      if (query.kind !== 'chain' || query.head.name.text === 'formula' || faults.length > 0) return [];
      return query.head.methods.values().flatMap(({ name, args: [first, measure] }) => {
        const aggregation = argumentText(first);
        if (name.text !== 'rollup' || first === undefined || aggregation === undefined) return [];
        if (aggregation === 'count' || aggregation === '' || measure !== undefined) return [];
        return [
          {
            path: ['query'],
            span: first.span,
            message: `Datadog rejects the query: the aggregation ${aggregation} requires a field.`,
            hint: `Add the field, for example .rollup("${aggregation}", "@duration"), or count events with .rollup("count").`,
          },
        ];
      });
    },
  },
  {
    code: 'too_many_facets',
    severity: 'warning',
    summary: 'The query groups by more facets than Datadog documents.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").by(⟦"service,host,env,status,version"⟧).last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").by("service,host,env,status").last("5m") > 10
`,
    check: ({ type, parsed: { query } }) => {
      if (query.kind !== 'chain' || !EVENT_TYPES.has(type)) return [];
      return query.head.methods.values().flatMap(({ name, args }) => {
        const [first] = args;
        const count = args.reduce(
          (sum, argument) => sum + (argumentText(argument) ?? '').split(',').length,
          0,
        );
        if (name.text !== 'by' || first === undefined || count <= MAX_FACETS) return [];
        return [
          {
            path: ['query'],
            span: first.span,
            message: `Datadog may reject the query: it groups by ${count} facets, and the maximum is ${MAX_FACETS}.`,
            hint: 'Remove facets that are determined by others.',
          },
        ];
      });
    },
  },
  {
    code: 'untracked_issue',
    severity: 'warning',
    summary: 'An error tracking monitor is not grouped by issue.',
    bad: `type: error-tracking alert
query: ⟦error-tracking-rum⟧("service:shop").rollup("count").last("1h") >= 1
`,
    good: `type: error-tracking alert
query: error-tracking-rum("service:shop").rollup("count").by("@issue.id").last("1h") >= 1
`,
    check: ({ type, parsed: { query, faults } }) => {
      if (type !== 'error-tracking alert' || query.kind !== 'chain' || faults.length > 0) return [];
      const { name, methods } = query.head;
      if (!name.text.startsWith('error-tracking')) return [];
      const keys = methods.filter((method) => method.name.text === 'by').flatMap(({ args }) => args);
      if (keys.some((key) => argumentText(key)?.includes('issue.id'))) return [];
      return [
        {
          path: ['query'],
          span: name.span,
          message:
            'Datadog may reject the query or send one alert for all issues: the query is not grouped by issue.',
          hint: 'Add .by("@issue.id").',
        },
      ];
    },
  },
  {
    code: 'burn_rate_windows',
    severity: 'error',
    summary: 'The short window of a burn rate is not shorter than the long window.',
    bad: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window(⟦"1h"⟧) > 14.4
`,
    good: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window("5m") > 14.4
`,
    check: ({ parsed: { query } }) => {
      if (query.kind !== 'chain' || query.head.name.text !== 'burn_rate') return [];
      const [long, short] = ['long_window', 'short_window'].map(
        (methodName) => query.head.methods.find(({ name }) => name.text === methodName)?.args[0],
      );
      const [max, min] = [long, short].map((window) => minutesOf(argumentText(window) ?? ''));
      if (short === undefined || max === undefined || min === undefined || min < max) return [];
      return [
        {
          path: ['query'],
          span: short.span,
          message: 'Datadog rejects the query: the short window must be shorter than the long window.',
          hint: 'One twelfth of the long window is common, for example 5m for 1h.',
        },
      ];
    },
  },
];

/** Returns a string in double quotes. Double quotes inside it get a backslash; single quotes lose theirs. */
function inDoubleQuotes(raw: string): string {
  return `"${raw.replace(/\\'|\\.|"/gs, (part) => (part === '"' ? '\\"' : part === "\\'" ? "'" : part))}"`;
}
