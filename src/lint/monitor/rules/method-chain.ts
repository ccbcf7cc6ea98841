import type { Method, Query, Word } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { CHECK_METHODS, type SourceMethods, methodsOf } from '../query-sources.ts';
import type { Violation } from '../../rule.ts';

/** The requirement that each missing method violates. */
const REQUIREMENTS: ReadonlyMap<string, string> = new Map<string, string>([
  ['last', 'the evaluation window is required'],
  ['last|current', 'the evaluation window is required'],
  ['rollup', 'rollup is required'],
  ['over', 'the time frame is required'],
  ['long_window', 'the long window is required'],
  ['short_window', 'the short window is required'],
  ['count_by_status|pct_by_status', 'a count or percentage by status is required'],
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

/** Rules about queries that are a chain of methods: searches and service checks. */
export const METHOD_CHAIN_RULES: readonly MonitorRule[] = [
  {
    code: 'method_missing',
    severity: 'error',
    summary: 'The query lacks a required method.',
    bad: `type: log alert
query: ⟦logs⟧("service:shop").index("*").rollup("count") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
    check: ({ parsed: { query, faults } }) => {
      if (faults.length > 0) return [];
      if (query.kind === 'check') return missingMethods(query.check, query.methods, CHECK_METHODS);
      const expected = query.kind === 'chain' ? methodsOf(query.head.name.text) : undefined;
      return query.kind === 'chain' && expected
        ? missingMethods(query.head.name, query.head.methods, expected)
        : [];
    },
  },
  {
    code: 'method_twice',
    severity: 'warning',
    summary: 'The query calls the same method twice.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m").⟦last⟧("1h") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("1h") > 10
`,
    check: ({ parsed: { query } }) => {
      const seen = new Set<string>();
      return calledMethods(query)
        .filter(({ name: { text } }) => seen.size === seen.add(text).size)
        .map(({ name: { text, span } }) => ({
          path: ['query'],
          span,
          message: `Duplicate ${text}(): Datadog ignores one of the two and does not document which.`,
          hint: 'Remove one of the two.',
        }));
    },
  },
];

function missingMethods(
  { span }: Pick<Word, 'span'>,
  methods: readonly Method[],
  { required }: SourceMethods,
): Violation[] {
  return required
    .filter(
      (names) => !names.split('|').some((candidate) => methods.some(({ name }) => name.text === candidate)),
    )
    .map((names) => ({
      path: ['query'],
      span,
      message: `Datadog rejects the query: ${REQUIREMENTS.get(names) ?? `${names} is required`}.`,
      hint: `Add ${names === 'last' && methods.some(({ name }) => name.text.endsWith('by_status')) ? '.last(2)' : EXAMPLES.get(names)}.`,
    }));
}

function calledMethods(query: Query): readonly Method[] {
  if (query.kind === 'chain') return query.head.methods;
  return query.kind === 'check' ? query.methods : [];
}
