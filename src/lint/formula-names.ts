import type { Expression, Word } from '../language/query/syntax.ts';
import { nodesIn } from '../language/query/walk-query.ts';

/** Unquoted arguments of functions, which are not query names. */
const SETTINGS: ReadonlySet<string> = new Set(
  'avg mean min max sum last count area l2norm norm asc desc linear zero null true false'.split(' '),
);

/** Returns the words of a formula that are query names. */
export function namesIn(formula: Expression): Word[] {
  const settings = new Set<unknown>();
  const names: Word[] = [];
  for (const node of nodesIn(formula)) {
    if (node.kind === 'method') for (const argument of node.args) settings.add(argument);
    if (node.kind === 'call') {
      // `query1.rollup(sum, 60)` is parsed as one name, and its arguments are not query names.
      const dot = node.name.text.indexOf('.');
      if (dot > 0) names.push(beginning(node.name, dot));
      for (const argument of dot > 0 ? node.args : node.args.slice(1))
        if (argument.kind === 'word' && (dot > 0 || SETTINGS.has(argument.text))) settings.add(argument);
    }
    if (node.kind === 'named') settings.add(node.value);
    if (node.kind === 'word' && node.text !== '' && !settings.has(node)) names.push(node);
  }
  return names;
}

function beginning({ text, span }: Word, length: number): Word {
  return { kind: 'word', text: text.slice(0, length), span: { from: span.from, to: span.from + length } };
}
