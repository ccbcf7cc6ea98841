import type { Argument, Binary, Call, Expression, Group, Method, Value } from './syntax.ts';

/** The binding of each operator: the stronger one is applied first. */
const BINDING: ReadonlyMap<string, number> = new Map<string, number>([
  ['||', 1],
  ['&&', 2],
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
  ['^', 2],
]);

/** Returns an expression with the fewest brackets that keep its structure, and without plus signs before operands. */
export function simplify(node: Expression): Expression {
  switch (node.kind) {
    case 'group':
      return node.methods.length === 0
        ? simplify(node.inner)
        : { ...node, inner: simplify(node.inner), methods: node.methods.map(simplifyMethod) };
    case 'unary': {
      const operand = simplify(node.operand);
      if (node.operator.text === '+') return operand;
      return { ...node, operand: operand.kind === 'binary' ? grouped(operand) : operand };
    }
    case 'binary':
      return simplifyBinary(node);
    case 'call':
      return simplifyCall(node);
    case 'series':
      return { ...node, methods: node.methods.map(simplifyMethod) };
    case 'word':
    case 'number':
    case 'unread':
      return node;
  }
}

/** The left side of a sum is as deep as the sum is long, so it is traversed in a loop instead of by recursion. */
function simplifyBinary(last: Binary): Expression {
  const sums: Binary[] = [];
  let node: Expression = last;
  for (; node.kind === 'binary'; node = inner(node.left)) sums.push(node);
  let left = simplify(node);
  for (const sum of sums.toReversed()) {
    const binding = bindingOf(sum);
    const right = simplify(sum.right);
    left = {
      ...sum,
      left: left.kind === 'binary' && bindingOf(left) < binding ? grouped(left) : left,
      right: right.kind === 'binary' && bindingOf(right) <= binding ? grouped(right) : right,
    };
  }
  return left;
}

/** Returns what is in brackets without methods, or the expression itself. */
function inner(node: Expression): Expression {
  let found = node;
  while (found.kind === 'group' && found.methods.length === 0) found = found.inner;
  return found;
}

function bindingOf({ operator }: Binary): number {
  return BINDING.get(operator.text) ?? 0;
}

function grouped(node: Expression): Group {
  return { kind: 'group', inner: node, methods: [], span: node.span };
}

function simplifyCall(node: Call): Call {
  return { ...node, args: node.args.map(simplifyArgument), methods: node.methods.map(simplifyMethod) };
}

function simplifyMethod(node: Method): Method {
  return { ...node, args: node.args.map(simplifyArgument) };
}

function simplifyArgument(node: Argument): Argument {
  return node.kind === 'named' ? { ...node, value: simplifyValue(node.value) } : simplifyValue(node);
}

function simplifyValue(node: Value): Value {
  return node.kind === 'string' ? node : simplify(node);
}
