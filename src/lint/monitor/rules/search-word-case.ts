import type { MonitorRule } from '../monitor-view.ts';
import { searchesOf } from '../searches.ts';

export const searchWordCase: MonitorRule = {
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
};
