import type { SearchFault } from '../../../language/search/parse-search.ts';
import { argumentText } from '../argument-text.ts';
import { EVENT_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { formOf } from '../query-data.ts';
import { minutesOf } from '../query-windows.ts';
import { searchesOf } from '../searches.ts';
import type { Hit } from '../../rule.ts';

/** Data that is named; a search may be empty. */
const NAMED: ReadonlySet<string> = new Set(['formula', 'error_budget', 'burn_rate']);

const SENTENCES: Readonly<Record<SearchFault['code'], (what: string) => string>> = {
  unclosed: (what) => `the ${what} here is never closed`,
  unopened: (what) => `the ${what} here closes nothing`,
  missing: (what) => `${what} is missing`,
  unterminated_text: (what) => `the text that begins here has no closing ${what}`,
};

/** Events are grouped by so many facets at most: docs, monitors/types/log. */
const MOST = 4;

/** Searches of logs, events, spans and their kind. */
export const SEARCH_RULES: readonly MonitorRule[] = [
  {
    code: 'data_arguments',
    severity: 'error',
    summary: 'It is not said in one text what is looked at, or words stand without quotes.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup(⟦count⟧).last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ type, parsed: { query, faults } }) => {
      if (query.kind !== 'chain' || faults.length > 0 || formOf(query.head.name.text) === undefined)
        return [];
      const { name, args, methods } = query.head;
      const [first, second] = args;
      const refused = (span: Hit['span']): Hit => ({
        path: ['query'],
        ...(span === undefined ? {} : { span }),
        message: `Datadog refuses the query: ${name.text}() takes one text in quotes, as in ${name.text}("...").`,
      });
      if (first === undefined || (NAMED.has(name.text) && argumentText(first)?.trim() === ''))
        return [refused((first ?? name).span)];
      if (first.kind !== 'string' || second !== undefined) return [refused((second ?? first).span)];
      // Data jobs are asked without quotes.
      if (type === 'data-jobs alert') return [];
      return methods.values().flatMap((method) =>
        method.args.flatMap((argument): Hit[] =>
          argument.kind !== 'word' || argument.text === ''
            ? []
            : [
                {
                  path: ['query'],
                  span: argument.span,
                  message: `Datadog refuses the query: ${argument.text} stands without quotes.`,
                  hint: `Write "${argument.text}".`,
                  fix: {
                    title: `Write "${argument.text}"`,
                    edits: [{ path: ['query'], span: argument.span, text: `"${argument.text}"` }],
                  },
                },
              ],
        ),
      );
    },
  },
  {
    code: 'search_unreadable',
    severity: 'warning',
    summary: 'A search cannot be read.',
    bad: `type: log alert
query: logs("service:shop ⟦(⟧status:error OR status:critical").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("service:shop (status:error OR status:critical)").index("*").rollup("count").last("5m") > 10
`,
    check: (view) =>
      searchesOf(view)
        .values()
        .flatMap(({ path, search: { faults }, spanOf }) =>
          faults.map(({ code, span, what }) => ({
            path,
            span: spanOf(span),
            message: `Datadog refuses the search, or finds something else: ${SENTENCES[code](what)}.`,
            ...(code === 'missing'
              ? {}
              : { hint: 'Write a \\ before a sign that is to be searched for itself.' }),
          })),
        ),
  },
  {
    code: 'search_word_case',
    severity: 'warning',
    summary: 'A search has a word in small letters that joins terms in capital ones alone.',
    bad: `type: log alert
query: logs("status:error ⟦or⟧ status:critical").index("*").rollup("count").last("5m") > 10
`,
    good: `type: log alert
query: logs("status:error OR status:critical").index("*").rollup("count").last("5m") > 10
`,
    check: (view) =>
      searchesOf(view)
        .values()
        .flatMap(({ path, search: { terms }, spanOf }) =>
          terms
            .filter(({ text, quoted }) => !quoted && (text === 'and' || text === 'or' || text === 'not'))
            .map(({ text, span }) => ({
              path,
              span: spanOf(span),
              message: `Events are searched for the word "${text}": only ${text.toUpperCase()} joins terms.`,
              hint: `Write ${text.toUpperCase()}, or "${text}" in quotes where the word is meant.`,
            })),
        ),
  },
  {
    code: 'index_missing',
    severity: 'warning',
    summary: 'It is not said in which indexes the logs are searched.',
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
          message: 'Datadog may refuse the query, or search in one index alone: which one is not said.',
          hint: 'Add .index("*") for all of them.',
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
    summary: 'A number is to be taken of events, and it is not said which of their fields.',
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
            message: `Datadog refuses the query: it is not said of which field the ${aggregation} is taken.`,
            hint: `Add one, as in .rollup("${aggregation}", "@duration"), or count events with .rollup("count").`,
          },
        ];
      });
    },
  },
  {
    code: 'too_many_facets',
    severity: 'warning',
    summary: 'Events are grouped by more facets than Datadog documents.',
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
        if (name.text !== 'by' || first === undefined || count <= MOST) return [];
        return [
          {
            path: ['query'],
            span: first.span,
            message: `Datadog may refuse the query: it groups by ${count} facets, and events can be grouped by ${MOST}.`,
            hint: 'Leave out the facets that follow from others.',
          },
        ];
      });
    },
  },
  {
    code: 'untracked_issue',
    severity: 'warning',
    summary: 'A monitor of error tracking does not tell one issue from another.',
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
            'Datadog may refuse the query, or alert once for all issues together: it is not grouped by issue.',
          hint: 'Add .by("@issue.id").',
        },
      ];
    },
  },
  {
    code: 'burn_rate_windows',
    severity: 'error',
    summary: 'The short window of a burn rate is no shorter than the long one.',
    bad: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window(⟦"1h"⟧) > 14.4
`,
    good: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window("5m") > 14.4
`,
    check: ({ parsed: { query } }) => {
      if (query.kind !== 'chain' || query.head.name.text !== 'burn_rate') return [];
      const [long, short] = ['long_window', 'short_window'].map(
        (called) => query.head.methods.find(({ name }) => name.text === called)?.args[0],
      );
      const [max, min] = [long, short].map((window) => minutesOf(argumentText(window) ?? ''));
      if (short === undefined || max === undefined || min === undefined || min < max) return [];
      return [
        {
          path: ['query'],
          span: short.span,
          message: 'Datadog refuses the query: the short window has to be shorter than the long one.',
          hint: 'A twelfth of the long window is usual: 5m of 1h.',
        },
      ];
    },
  },
];
