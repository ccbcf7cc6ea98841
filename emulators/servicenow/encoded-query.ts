import { cellOf, isColumn, type Row, textOf } from './cmdb.ts';

/** What an encoded query comes to: which rows, in which order. */
export interface EncodedQuery {
  matches(row: Row): boolean;
  compare(a: Row, b: Row): number;
}

type Test = (row: Row) => boolean;

/** As the instance's database compares: without regard to case and accents. */
const COLLATION = new Intl.Collator('en', { sensitivity: 'base' });
const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** By operator, longest first where one begins another. */
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
 * Reads an encoded query as the Table API does. A part that it does not understand, a misspelt column say, is dropped
 * without a word and the rest is run; with `strict` (`glide.invalid_query.returns_no_rows`) no row matches then.
 * `^` ends a condition wherever it stands, in a value too.
 */
export function parseEncodedQuery(text: string, strict: boolean): EncodedQuery {
  const orders: { readonly column: string; readonly sign: number }[] = [];
  let invalid = false;
  const alternatives = text.split('^NQ').map((query) => {
    const all: Test[][] = [];
    for (const part of query.split('^')) {
      const [, direction, column = ''] = /^ORDERBY(DESC)?(.+)$/.exec(part) ?? [];
      if (column !== '') {
        orders.push({ column, sign: direction ? -1 : 1 });
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
      for (const { column, sign } of orders) {
        const order = COLLATION.compare(textOf(cellOf(a, column)), textOf(cellOf(b, column)));
        if (order !== 0) return order * sign;
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
  const meant = evaluated(text.slice(column.length + name.length));
  return (row) => operator(textOf(cellOf(row, column)), meant);
}

/** `javascript:` has the rest run on the server; here a text literal is all the script there is. */
function evaluated(value: string): string {
  const [, script] = /^javascript:(.*)$/s.exec(value) ?? [];
  if (script === undefined) return value;
  const literal = script.trim().replace(/;$/, '').trimEnd();
  const quote = literal.slice(0, 1);
  const isText = literal.length > 1 && (quote === "'" || quote === '"') && literal.endsWith(quote);
  return isText ? literal.slice(1, -1) : '';
}
