import type { Argument, Call, Method, Series } from './syntax.ts';

/** Every call, series and method of an expression. */
export function* partsIn(node: Argument): Generator<Call | Series | Method> {
  switch (node.kind) {
    case 'call':
      yield node;
      for (const argument of node.args) yield* partsIn(argument);
      for (const method of node.methods) yield* methodParts(method);
      return;
    case 'series':
      yield node;
      for (const method of node.methods) yield* methodParts(method);
      return;
    case 'group':
      yield* partsIn(node.inner);
      for (const method of node.methods) yield* methodParts(method);
      return;
    case 'binary':
      yield* partsIn(node.left);
      yield* partsIn(node.right);
      return;
    case 'unary':
      yield* partsIn(node.operand);
      return;
    case 'named':
      yield* partsIn(node.value);
      return;
    case 'word':
    case 'number':
    case 'string':
    case 'unread':
  }
}

function* methodParts(method: Method): Generator<Call | Series | Method> {
  yield method;
  for (const argument of method.args) yield* partsIn(argument);
}
