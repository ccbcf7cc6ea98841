import { isPlaceholder } from '../../../domain/references.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { Expression, NumberLiteral, Query, Word } from '../../../language/query/syntax.ts';

/** Datadog docs, monitors/types/composite. */
const MAX_MEMBERS = 10;

/** Rules about composite monitors. */
export const COMPOSITE_RULES: readonly MonitorRule[] = [
  {
    code: 'composite_members',
    severity: 'error',
    summary: 'A composite has too many members.',
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
      if (ids.size <= MAX_MEMBERS) return [];
      const firstExcess = [...ids.values()].toReversed()[MAX_MEMBERS];
      if (!firstExcess) return [];
      return [
        {
          path: ['query'],
          span: firstExcess.span,
          message: `Datadog rejects the composite: it has ${ids.size} members, and the maximum is ${MAX_MEMBERS}.`,
          hint: 'Combine conditions in the member monitors. A composite cannot be a member of another composite.',
        },
      ];
    },
  },
  {
    code: 'composite_member_twice',
    severity: 'warning',
    summary: 'All members of a composite are the same monitor.',
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
      // Different references may have the same placeholder.
      if (isPlaceholder(first.text) || more.some(({ text }) => text !== first.text)) return [];
      return [
        {
          path: ['query'],
          span: second.span,
          message: `The composite is equivalent to monitor ${first.text}: it has no other member.`,
          hint: 'Replace one member with the id of a different monitor.',
        },
      ];
    },
  },
  {
    code: 'composite_reference',
    severity: 'error',
    summary: 'A composite outside a document references a monitor by key.',
    bad: `type: composite
query: 11 && ⟦\${monitor:queue-depth}⟧
`,
    good: `type: composite
query: 11 && 12
`,
    // In a document, references are replaced by ids before the rules run.
    check: ({ parsed: { query } }) =>
      membersOf(query)
        .filter(({ text }) => text.startsWith('$'))
        .map(({ text, span }) => ({
          path: ['query'],
          span,
          message: `Datadog rejects the query: Birddog resolves ${text} only in documents.`,
          hint: 'Use the id of the monitor, or put both monitors into one document.',
        })),
  },
];

/** Rules about composite monitors in documents. */
export const DOCUMENT_COMPOSITE_RULES: readonly MonitorRule[] = [
  {
    code: 'composite_by_id',
    severity: 'warning',
    summary: 'A composite in a document references a monitor by its numeric id.',
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
          message: `The composite breaks if monitor ${text} is recreated, because a recreated monitor gets a new id.`,
          hint: 'Use ${monitor:KEY} for a monitor in this document, or ${monitor:APPLICATION/KEY} for one in another document.',
        })),
  },
];

/** Returns the members of a composite from left to right: ids and references to monitors of a document. */
function membersOf(query: Query): (NumberLiteral | Word)[] {
  const members: (NumberLiteral | Word)[] = [];
  const pending: Expression[] = query.kind === 'composite' ? [query.expression] : [];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind === 'number' || node.kind === 'word') members.push(node);
    else if (node.kind === 'binary') pending.push(node.right, node.left);
    else if (node.kind === 'unary') pending.push(node.operand);
    else if (node.kind === 'group') pending.push(node.inner);
  }
  return members;
}
