import type { Filter, FilterTerm, Span, Word } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { Hit } from '../../rule.ts';

/** Signs that no tag keeps: docs, getting_started/tagging, defining tags. */
const IMPOSSIBLE = /[=;<>&|^~?`\\]/;

/** Filters and groups of metric queries. */
export const FILTER_RULES: readonly MonitorRule[] = [
  {
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
  },
  {
    code: 'filter_characters',
    severity: 'warning',
    summary: 'A tag of a filter has a sign in it that no tag has.',
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
            message: `The filter lets nothing through: no tag has a ${sign} in it.`,
            hint: 'Tags are written as in env:prod, with a comma or AND between two.',
          },
        ];
      }),
  },
  {
    code: 'tag_half_empty',
    severity: 'warning',
    summary: 'A tag of a filter has no key, or no value.',
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
            message: `The filter lets nothing through: ${tag.text.startsWith(':') ? 'the key' : 'the value'} of the tag is missing.`,
            hint: 'Write both, as in env:prod; env:* is any value.',
          },
        ];
      }),
  },
  {
    code: 'group_key',
    severity: 'warning',
    summary: 'The query groups by something that is no tag key, or twice by one.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {⟦env:prod⟧} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} by {env} > 1
`,
    check: ({ series }) => series.values().flatMap(({ groupBy }) => (groupBy ? keyHits(groupBy.keys) : [])),
  },
];

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

function keyHits(keys: readonly Word[]): Hit[] {
  const seen = new Set<string>();
  return keys.flatMap(({ text, span }): Hit[] => {
    const twice = seen.size === seen.add(text).size;
    if (twice)
      return [
        {
          path: ['query'],
          span,
          message: `${text} is there twice: once says the same.`,
          hint: 'Leave one of them.',
        },
      ];
    if (text === '*')
      return [
        {
          path: ['query'],
          span,
          message: 'The monitor has no groups, or Datadog refuses it: * is no tag key.',
          hint: 'Write the keys of the tags to group by, or leave by out.',
        },
      ];
    if (!text.includes(':')) return [];
    return [
      {
        path: ['query'],
        span,
        message: `The monitor has no groups, or Datadog refuses it: ${text} is a whole tag, and groups are by its key.`,
        hint: `Write ${text.slice(0, text.indexOf(':'))} here, and the whole tag in the filter.`,
      },
    ];
  });
}
