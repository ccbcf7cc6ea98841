import type { Filter, FilterTerm, Span, Word } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { Violation } from '../../rule.ts';

/** Characters that tags cannot contain: Datadog docs, getting_started/tagging, defining tags. */
const FORBIDDEN_IN_TAGS = /[=;<>&|^~?`\\]/;

/** Rules about filters and groups of metric queries. */
export const FILTER_RULES: readonly MonitorRule[] = [
  {
    code: 'filter_mixed',
    severity: 'warning',
    summary: 'A filter mixes the symbols `,` and `!` with the operators AND, OR, NOT or IN.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod⟦,⟧host:a OR host:b} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod AND (host:a OR host:b)} > 1
`,
    check: ({ series }) =>
      series.values().flatMap(({ filter }) => {
        const symbol = mixedSymbol(filter);
        return symbol === undefined
          ? []
          : [
              {
                path: ['query'],
                span: symbol,
                message:
                  'Datadog may reject or misread the filter: the symbols , and ! cannot be mixed with AND, OR, NOT or IN.',
                hint: 'Use operators only: AND instead of a comma, NOT instead of !.',
              },
            ];
      }),
  },
  {
    code: 'filter_characters',
    severity: 'warning',
    summary: 'A tag in a filter contains a character that tags cannot contain.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{⟦env=prod⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} > 1
`,
    check: ({ tags }) =>
      tags.values().flatMap((tag) => {
        const symbol = tag.kind === 'tag' ? FORBIDDEN_IN_TAGS.exec(tag.text)?.[0] : undefined;
        if (symbol === undefined) return [];
        return [
          {
            path: ['query'],
            span: tag.span,
            message: `The filter matches nothing: tags cannot contain ${symbol}.`,
            hint: 'Write tags like env:prod, separated by a comma or AND.',
          },
        ];
      }),
  },
  {
    code: 'tag_half_empty',
    severity: 'warning',
    summary: 'A tag in a filter has no key or no value.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{⟦env:⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} > 1
`,
    check: ({ tags }) =>
      tags.values().flatMap((tag) => {
        if (tag.kind !== 'tag' || !/^:|:$/.test(tag.text)) return [];
        return [
          {
            path: ['query'],
            span: tag.span,
            message: `The filter matches nothing: the tag has no ${tag.text.startsWith(':') ? 'key' : 'value'}.`,
            hint: 'Write key and value, for example env:prod. env:* matches any value.',
          },
        ];
      }),
  },
  {
    code: 'group_key',
    severity: 'warning',
    summary: 'The query groups by an invalid or duplicate tag key.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {⟦env:prod⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} by {env} > 1
`,
    check: ({ series }) =>
      series.values().flatMap(({ groupBy }) => (groupBy ? groupKeyViolations(groupBy.keys) : [])),
  },
];

/** Returns the first symbol of a filter that also has operators. */
function mixedSymbol(filter: Filter | undefined): Span | undefined {
  let [symbol, hasOperators]: [Span | undefined, boolean] = [undefined, false];
  const pending: FilterTerm[] = filter?.terms ? [filter.terms] : [];
  const visitOperator = ({ text, span }: { text: string; span: Span }) => {
    if (text !== ',' && text !== '!') hasOperators = true;
    else if (symbol === undefined || span.from < symbol.from) symbol = span;
  };
  for (let term = pending.pop(); term; term = pending.pop()) {
    if (term.kind === 'in') hasOperators = true;
    if (term.kind === 'both' || term.kind === 'not') visitOperator(term.operator);
    if (term.kind === 'both') pending.push(term.left, term.right);
    if (term.kind === 'not') pending.push(term.term);
    if (term.kind === 'filter-group') pending.push(term.inner);
  }
  return hasOperators ? symbol : undefined;
}

function groupKeyViolations(keys: readonly Word[]): Violation[] {
  const seen = new Set<string>();
  return keys.flatMap(({ text, span }): Violation[] => {
    const isDuplicate = seen.size === seen.add(text).size;
    if (isDuplicate)
      return [
        {
          path: ['query'],
          span,
          message: `Duplicate group key: ${text}.`,
          hint: 'Remove one of the two.',
        },
      ];
    if (text === '*')
      return [
        {
          path: ['query'],
          span,
          message: 'The monitor has no groups, or Datadog rejects it: * is not a tag key.',
          hint: 'List the tag keys to group by, or remove by.',
        },
      ];
    if (!text.includes(':')) return [];
    return [
      {
        path: ['query'],
        span,
        message: `The monitor has no groups, or Datadog rejects it: ${text} is a tag, and group keys are tag keys.`,
        hint: `Group by ${text.slice(0, text.indexOf(':'))}, and put the tag into the filter.`,
      },
    ];
  });
}
