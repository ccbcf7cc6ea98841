import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseQuery, readStoredQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';
import type {
  Argument,
  Binary,
  Call,
  Comparison,
  Expression,
  Filter,
  FilterBoth,
  FilterTerm,
  GroupBy,
  Method,
  NumberLiteral,
  Query,
  Series,
  StringLiteral,
  Word,
} from './syntax.ts';

/** The span of generated nodes, which have no source. */
const SPAN = { span: { from: 0, to: 0 } } as const;

function word(text: string): Word {
  return { kind: 'word', text, ...SPAN };
}
function wordsOf(...texts: string[]): fc.Arbitrary<Word> {
  return fc.constantFrom(...texts).map(word);
}
function numberOf(text: string): NumberLiteral {
  return { kind: 'number', text, ...SPAN };
}

const METRIC = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}(?:\.[a-z][a-z0-9_]{0,6}){0,3}$/).map(word);
/** Names, except the keywords `threshold` and `by`. */
const NAME = fc
  .stringMatching(/^[a-z][a-z_0-9]{0,8}$/)
  .filter((name) => name !== 'by' && name !== 'threshold')
  .map(word);
const NUMBER = fc
  .oneof(
    fc.nat({ max: 1e6 }).map(String),
    fc.stringMatching(/^\d{1,4}\.\d{1,4}$/),
    fc.stringMatching(/^\de-?\d$/),
  )
  .map(numberOf);
/** Quoted strings, some of which contain the escaped quote. */
const STRING = fc
  .tuple(
    fc.constantFrom('"' as const, "'" as const),
    fc.stringMatching(/^[ \w:@.*()=<>,{}é-]{0,12}$/),
    fc.boolean(),
  )
  .map(
    ([quote, text, escaped]): StringLiteral => ({
      kind: 'string',
      quote,
      raw: escaped ? `${text}\\${quote}${text}` : text,
      ...SPAN,
    }),
  );

/** Joins several nodes with operators of one precedence level into a left-deep tree. */
function chained<Node>(
  level: fc.Arbitrary<Node>,
  operators: readonly string[],
  join: (operator: Word, left: Node, right: Node) => Node,
): fc.Arbitrary<Node> {
  return fc
    .tuple(level, fc.array(fc.tuple(wordsOf(...operators), level), { maxLength: 2 }))
    .map(([first, more]) => more.reduce((left, [operator, right]) => join(operator, left, right), first));
}

function both(operator: Word, left: FilterTerm, right: FilterTerm): FilterBoth {
  return { kind: 'both', operator, left, right, ...SPAN };
}

