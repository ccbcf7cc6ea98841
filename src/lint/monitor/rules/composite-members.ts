import { membersOf } from '../composite-ids.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** A composite is made of so many monitors at most: docs, monitors/types/composite. */
const MOST = 10;

export const compositeMembers: MonitorRule = {
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
};
