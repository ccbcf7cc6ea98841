import type { MonitorRule } from '../monitor-view.ts';

/** In signs: docs, getting_started/tagging. */
const LONGEST = 200;

export const tagForm: MonitorRule = {
  code: 'tag_form',
  severity: 'warning',
  summary: 'A tag begins with no letter, or is longer than tags are.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [⟦"9to5:true"⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["office_hours:true"]
`,
  check: ({ monitor: { tags } }) =>
    (Array.isArray(tags) ? tags : []).flatMap((tag, at) => {
      if (typeof tag !== 'string') return [];
      if (tag.length > LONGEST)
        return [
          {
            path: ['tags', at],
            message: `The tag has ${tag.length} signs: Datadog keeps ${LONGEST}, and nobody finds the monitor by the rest.`,
            hint: 'Say it in fewer signs.',
          },
        ];
      if (/^\p{L}/u.test(tag)) return [];
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
