import type { GroupValues } from './metric-query.ts';

type Value = number | undefined;
type Lookup = (name: string) => Value;

/** A formula over queries, such as `errors / (hits + 1)`. */
export interface Formula {
  /** The names of the queries in the formula. */
  readonly names: readonly string[];
  /** Evaluates the formula; `lookup` returns the value of a query. */
  readonly evaluateAt: (lookup: Lookup) => Value;
  /** True if the formula is the name of a query alone. */
  readonly isName: boolean;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|('[^']*'|"[^"]*")|([-+*/(),]))/iy;
const OPERATORS = new Map(
  Object.entries<(a: number, b: number) => number>({
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  }),
);
/** The supported functions; any other returns no values. */
const FUNCTIONS = new Map(
  Object.entries<(value: Value) => Value>({
    abs: (value) => (value === undefined ? undefined : Math.abs(value)),
    default_zero: (value) => value ?? 0,
  }),
);

/** Parses a formula; returns undefined for an invalid one. */
export function parseFormula(text: string): Formula | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const parser = new FormulaParser(tokens);
  const evaluateAt = parser.sum();
  if (!evaluateAt || !parser.atEnd) return undefined;
  return { names: [...parser.names], evaluateAt, isName: tokens.length === 1 && parser.names.size === 1 };
}

function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    tokens.push(found[0].trim());
  }
  return tokens;
}

class FormulaParser {
  readonly names = new Set<string>();
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  sum(): Formula['evaluateAt'] | undefined {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#one()));
  }

  #chain(
    operators: readonly string[],
    part: () => Formula['evaluateAt'] | undefined,
  ): Formula['evaluateAt'] | undefined {
    let left = part();
    while (left && operators.includes(this.#tokens[this.#at] ?? '')) {
      const operator = OPERATORS.get(this.#take() ?? '');
      const [before, right] = [left, part()];
      left = operator && right && ((lookup) => apply(operator, before(lookup), right(lookup)));
    }
    return left;
  }

  #one(): Formula['evaluateAt'] | undefined {
    const token = this.#take();
    if (token === undefined) return undefined;
    if (token === '-') {
      const part = this.#one();
      return part && ((lookup) => apply((a, b) => a - b, 0, part(lookup)));
    }
    if (token === '(') {
      const inner = this.sum();
      return this.#take() === ')' ? inner : undefined;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (/^['"]/.test(token)) return () => undefined;
    if (!/^\w/.test(token)) return undefined;
    if (this.#tokens[this.#at] === '(') return this.#call(token);
    this.names.add(token);
    return (lookup) => lookup(token);
  }

  #call(name: string): Formula['evaluateAt'] | undefined {
    const args: Formula['evaluateAt'][] = [];
    do {
      this.#at += 1;
      const part = this.sum();
      if (!part) return undefined;
      args.push(part);
    } while (this.#tokens[this.#at] === ',');
    if (this.#take() !== ')') return undefined;
    const [first, ...others] = args;
    return (lookup) => (others.length === 0 ? FUNCTIONS.get(name)?.(first?.(lookup)) : undefined);
  }

  #take(): string | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }
}

function apply(operator: (a: number, b: number) => number, a: Value, b: Value): Value {
  if (a === undefined || b === undefined) return undefined;
  const value = operator(a, b);
  return Number.isFinite(value) ? value : undefined;
}

/** Evaluates a formula for each group and time. A query without groups is combined with each group of the others. */
export function evaluate(
  { names, evaluateAt, isName }: Formula,
  queries: ReadonlyMap<string, readonly GroupValues[]>,
): readonly GroupValues[] {
  if (isName) return queries.get(names[0] ?? '') ?? [];
  const all = names.flatMap((name) => queries.get(name) ?? []);
  const grouped = all.filter(({ tags }) => tags.length > 0);
  const groups = new Map((grouped.length > 0 ? grouped : all).map(({ tags }) => [tags.join(), tags]));
  return [...groups].flatMap(([key, tags]) => {
    const own = new Map(
      names.map((name) => [
        name,
        queries.get(name)?.find((one) => one.tags.length === 0 || one.tags.join() === key)?.values,
      ]),
    );
    const times = [...new Set([...own.values()].flatMap((values) => [...(values?.keys() ?? [])]))];
    const values = times
      .toSorted((a, b) => a - b)
      .flatMap((at): [number, number][] => {
        const value = evaluateAt((name) => own.get(name)?.get(at));
        return value === undefined ? [] : [[at, value]];
      });
    return values.length === 0 ? [] : [{ tags, values: new Map(values) }];
  });
}
