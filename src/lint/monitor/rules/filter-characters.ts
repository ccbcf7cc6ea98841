import type { MonitorRule } from '../monitor-view.ts';

/** Signs that no tag keeps: docs, getting_started/tagging, defining tags. */
const IMPOSSIBLE = /[=;<>&|^~?`\\]/;

export const filterCharacters: MonitorRule = {
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
};
