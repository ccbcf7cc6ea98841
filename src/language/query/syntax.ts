/** A range of a query: offsets in UTF-16 units, end exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Every node has its span. Strings are kept as written, so that printing changes only spaces. */
interface Node {
  readonly span: Span;
}

/** A bare word: a function, a method, a metric, a tag key. */
export interface Word extends Node {
  readonly kind: 'word';
  readonly text: string;
}
export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly text: string;
}
/** A quoted string. `raw` is the text between the quotes, with escapes. */
export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly quote: '"' | "'";
  readonly raw: string;
  /** Whether `raw` contains the quote itself without an escape. */
  readonly innerQuotes?: true;
}

export interface Comparison extends Node {
  readonly kind: 'comparison';
  readonly operator: Word;
  /** The word `threshold` if the value is in the options. */
  readonly limit: NumberLiteral | Word;
}

/** `.name(arguments)` */
export interface Method extends Node {
  readonly kind: 'method';
  readonly name: Word;
  readonly args: readonly Argument[];
}
/** `name(arguments).method()...` */
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: Word;
  readonly args: readonly Argument[];
  readonly methods: readonly Method[];
}
/** `aggregator:metric{filter} by {keys}.method()...` */
export interface Series extends Node {
  readonly kind: 'series';
  readonly aggregator: Word | undefined;
  readonly metric: Word;
  readonly filter: Filter | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly methods: readonly Method[];
}
export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: Word;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: Word;
  readonly operand: Expression;
}
export interface Group extends Node {
  readonly kind: 'group';
  readonly inner: Expression;
  readonly methods: readonly Method[];
}
/** `name=value` among the arguments of a call. */
export interface NamedArgument extends Node {
  readonly kind: 'named';
  readonly name: Word;
  readonly value: Value;
}
/** Text that could not be parsed. */
export interface Unread extends Node {
  readonly kind: 'unread';
  readonly text: string;
}
export type Expression = NumberLiteral | Word | Call | Series | Binary | Unary | Group | Unread;
/** An argument of a call or a method. A string cannot be part of a calculation. */
export type Value = Expression | StringLiteral;
export type Argument = Value | NamedArgument;

/** The filter between the braces of a series. */
export interface Filter extends Node {
  readonly kind: 'filter';
  readonly terms: FilterTerm | undefined;
}
export type FilterTerm = FilterTag | FilterList | FilterNot | FilterBoth | FilterGroup | Unread;
/** `key:value`, a bare `key`, or `*`. */
export interface FilterTag extends Node {
  readonly kind: 'tag';
  readonly text: string;
}
/** `key IN (a, b)` */
export interface FilterList extends Node {
  readonly kind: 'in';
  readonly key: Word;
  readonly operator: Word;
  readonly values: readonly Word[];
}
/** `!term` or `NOT term` */
export interface FilterNot extends Node {
  readonly kind: 'not';
  readonly operator: Word;
  readonly term: FilterTerm;
}
/** `a AND b`, `a, b`, `a OR b` */
export interface FilterBoth extends Node {
  readonly kind: 'both';
  readonly operator: Word;
  readonly left: FilterTerm;
  readonly right: FilterTerm;
}
export interface FilterGroup extends Node {
  readonly kind: 'filter-group';
  readonly inner: FilterTerm;
}
export interface GroupBy extends Node {
  readonly kind: 'by';
  readonly word: Word;
  readonly keys: readonly Word[];
}

/** `avg(last_5m)`, `change(avg(last_5m),last_1h)` */
export type Evaluation = Call;

/** `avg(last_5m):avg:a{*} > 1` */
export interface MetricQuery extends Node {
  readonly kind: 'metric';
  readonly evaluation: Evaluation;
  readonly expression: Expression;
  readonly comparison: Comparison | undefined;
}
/** `logs("x").index("*").last("5m") > 1`, `formula("a / b").last("5m") > 1`, `error_budget("id").over("7d") > 10` */
export interface ChainQuery extends Node {
  readonly kind: 'chain';
  readonly head: Call;
  readonly comparison: Comparison | undefined;
}
/** `"check.name".over("*").last(2).count_by_status()` */
export interface CheckQuery extends Node {
  readonly kind: 'check';
  readonly check: StringLiteral;
  readonly methods: readonly Method[];
}
export interface CompositeQuery extends Node {
  readonly kind: 'composite';
  readonly expression: Expression;
}
/** A query without a syntax, such as that of synthetic tests, or of an unknown type. */
export interface OpaqueQuery extends Node {
  readonly kind: 'opaque';
  readonly text: string;
}
export type Query = MetricQuery | ChainQuery | CheckQuery | CompositeQuery | OpaqueQuery;

/** One mistake in a query. */
export interface SyntaxFault {
  readonly code:
    | 'unclosed'
    | 'unopened'
    | 'missing'
    | 'unexpected'
    | 'bad_number'
    | 'bad_id'
    | 'doubled'
    | 'unterminated_text'
    | 'uneven_quotes'
    | 'late_group'
    | 'bare_group';
  readonly span: Span;
  /** The expected, unclosed or unexpected text, as the user would write it. */
  readonly what: string;
}

export interface Parsed {
  readonly query: Query;
  readonly faults: readonly SyntaxFault[];
  /** The number of steps of the reader, which is linear in the length of the text. */
  readonly steps: number;
}

/** A metric query without a window or comparison. */
export interface ParsedExpression {
  readonly expression: Expression;
  readonly faults: readonly SyntaxFault[];
  readonly steps: number;
}
