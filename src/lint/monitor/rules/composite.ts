import { isPlaceholder } from '../../../domain/references.ts';
import { membersOf } from '../composite-ids.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** A composite is made of so many monitors at most: docs, monitors/types/composite. */
const MOST = 10;

/** Composite monitors. */
export const COMPOSITE_RULES: readonly MonitorRule[] = [
  {
    code: 'composite_members',
    severity: 'error',
    summary: 'A composite is made of too many monitors.',
    bad: `type: composite
query: 11 && 12 && 13 && 14 && 15 && 16 && 17 && 18 && 19 && 20 && ⟦21⟧
`,
    good: `type: composite
query: 11 && 12 && 13 && 14 && 15 && 16 && 17 && 18 && 19 && 20
`,
    check: ({ parsed: { query } }) => {
      const ids = new Map(
        membersOf(query)
          .toReversed()
          .map((id) => [id.text, id]),
      );
      if (ids.size <= MOST) return [];
      const one = [...ids.values()].toReversed()[MOST];
      if (!one) return [];
      return [
        {
          path: ['query'],
          span: one.span,
          message: `Datadog refuses the composite: it is made of ${ids.size} monitors, and can be of ${MOST}.`,
          hint: 'Put together in the monitors themselves what belongs together; a composite cannot be part of another.',
        },
      ];
    },
  },
  {
    code: 'composite_member_twice',
    severity: 'warning',
    summary: 'A composite joins a monitor with itself alone.',
    bad: `type: composite
query: 11 && ⟦11⟧
`,
    good: `type: composite
query: 11 && 12
`,
    check: ({ parsed: { query, faults } }) => {
      const [first, ...more] = membersOf(query);
      const [second] = more;
      if (first === undefined || second === undefined || faults.length > 0) return [];
      // Different references may have one placeholder.
      if (isPlaceholder(first.text) || more.some(({ text }) => text !== first.text)) return [];
      return [
        {
          path: ['query'],
          span: second.span,
          message: `The composite says no more than monitor ${first.text} alone: all of its members are this one.`,
          hint: 'Write the id of the other monitor that is meant.',
        },
      ];
    },
  },
  {
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
  },
];

/** Composite monitors in documents. */
export const DOCUMENT_COMPOSITE_RULES: readonly MonitorRule[] = [
  {
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
  },
];
