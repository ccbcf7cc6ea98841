import type { MonitorRule } from '../monitor-view.ts';

/** The number that both the older and the newer page allow: docs, monitors/configuration. */
const SAFE = 32;
const MOST = 80;

export const tooManyTags: MonitorRule = {
  code: 'too_many_tags',
  severity: 'warning',
  summary: 'The monitor has more tags than Datadog surely takes.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${tagsTo(SAFE)}, ⟦one:more⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${tagsTo(SAFE)}]
`,
  check: ({ monitor: { tags } }) =>
    Array.isArray(tags) && tags.length > SAFE
      ? [
          {
            path: ['tags', SAFE],
            message: `There are ${tags.length} tags: Datadog takes ${MOST} of a monitor at most, and only ${SAFE} by its older documentation.`,
            hint: `Keep the ${SAFE} that somebody searches by.`,
          },
        ]
      : [],
};

function tagsTo(count: number): string {
  return Array.from({ length: count }, (_, at) => `tag:${at}`).join(', ');
}