/** Filters of every form. NOT binds tighter than AND, and AND tighter than OR. */
const FILTER = fc
  .letrec<{ item: FilterTerm; all: FilterTerm; either: FilterTerm }>((tie) => ({
    item: fc.oneof(
      { maxDepth: 3 },
      fc
        .stringMatching(/^[a-z][a-z0-9_./-]{0,6}(?::[a-zA-Z0-9_./*-]{1,8})?$/)
        .filter((text) => !/^(?:and|or|not|in)$/.test(text))
        .map((text): FilterTerm => ({ kind: 'tag', text, ...SPAN })),
      fc
        .record({
          key: NAME.filter(({ text }) => text !== 'not'),
          operator: wordsOf('IN', 'NOT IN', 'in'),
          values: fc.array(NAME, { minLength: 1, maxLength: 3 }),
        })
        .map((parts): FilterTerm => ({ kind: 'in', ...parts, ...SPAN })),
      fc
        .record({ operator: wordsOf('!', 'NOT', 'not'), term: tie('item') })
        .map((parts): FilterTerm => ({ kind: 'not', ...parts, ...SPAN })),
      tie('either').map((inner): FilterTerm => ({ kind: 'filter-group', inner, ...SPAN })),
    ),
    all: chained(tie('item'), ['AND', 'and', ','], both),
    either: chained(tie('all'), ['OR', 'or'], both),
  }))
  .either.map((terms): Filter => ({ kind: 'filter', terms, ...SPAN }));

const GROUP_BY = fc
  .record({ word: wordsOf('by', 'BY'), keys: fc.array(NAME, { minLength: 1, maxLength: 3 }) })
  .map((parts): GroupBy => ({ kind: 'by', ...parts, ...SPAN }));

function binary(operator: Word, left: Expression, right: Expression): Binary {
  return { kind: 'binary', operator, left, right, ...SPAN };
}

const EXPRESSIONS = fc.letrec<{
  args: Argument[];
  methods: Method[];
  series: Series;
  operand: Expression;
  product: Expression;
  sum: Expression;
}>((tie) => ({
  args: fc.array(
    fc.oneof(
      { maxDepth: 2 },
      tie('sum'),
      STRING,
      fc
        .record({ name: NAME, value: fc.oneof(STRING, NUMBER, NAME) })
        .map((parts): Argument => ({ kind: 'named', ...parts, ...SPAN })),
    ),
    { maxLength: 2 },
  ),
  methods: fc.array(
    fc
      .record({ name: NAME, args: fc.array(fc.oneof(NUMBER, STRING, NAME), { maxLength: 2 }) })
      .map((parts): Method => ({ kind: 'method', ...parts, ...SPAN })),
    { maxLength: 2 },
  ),
  series: fc
    .record({
      aggregator: fc.option(wordsOf('avg', 'sum', 'p99', 'count(v: v<=5)'), { nil: undefined }),
      metric: METRIC,
      filter: FILTER,
      groupBy: fc.option(GROUP_BY, { nil: undefined }),
      methods: tie('methods'),
    })
    .map((parts): Series => ({ kind: 'series', ...parts, ...SPAN })),
  operand: fc.oneof<fc.Arbitrary<Expression>[]>(
    { maxDepth: 2 },
    tie('series'),
    NUMBER,
    NAME,
    fc
      .record({ name: NAME, args: tie('args'), methods: tie('methods') })
      .map((parts): Call => ({ kind: 'call', ...parts, ...SPAN })),
    fc
      .record({ operator: wordsOf('+', '-'), operand: tie('operand') })
      .map((parts): Expression => ({ kind: 'unary', ...parts, ...SPAN })),
    fc
      .record({ inner: tie('sum'), methods: tie('methods') })
      .map((parts): Expression => ({ kind: 'group', ...parts, ...SPAN })),
  ),
  product: chained(tie('operand'), ['*', '/', '%'], binary),
  sum: chained(tie('product'), ['+', '-'], binary),
}));

const MEMBERS = fc.letrec<{ member: Expression; all: Expression; either: Expression }>((tie) => ({
  member: fc.oneof<fc.Arbitrary<Expression>[]>(
    { maxDepth: 3 },
    fc.nat().map((id) => numberOf(String(id))),
    fc.constant(word('${monitor:queue-depth}')),
    tie('member').map((operand): Expression => ({ kind: 'unary', operator: word('!'), operand, ...SPAN })),
    tie('either').map((inner): Expression => ({ kind: 'group', inner, methods: [], ...SPAN })),
  ),
  all: chained(tie('member'), ['&&'], binary),
  either: chained(tie('all'), ['||'], binary),
}));

const COMPARISON = fc
  .record({
    operator: wordsOf('>', '>=', '<', '<=', '==', '!='),
    limit: fc.oneof<fc.Arbitrary<NumberLiteral | Word>[]>(
      NUMBER,
      fc.nat().map((limit) => numberOf(`-${limit}`)),
      wordsOf('threshold'),
    ),
  })
  .map((parts): Comparison => ({ kind: 'comparison', ...parts, ...SPAN }));

function calling(
  name: fc.Arbitrary<Word>,
  argument: fc.Arbitrary<Argument>,
  methods: fc.Arbitrary<Method[]>,
) {
  return fc
    .record({ name, args: argument.map((one) => [one]), methods })
    .map((parts): Call => ({ kind: 'call', ...parts, ...SPAN }));
}
const WINDOWED = calling(
  wordsOf('avg', 'sum', 'percentile'),
  wordsOf('last_5m', 'current_1d', 'next_1w'),
  fc.constant([]),
);
const SEARCHING = calling(
  wordsOf('logs', 'ci-pipelines', 'burn_rate', 'formula'),
  STRING,
  EXPRESSIONS.methods,
);

/** Query trees of every form, each with a monitor type that uses the form. */
const QUERY_TREES: fc.Arbitrary<readonly [type: string, tree: Query]> = fc.oneof(
  fc
    .record({ evaluation: WINDOWED, expression: EXPRESSIONS.sum, comparison: COMPARISON })
    .map((parts): [string, Query] => ['query alert', { kind: 'metric', ...parts, ...SPAN }]),
  fc
    .record({ head: SEARCHING, comparison: COMPARISON })
    .map((parts): [string, Query] => ['log alert', { kind: 'chain', ...parts, ...SPAN }]),
  fc
    .record({ check: STRING, methods: EXPRESSIONS.methods })
    .map((parts): [string, Query] => ['service check', { kind: 'check', ...parts, ...SPAN }]),
  MEMBERS.either.map((expression): [string, Query] => [
    'composite',
    { kind: 'composite', expression, ...SPAN },
  ]),
);

const TYPES = ['query alert', 'log alert', 'service check', 'composite', 'synthetics alert', 'of tomorrow'];
const CONDITIONS = [
  ...'(){}[]"\'.,:!<>=&|+-*/$ ab1',
  'avg(last_5m):',
  'a{b:c}',
  'by {d}',
  '.last("5m")',
  ' IN (',
  ' NOT ',
  ' > 1',
];
const TEXTS = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...CONDITIONS), { maxLength: 40 }).map((conditions) => conditions.join('')),
);

describe('a printed query', () => {
  it('parses to the tree from which it was printed', () => {
    fc.assert(
      fc.property(QUERY_TREES, ([type, tree]) => {
        const { query, faults } = parseQuery(type, printQuery(tree));
        assert.deepEqual(faults, []);
        assert.equal(shape(query), shape(tree));
      }),
      { numRuns: 1000 },
    );
  });

  it('differs from the source only in spaces if the source has no fault', () => {
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.oneof(
          TEXTS,
          QUERY_TREES.map(([, tree]) => spaced(printQuery(tree))),
        ),
        (type, text) => {
          const { query, faults } = parseQuery(type, text);
          if (faults.length > 0) return;
          read += 1;
          assert.equal(withoutBlanks(printQuery(query)), withoutBlanks(text));
        },
      ),
      { numRuns: 2000 },
    );
    assert.ok(read > 300, `only ${read} queries have no fault`);
  });

  it('preserves any stored query', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), TEXTS, (type, text) => {
        assert.equal(withoutBlanks(printQuery(readStoredQuery(type, text))), withoutBlanks(text));
      }),
      { numRuns: 1000 },
    );
    assert.equal(
      printQuery(readStoredQuery('query alert', 'avg(last_5m): what  ever')),
      'avg(last_5m): what  ever',
    );
  });

  it('can be a sum of 50,000 terms or a filter of 50,000 tags', () => {
    for (const text of [
      `avg(last_5m):${Array(50_000).fill('avg:a{*}').join(' + ')} > 1`,
      `avg(last_5m):avg:a{${Array(50_000).fill('b:c').join(' OR ')}} > 1`,
      Array(50_000).fill('1').join(' && '),
    ]) {
      const type = text.startsWith('avg') ? 'query alert' : 'composite';
      const { query, faults } = parseQuery(type, text);
      assert.deepEqual(faults, []);
      assert.equal(printQuery(query), text);
    }
  });
});

/** Serializes a tree without its spans. */
function shape(query: Query): string {
  return JSON.stringify(inOrder(query));
}

/** Sorts fields by name, and drops spans. */
function inOrder(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inOrder);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).filter(([name, value]) => name !== 'span' && value !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, inOrder(value)]),
  );
}

function withoutBlanks(text: string): string {
  return text.replace(/\s/g, '');
}

/** Adds white space to each space. */
function spaced(text: string): string {
  return text.replaceAll(' ', ' \n ');
}
