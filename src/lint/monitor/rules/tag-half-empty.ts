import type { MonitorRule } from '../monitor-view.ts';

export const tagHalfEmpty: MonitorRule = {
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
};
