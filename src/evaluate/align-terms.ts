import type { Formula } from './condition.ts';

/** Returns the query of a formula without arithmetic, or undefined. */
export function onlyQueryOf(formula: Formula): number | undefined {
  let node = formula;
  while (node.kind !== 'query') {
    if (node.kind === 'constant' || node.kind === 'binary') return undefined;
    node = node.inner;
  }
  return node.query;
}

/** Returns whether a formula contains arithmetic. */
export function hasArithmetic(formula: Formula): boolean {
  if (formula.kind === 'binary') return true;
  return formula.kind !== 'constant' && formula.kind !== 'query' && hasArithmetic(formula.inner);
}

/** Marks the terms of arithmetic that count as 0 where they are missing. */
export function alignTerms(formula: Formula, isAligned: (query: number) => boolean): Formula {
  const query = onlyQueryOf(formula);
  if (query !== undefined) return isAligned(query) ? { kind: 'aligned', inner: formula } : formula;
  switch (formula.kind) {
    case 'binary':
      return {
        ...formula,
        left: alignTerms(formula.left, isAligned),
        right: alignTerms(formula.right, isAligned),
      };
    case 'constant':
    case 'query':
      return formula;
    default:
      return { ...formula, inner: alignTerms(formula.inner, isAligned) };
  }
}

/** Returns the queries of a formula, by index, left to right. */
export function queriesOf(formula: Formula): number[] {
  switch (formula.kind) {
    case 'constant':
      return [];
    case 'query':
      return [formula.query];
    case 'binary':
      return [...queriesOf(formula.left), ...queriesOf(formula.right)];
    default:
      return queriesOf(formula.inner);
  }
}

/** Returns whether a formula without arithmetic fills missing values. */
export function hasFill(formula: Formula): boolean {
  if (formula.kind === 'fill') return true;
  return (
    formula.kind !== 'constant' &&
    formula.kind !== 'query' &&
    formula.kind !== 'binary' &&
    hasFill(formula.inner)
  );
}

/** A query with its functions, as a term of a formula. */
export interface Term {
  readonly node: Formula;
  readonly query: number;
  /** Whether `default_zero` around arithmetic gives it a value everywhere. */
  readonly isNeverEmpty: boolean;
}

/** Returns the terms of a formula, left to right. */
export function termsOf(formula: Formula, isNeverEmpty = false): Term[] {
  if (formula.kind === 'aligned') return termsOf(formula.inner, isNeverEmpty);
  const query = onlyQueryOf(formula);
  if (query !== undefined) return [{ node: formula, query, isNeverEmpty }];
  switch (formula.kind) {
    case 'binary':
      return [...termsOf(formula.left, isNeverEmpty), ...termsOf(formula.right, isNeverEmpty)];
    case 'constant':
    case 'query':
      return [];
    default:
      return termsOf(formula.inner, isNeverEmpty || formula.kind === 'default_zero');
  }
}
