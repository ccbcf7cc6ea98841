import { isPlaceholder } from '../../../domain/references.ts';
import { membersOf } from '../composite-ids.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const compositeById: MonitorRule = {
  code: 'composite_by_id',
  severity: 'warning',
  summary: 'A composite in a document names a monitor by its number.',
  bad: `type: composite
query: \${monitor:queue-depth} && ⟦4711⟧
`,
  good: `type: composite
query: \${monitor:queue-depth} && \${monitor:queue-age}
`,
  check: ({ parsed: { query } }) =>
    membersOf(query)
      .filter(({ text }) => !isPlaceholder(text))
      .map(({ text, span }) => ({
        path: ['query'],
        span,
        message: `The composite breaks when monitor ${text} is made anew, for then it has another number.`,
        hint: 'Write ${monitor:KEY} for a monitor of this document, ${monitor:APPLICATION/KEY} for one of another.',
      })),
};
