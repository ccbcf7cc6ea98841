import type { Filter, FilterTerm, Span } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const filterMixed: MonitorRule = {
  code: 'filter_mixed',
  severity: 'warning',
  summary: 'A filter joins its terms with signs and with words.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod⟦,⟧host:a OR host:b} > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod AND (host:a OR host:b)} > 1
`,
  check: ({ series }) =>
    series.values().flatMap(({ filter }) => {
      const sign = mixedIn(filter);
      return sign === undefined
        ? []
        : [
            {
              path: ['query'],
              span: sign,
              message:
                'Datadog may refuse the filter, or read it otherwise: signs (, and !) and words (AND, OR, NOT, IN) do not mix.',
              hint: 'Write words alone: AND for a comma, NOT for !.',
            },
          ];
    }),
};

/** The first sign of a filter that has words too. */
function mixedIn(filter: Filter | undefined): Span | undefined {
  let [sign, words]: [Span | undefined, boolean] = [undefined, false];
  const waiting: FilterTerm[] = filter?.terms ? [filter.terms] : [];
  const see = ({ text, span }: { text: string; span: Span }) => {
    if (text !== ',' && text !== '!') words = true;
    else if (sign === undefined || span.from < sign.from) sign = span;
  };
  for (let term = waiting.pop(); term; term = waiting.pop()) {
    if (term.kind === 'in') words = true;
    if (term.kind === 'both' || term.kind === 'not') see(term.operator);
    if (term.kind === 'both') waiting.push(term.left, term.right);
    if (term.kind === 'not') waiting.push(term.term);
    if (term.kind === 'filter-group') waiting.push(term.inner);
  }
  return words ? sign : undefined;
}
