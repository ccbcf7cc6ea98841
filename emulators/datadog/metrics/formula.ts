import type { GroupValues } from './metric-query.ts';

type Value = number | undefined;
type Known = (name: string) => Value;

/** A formula over queries, such as `errors / (hits + 1)`. */
export interface Formula {
  /** The queries it names. */
  readonly names: readonly string[];
  readonly of: (known: Known) => Value;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|('[^']*'|"[^"]*")|([-+*/(),]))/iy;
const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
/** Functions that are worked out; any other gives no values. */
const FUNCTIONS: Readonly<Record<string, (value: Value) => Value>> = {
  abs: (value) => (value === undefined ? undefined : Math.abs(value)),
  default_zero: (value) => value ?? 0,
};

/** Reads a formula; undefined where it is none. */
export function formulaOf(text: string): Formula | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const reader = new FormulaReader(tokens);
  const of = reader.sum();
  return of && reader.atEnd ? { names: [...reader.names], of } : undefined;
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

class FormulaReader {
  readonly names = new Set<string>();
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  sum(): Formula['of'] | undefined {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#one()));
  }

  #chain(operators: readonly string[], part: () => Formula['of'] | undefined): Formula['of'] | undefined {
    let left = part();
    while (left && operators.includes(this.#tokens[this.#at] ?? '')) {
      const operator = OPERATORS[this.#take() ?? ''];
      const [before, right] = [left, part()];
      left = operator && right && ((known) => applied(operator, before(known), right(known)));
    }
    return left;
  }

  #one(): Formula['of'] | undefined {
    const token = this.#take();
    if (token === undefined) return undefined;
    if (token === '-') {
      const part = this.#one();
      return part && ((known) => applied((a, b) => a - b, 0, part(known)));
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
    return (known) => known(token);
  }

  #call(name: string): Formula['of'] | undefined {
    const given: Formula['of'][] = [];
    do {
      this.#at += 1;
      const part = this.sum();
      if (!part) return undefined;
      given.push(part);
    } while (this.#tokens[this.#at] === ',');
    if (this.#take() !== ')') return undefined;
    const [first, ...others] = given;
    return (known) => (others.length === 0 ? FUNCTIONS[name]?.(first?.(known)) : undefined);
  }

  #take(): string | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }
}

function applied(operator: (a: number, b: number) => number, a: Value, b: Value): Value {
  if (a === undefined || b === undefined) return undefined;
  const value = operator(a, b);
  return Number.isFinite(value) ? value : undefined;
}

/** Works out a formula, group by group and time by time; a query without groups goes with each group of the others. */
export function workedOut(
  { names, of }: Formula,
  queries: ReadonlyMap<string, readonly GroupValues[]>,
): GroupValues[] {
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
        const value = of((name) => own.get(name)?.get(at));
        return value === undefined ? [] : [[at, value]];
      });
    return values.length === 0 ? [] : [{ tags, values: new Map(values) }];
  });
}
