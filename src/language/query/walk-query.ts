import type { Argument, Call, Filter, FilterList, FilterTag, FilterTerm, Method, Series } from './syntax.ts';

type Node = Argument | Method;

/** Returns every node of an expression, left to right, outermost first. Uses a stack instead of recursion, because a sum may be very long. */
export function nodesIn(root: Node): Node[] {
  const nodes: Node[] = [];
  const pending: Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    nodes.push(node);
    pushChildren(pending, node);
  }
  return nodes;
}

/** Returns every call, series and method of an expression, left to right, outermost first. */
export function partsIn(root: Node): (Call | Series | Method)[] {
  const parts: (Call | Series | Method)[] = [];
  const pending: Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind === 'call' || node.kind === 'series' || node.kind === 'method') parts.push(node);
    pushChildren(pending, node);
  }
  return parts;
}

/** Pushes the children of a node on the stack, the first on top. */
function pushChildren(pending: Node[], node: Node): void {
  switch (node.kind) {
    case 'call':
      pushAll(pending, node.methods);
      pushAll(pending, node.args);
      return;
    case 'series':
      pushAll(pending, node.methods);
      return;
    case 'method':
      pushAll(pending, node.args);
      return;
    case 'group':
      pushAll(pending, node.methods);
      pending.push(node.inner);
      return;
    case 'binary':
      pending.push(node.right, node.left);
      return;
    case 'unary':
      pending.push(node.operand);
      return;
    case 'named':
      pending.push(node.value);
      return;
    case 'word':
    case 'number':
    case 'string':
    case 'unread':
  }
}

function pushAll(pending: Node[], nodes: readonly Node[]): void {
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    const node = nodes[at];
    if (node) pending.push(node);
  }
}

/** Returns every tag and list of a filter, left to right. Uses a stack, because a filter may be very long. */
export function tagsIn(filter: Filter | undefined): (FilterTag | FilterList)[] {
  const tags: (FilterTag | FilterList)[] = [];
  const pending: FilterTerm[] = filter?.terms ? [filter.terms] : [];
  for (let term = pending.pop(); term; term = pending.pop()) {
    if (term.kind === 'tag' || term.kind === 'in') tags.push(term);
    else if (term.kind === 'both') pending.push(term.right, term.left);
    else if (term.kind === 'not') pending.push(term.term);
    else if (term.kind === 'filter-group') pending.push(term.inner);
  }
  return tags;
}
