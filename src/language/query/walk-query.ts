import type { Argument, Call, Filter, FilterList, FilterTag, FilterTerm, Method, Series } from './syntax.ts';

type Node = Argument | Method;

/** Yields every node of an expression, left to right, outermost first. Uses a stack instead of recursion, because a sum may be very long. */
export function nodesIn(root: Node): Node[] {
  const nodes: Node[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    nodes.push(node);
    pushBelow(waiting, node);
  }
  return nodes;
}

/** Returns every call, series and method of an expression, left to right, outermost first. */
export function partsIn(root: Node): (Call | Series | Method)[] {
  const parts: (Call | Series | Method)[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === 'call' || node.kind === 'series' || node.kind === 'method') parts.push(node);
    pushBelow(waiting, node);
  }
  return parts;
}

/** Pushes the children of a node on the stack, the first on top. */
function pushBelow(waiting: Node[], node: Node): void {
  switch (node.kind) {
    case 'call':
      pushAll(waiting, node.methods);
      pushAll(waiting, node.args);
      return;
    case 'series':
      pushAll(waiting, node.methods);
      return;
    case 'method':
      pushAll(waiting, node.args);
      return;
    case 'group':
      pushAll(waiting, node.methods);
      waiting.push(node.inner);
      return;
    case 'binary':
      waiting.push(node.right, node.left);
      return;
    case 'unary':
      waiting.push(node.operand);
      return;
    case 'named':
      waiting.push(node.value);
      return;
    case 'word':
    case 'number':
    case 'string':
    case 'unread':
  }
}

function pushAll(waiting: Node[], nodes: readonly Node[]): void {
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    const node = nodes[at];
    if (node) waiting.push(node);
  }
}

/** Yields every tag and list of a filter, left to right. Uses a stack for the same reason. */
export function tagsIn(filter: Filter | undefined): (FilterTag | FilterList)[] {
  const tags: (FilterTag | FilterList)[] = [];
  const waiting: FilterTerm[] = filter?.terms ? [filter.terms] : [];
  for (let term = waiting.pop(); term; term = waiting.pop()) {
    if (term.kind === 'tag' || term.kind === 'in') tags.push(term);
    else if (term.kind === 'both') waiting.push(term.right, term.left);
    else if (term.kind === 'not') waiting.push(term.term);
    else if (term.kind === 'filter-group') waiting.push(term.inner);
  }
  return tags;
}
