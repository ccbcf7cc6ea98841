import type { Method, Query, Word } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { CHECK_FORM, type DataForm, formOf } from '../query-data.ts';
import type { Hit } from '../../rule.ts';

/** What is not said without each. */
const UNSAID: ReadonlyMap<string, string> = new Map<string, string>([
  ['last', 'how far back it looks is not said'],
  ['last|current', 'how far back it looks is not said'],
  ['rollup', 'what it counts is not said'],
  ['over', 'over which time frame is not said'],
  ['long_window', 'in which window the budget burns is not said'],
  ['short_window', 'in which short window the budget still burns is not said'],
  ['count_by_status|pct_by_status', 'whether results are counted or taken in percent is not said'],
]);

const EXAMPLES: ReadonlyMap<string, string> = new Map<string, string>([
  ['last', '.last("5m")'],
  ['last|current', '.last("5m")'],
  ['rollup', '.rollup("count")'],
  ['over', '.over("7d")'],
  ['long_window', '.long_window("1h")'],
  ['short_window', '.short_window("5m")'],
  ['count_by_status|pct_by_status', '.count_by_status()'],
]);

/** Queries that are a chain of methods: searches and service checks. */
export const METHOD_CHAIN_RULES: readonly MonitorRule[] = [
  {
    code: 'method_missing',
    severity: 'error',
    summary: 'The query lacks something without which its data cannot be watched.',
    bad: `type: log alert
query: ⟦logs⟧("service:shop").index("*").rollup("count") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ parsed: { query, faults } }) => {
      if (faults.length > 0) return [];
      if (query.kind === 'check') return missing(query.check, query.methods, CHECK_FORM);
      const form = query.kind === 'chain' ? formOf(query.head.name.text) : undefined;
      return query.kind === 'chain' && form ? missing(query.head.name, query.head.methods, form) : [];
    },
  },
  {
    code: 'method_twice',
    severity: 'warning',
    summary: 'The query says the same thing twice.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m").⟦last⟧("1h") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("1h") > 10
`,
    check: ({ parsed: { query } }) => {
      const seen = new Set<string>();
      return methodsOf(query)
        .filter(({ name: { text } }) => seen.size === seen.add(text).size)
        .map(({ name: { text, span } }) => ({
          path: ['query'],
          span,
          message: `${text}() is there twice: one of the two says nothing, and which one Datadog does not say.`,
          hint: 'Leave one of them.',
        }));
    },
  },
];

function missing({ span }: Pick<Word, 'span'>, methods: readonly Method[], { required }: DataForm): Hit[] {
  return required
    .filter((names) => !names.split('|').some((one) => methods.some(({ name }) => name.text === one)))
    .map((names) => ({
      path: ['query'],
      span,
      message: `Datadog refuses the query: ${UNSAID.get(names) ?? `${names} is missing`}.`,
      hint: `Add ${names === 'last' && methods.some(({ name }) => name.text.endsWith('by_status')) ? '.last(2)' : EXAMPLES.get(names)}.`,
    }));
}

function methodsOf(query: Query): readonly Method[] {
  if (query.kind === 'chain') return query.head.methods;
  return query.kind === 'check' ? query.methods : [];
}
