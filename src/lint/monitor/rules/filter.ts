import type { Filter, FilterTerm, Span, Word } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { Hit } from '../../rule.ts';

/** Characters that tags cannot contain: docs, getting_started/tagging, defining tags. */
const IMPOSSIBLE = /[=;<>&|^~?`\\]/;

/** Filters and groups of metric queries. */
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
        const sign = mixedIn(filter);
        return sign === undefined
          ? []
          : [
              {
                path: ['query'],
                span: sign,
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
        const sign = tag.kind === 'tag' ? IMPOSSIBLE.exec(tag.text)?.[0] : undefined;
        if (sign === undefined) return [];
        return [
          {
            path: ['query'],
            span: tag.span,
            message: `The filter matches nothing: tags cannot contain ${sign}.`,
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
    check: ({ series }) => series.values().flatMap(({ groupBy }) => (groupBy ? keyHits(groupBy.keys) : [])),
  },
];

/** Returns the first symbol of a filter that also has operators. */
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

function keyHits(keys: readonly Word[]): Hit[] {
  const seen = new Set<string>();
  return keys.flatMap(({ text, span }): Hit[] => {
    const twice = seen.size === seen.add(text).size;
    if (twice)
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
