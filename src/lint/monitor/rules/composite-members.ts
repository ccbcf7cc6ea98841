import type { Expression, NumberLiteral } from '../../../language/query/syntax.ts';
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
    if (query.kind !== 'composite') return [];
    const ids = new Map<string, NumberLiteral>();
    for (const id of idsIn(query.expression)) if (!ids.has(id.text)) ids.set(id.text, id);
    const one = [...ids.values()][MOST];
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

/** The ids of a composite, from left to right. */
export function idsIn(expression: Expression): NumberLiteral[] {
  const ids: NumberLiteral[] = [];
  const open: Expression[] = [expression];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === 'number') ids.push(node);
    else if (node.kind === 'binary') open.push(node.right, node.left);
    else if (node.kind === 'unary') open.push(node.operand);
    else if (node.kind === 'group') open.push(node.inner);
  }
  return ids;
}
