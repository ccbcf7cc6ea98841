import type { Expression, NumberLiteral, Query, Word } from '../../language/query/syntax.ts';

/** Returns the members of a composite from left to right: ids and references to monitors of a document. */
export function membersOf(query: Query): (NumberLiteral | Word)[] {
  const members: (NumberLiteral | Word)[] = [];
  const waiting: Expression[] = query.kind === 'composite' ? [query.expression] : [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === 'number' || node.kind === 'word') members.push(node);
    else if (node.kind === 'binary') waiting.push(node.right, node.left);
    else if (node.kind === 'unary') waiting.push(node.operand);
    else if (node.kind === 'group') waiting.push(node.inner);
  }
  return members;
}
