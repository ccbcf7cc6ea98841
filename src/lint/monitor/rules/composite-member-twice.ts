import { isPlaceholder } from '../../../domain/references.ts';
import { membersOf } from '../composite-ids.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const compositeMemberTwice: MonitorRule = {
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
};
