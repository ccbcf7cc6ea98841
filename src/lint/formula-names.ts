import type { Expression, Word } from '../language/query/syntax.ts';
import { nodesIn } from '../language/query/walk-query.ts';

/** Unquoted arguments of functions, which are not query names. */
const ARGUMENT_KEYWORDS: ReadonlySet<string> = new Set(
  'avg mean min max sum last count area l2norm norm asc desc linear zero null true false'.split(' '),
);

/** Returns the words of a formula that are query names. */
export function queryNamesIn(formula: Expression): Word[] {
  const argumentNodes = new Set<unknown>();
  const names: Word[] = [];
  for (const node of nodesIn(formula)) {
    if (node.kind === 'method') for (const argument of node.args) argumentNodes.add(argument);
    if (node.kind === 'call') {
      // `query1.rollup(sum, 60)` is parsed as one name, and its arguments are not query names.
      const dot = node.name.text.indexOf('.');
      if (dot > 0) names.push(prefixOf(node.name, dot));
      for (const argument of dot > 0 ? node.args : node.args.slice(1))
        if (argument.kind === 'word' && (dot > 0 || ARGUMENT_KEYWORDS.has(argument.text)))
          argumentNodes.add(argument);
    }
    if (node.kind === 'named') argumentNodes.add(node.value);
    if (node.kind === 'word' && node.text !== '' && !argumentNodes.has(node)) names.push(node);
  }
  return names;
}

function prefixOf({ text, span }: Word, length: number): Word {
  return { kind: 'word', text: text.slice(0, length), span: { from: span.from, to: span.from + length } };
}
