import type { MonitorRule } from '../monitor-view.ts';

/** How a tag begins: docs, getting_started/tagging. */
const BEGINS = /^\p{L}/u;

export const tagBeginning: MonitorRule = {
  code: 'tag_beginning',
  severity: 'warning',
  summary: 'A tag begins with no letter.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [⟦"9to5:true"⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["office_hours:true"]
`,
  check: ({ monitor: { tags } }) =>
    (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
      if (typeof tag !== 'string' || BEGINS.test(tag)) return [];
      return [
        {
          path: ['tags', at],
          message:
            'Tags of Datadog begin with a letter: searches and rules may not find the monitor by this one.',
          hint: 'Begin it with a letter.',
        },
      ];
    }),
};
