import { cellOf, isColumn, type Row, textOf } from './cmdb.ts';

/** A parsed encoded query: a filter and an order of rows. */
export interface EncodedQuery {
  matches(row: Row): boolean;
  compare(a: Row, b: Row): number;
}

type Test = (row: Row) => boolean;

/** The instance's database ignores case and accents. */
const COLLATION = new Intl.Collator('en', { sensitivity: 'base' });
const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The operators; one that is a prefix of another comes after it. */
const OPERATORS: readonly (readonly [string, (cell: string, value: string) => boolean])[] = [
  ['ISNOTEMPTY', (cell) => cell !== ''],
  ['ISEMPTY', (cell) => cell === ''],
  ['STARTSWITH', (cell, value) => fold(cell).startsWith(fold(value))],
  ['ENDSWITH', (cell, value) => fold(cell).endsWith(fold(value))],
  ['NOT LIKE', (cell, value) => !fold(cell).includes(fold(value))],
  ['LIKE', (cell, value) => fold(cell).includes(fold(value))],
  ['IN', (cell, value) => value.split(',').some((v) => COLLATION.compare(cell, v) === 0)],
  ['!=', (cell, value) => COLLATION.compare(cell, value) !== 0],
  ['=', (cell, value) => COLLATION.compare(cell, value) === 0],
];
const COLUMN = /^[a-z_][a-z0-9_.]*/;

/**
 * Parses an encoded query as the Table API does. It ignores an invalid part, such as a misspelt column, and applies the
 * rest; with `strict` (`glide.invalid_query.returns_no_rows`) no row matches instead. `^` ends a condition anywhere,
 * even in a value.
 */
export function parseEncodedQuery(text: string, strict: boolean): EncodedQuery {
  const orders: { readonly column: string; readonly direction: number }[] = [];
  let invalid = false;
  const alternatives = text.split('^NQ').map((query) => {
    const all: Test[][] = [];
    for (const part of query.split('^')) {
      const [, direction, column = ''] = /^ORDERBY(DESC)?(.+)$/.exec(part) ?? [];
      if (column !== '') {
        orders.push({ column, direction: direction ? -1 : 1 });
        continue;
      }
      const or = /^OR(?=[a-z_])/.test(part);
      const test = conditionOf(or ? part.slice(2) : part);
      if (test && or) (all.at(-1) ?? startOf(all)).push(test);
      else if (test) all.push([test]);
      else if (part !== '' && part !== 'EQ') invalid = true;
    }
    return all;
  });
  return {
    matches: (row) =>
      !(strict && invalid) && alternatives.some((all) => all.every((any) => any.some((test) => test(row)))),
    compare(a, b) {
      for (const { column, direction } of orders) {
        const order = COLLATION.compare(textOf(cellOf(a, column)), textOf(cellOf(b, column)));
        if (order !== 0) return order * direction;
      }
      return 0;
    },
  };
}

function startOf(all: Test[][]): Test[] {
  const first: Test[] = [];
  all.push(first);
  return first;
}

function conditionOf(text: string): Test | undefined {
  const column = COLUMN.exec(text)?.[0] ?? '';
  const [name = '', operator] = OPERATORS.find(([known]) => text.startsWith(known, column.length)) ?? [];
  if (!operator || !isColumn(column)) return undefined;
  const operand = evaluated(text.slice(column.length + name.length));
  return (row) => operator(textOf(cellOf(row, column)), operand);
}

/** Evaluates a value with the prefix `javascript:`. The only supported script is a string literal. */
function evaluated(value: string): string {
  const [, script] = /^javascript:(.*)$/s.exec(value) ?? [];
  if (script === undefined) return value;
  const literal = script.trim().replace(/;$/, '').trimEnd();
  const quote = literal.slice(0, 1);
  const isString = literal.length > 1 && (quote === "'" || quote === '"') && literal.endsWith(quote);
  return isString ? literal.slice(1, -1) : '';
}
