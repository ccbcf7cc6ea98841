import type { Expression, NumberLiteral, Query, Word } from '../../language/query/syntax.ts';

/** Returns the members of a composite from left to right: ids and references to monitors of a document. */
export function membersOf(query: Query): (NumberLiteral | Word)[] {
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
