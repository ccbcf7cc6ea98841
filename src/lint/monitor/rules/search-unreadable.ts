import type { SearchFault } from '../../../language/search/parse-search.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { searchesOf } from '../searches.ts';

const SENTENCES: Readonly<Record<SearchFault['code'], (what: string) => string>> = {
  unclosed: (what) => `the ${what} here is never closed`,
  unopened: (what) => `the ${what} here closes nothing`,
  missing: (what) => `${what} is missing`,
  unterminated_text: (what) => `the text that begins here has no closing ${what}`,
};

export const searchUnreadable: MonitorRule = {
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
};
