import type { Argument, Method } from '../../language/query/syntax.ts';

type Node = Argument | Method;

/** Every node of an expression, outermost first. A stack, not recursion: a sum may be as long as its text. */
export function* nodesIn(root: Node): Generator<Node> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    for (const below of partsOf(node)) waiting.push(below);
  }
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'call':
      return [...node.args, ...node.methods];
    case 'series':
      return node.methods;
    case 'method':
      return node.args;
    case 'group':
      return [node.inner, ...node.methods];
    case 'binary':
      return [node.left, node.right];
    case 'unary':
      return [node.operand];
    case 'named':
      return [node.value];
    case 'word':
    case 'number':
    case 'string':
    case 'unread':
      return [];
  }
}
