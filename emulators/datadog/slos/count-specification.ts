import { isRawObject, type RawObject } from '../raw-json.ts';

/** An SLO's `query` for good events and for all events. */
export interface CountQuery {
  readonly numerator: string;
  readonly denominator: string;
}

const SERIES = /[a-z]\w*:[\w.]+\{[^}]*\}(?:\s*by\s*\{[^}]*\})?(?:\.\w+\([^)]*\))*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /[A-Za-z_]\w*/g;

/** Converts a query to the equivalent `sli_specification.count`, in which each series has one name. */
export function specificationOf({ numerator, denominator }: CountQuery): RawObject {
  const names = new Map<string, string>();
  const good = formula(numerator, names);
  const total = formula(denominator, names);
  return {
    count: {
      queries: [...names].map(([query, name]) => ({ data_source: 'metrics', name, query })),
      good_events_formula: { formula: good },
      total_events_formula: { formula: total },
    },
  };
}

/** Converts a `sli_specification.count` to the equivalent query; undefined without a formula of good events. */
export function queryOf(specification: unknown): CountQuery | undefined {
  const count = isRawObject(specification) ? specification['count'] : undefined;
  if (!isRawObject(count)) return undefined;
  const listed = Array.isArray(count['queries']) ? count['queries'].filter(isRawObject) : [];
  const queries = new Map(listed.map(({ name, query }) => [String(name), String(query)]));
  const expand = (field: string): string | undefined => {
    const found = count[field];
    const text = isRawObject(found) ? String(found['formula']) : undefined;
    return text?.replace(NAME, (name) => queries.get(name) ?? name);
  };
  const [good, total, bad] = ['good', 'total', 'bad'].map((which) => expand(`${which}_events_formula`));
  if (good === undefined) return undefined;
  return { numerator: good, denominator: total ?? `(${good}) + (${String(bad)})` };
}

/** Replaces the series of an expression with names, and writes parentheses around each operation and nowhere else. */
function formula(text: string, names: Map<string, string>): string {
  let at = 0;
  const next = (): string => {
    while (text.charAt(at) === ' ') at += 1;
    return text.charAt(at);
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const operand = (): string => {
    if (next() === '(') {
      at += 1;
      const inner = sum();
      if (next() === ')') at += 1;
      return inner;
    }
    const series = take(SERIES);
    if (series === undefined) return take(NUMBER) ?? text.slice(at, (at = text.length));
    const name = names.get(series) ?? `query${names.size + 1}`;
    names.set(series, name);
    return name;
  };
  const chain = (part: () => string, operators: string): string => {
    let left = part();
    for (let operator = next(); operator !== '' && operators.includes(operator); operator = next()) {
      at += 1;
      left = `(${left} ${operator} ${part()})`;
    }
    return left;
  };
  const product = (): string => chain(operand, '*/');
  const sum = (): string => chain(product, '+-');
  return sum();
}
