import type { MonitorRule } from '../monitor-view.ts';

export const tagTwice: MonitorRule = {
  code: 'tag_twice',
  severity: 'warning',
  summary: 'The same tag is there twice.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [team:web, env:prod, ⟦team:web⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [team:web, env:prod]
`,
  check: ({ monitor: { tags } }) => {
    const seen = new Set<unknown>();
    return (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
      if (!seen.has(tag)) {
        seen.add(tag);
        return [];
      }
      return [
        {
          path: ['tags', at],
          message: 'The monitor has this tag already: one more of it does nothing.',
          hint: 'Leave it out.',
          fix: { title: 'Leave it out', edits: [{ path: ['tags', at], remove: true }] },
        },
      ];
    });
  },
};
