import type { Word } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const groupKey: MonitorRule = {
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
};

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
