import { membersOf } from '../composite-ids.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const compositeReference: MonitorRule = {
  code: 'composite_reference',
  severity: 'error',
  summary: 'A composite outside of a document names a monitor by its key.',
  bad: `type: composite
query: 11 && ⟦\${monitor:queue-depth}⟧
`,
  good: `type: composite
query: 11 && 12
`,
  // Within a document, ids stand for the references when its rules are asked.
  check: ({ parsed: { query } }) =>
    membersOf(query)
      .filter(({ text }) => text.startsWith('$'))
      .map(({ text, span }) => ({
        path: ['query'],
        span,
        message: `Datadog refuses the query: ${text} is put in only where the monitor stands in a document.`,
        hint: 'Write the id of the monitor, or write both monitors in one document.',
      })),
};
