import type {
  Argument,
  Binary,
  Comparison,
  Expression,
  Filter,
  FilterBoth,
  FilterTerm,
  GroupBy,
  Method,
  Query,
  Series,
} from './syntax.ts';

/** Prints a query with normalized spaces. All other characters are as parsed. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'metric':
      return `${printExpression(query.evaluation)}:${printExpression(query.expression)}${comparison(query.comparison)}`;
    case 'chain':
      return `${printExpression(query.head)}${comparison(query.comparison)}`;
    case 'check':
      return `${printExpression(query.check)}${query.methods.map(method).join('')}`;
    case 'composite':
      return printExpression(query.expression);
    case 'opaque':
      return query.text;
  }
}

function comparison(compared: Comparison | undefined): string {
  return compared ? ` ${compared.operator.text} ${compared.limit.text}` : '';
}

/** Prints an expression, for example of a widget. */
export function printExpression(node: Argument): string {
  switch (node.kind) {
    case 'word':
    case 'number':
    case 'unread':
      return node.text;
    case 'string':
      return `${node.quote}${node.raw}${node.quote}`;
    case 'unary':
      return `${node.operator.text}${printExpression(node.operand)}`;
    case 'binary':
      return joined(node);
    case 'group':
      return `(${printExpression(node.inner)})${node.methods.map(method).join('')}`;
    case 'call':
      return `${node.name.text}(${list(node.args)})${node.methods.map(method).join('')}`;
    case 'named':
      return `${node.name.text}=${printExpression(node.value)}`;
    case 'series':
      return series(node);
  }
}

/** The left side of a sum is as deep as the sum is long, so it is traversed in a loop instead of by recursion. */
function joined(last: Binary): string {
  const printed: string[] = [];
  let node: Expression = last;
  for (; node.kind === 'binary'; node = node.left)
    printed.push(`${node.operator.text} ${printExpression(node.right)}`);
  printed.push(printExpression(node));
  return printed.toReversed().join(' ');
}

function series({ aggregator, metric, filter, groupBy: by, methods }: Series): string {
  const head = aggregator ? `${aggregator.text}:` : '';
  return `${head}${metric.text}${scope(filter)}${groupBy(by)}${methods.map(method).join('')}`;
}

function method({ name, args }: Method): string {
  return `.${name.text}(${list(args)})`;
}

function list(args: readonly Argument[]): string {
  return args.map(printExpression).join(', ');
}

function scope(filter: Filter | undefined): string {
  return filter ? `{${filter.terms ? term(filter.terms) : ''}}` : '';
}

function groupBy(by: GroupBy | undefined): string {
  return by ? ` ${by.word.text} {${by.keys.map(({ text }) => text).join(',')}}` : '';
}

function term(node: FilterTerm): string {
  switch (node.kind) {
    case 'tag':
    case 'unread':
      return node.text;
    case 'in':
      return `${node.key.text} ${node.operator.text} (${node.values.map(({ text }) => text).join(',')})`;
    case 'not':
      return `${node.operator.text}${node.operator.text === '!' ? '' : ' '}${term(node.term)}`;
    case 'both':
      return both(node);
    case 'filter-group':
      return `(${term(node.inner)})`;
  }
}

function both(last: FilterBoth): string {
  const printed: string[] = [];
  let node: FilterTerm = last;
  for (; node.kind === 'both'; node = node.left) {
    const { text } = node.operator;
    printed.push(`${text === ',' ? text : ` ${text} `}${term(node.right)}`);
  }
  printed.push(term(node));
  return printed.toReversed().join('');
}
