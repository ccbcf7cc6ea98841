import { secondsOf } from '../alerts/durations.ts';
import { type Splice, spliced } from '../domain/splice.ts';
import type { Call, Expression, Filter, FilterTerm, MetricQuery, Series } from '../language/query/syntax.ts';
import { partsIn } from '../language/query/walk-query.ts';
import { type GraphQuery, type GraphRequest, SCOPE, type ScopeTag, scopeTag } from './graph.ts';

/** Functions that show what an alert compares with: a band or a line. Their named arguments are those of monitors. */
const BANDS: ReadonlySet<string> = new Set(['anomalies', 'outliers', 'forecast']);

/** Returns the graph of a metric query: its series as queries, its arithmetic as a formula. Undefined if it has no series. */
export function metricGraph({ evaluation, expression }: MetricQuery, text: string): GraphRequest | undefined {
  const statistic = statisticOf(evaluation);
  const windowLength = windowSeconds(windowOf(evaluation));
  // Sums over the window are compared, so the graph has one point for each window.
  const rollup = statistic === 'sum' && windowLength !== undefined ? `.rollup(sum, ${windowLength})` : '';
  const names = new Map<string, string>();
  const queries: GraphQuery[] = [];
  const nameOf = (series: Series): string => {
    const query = seriesQuery(series, text, rollup);
    const name = names.get(query.text) ?? `query${names.size + 1}`;
    if (!names.has(query.text)) {
      names.set(query.text, name);
      queries.push({ ...query, request: (put) => ({ data_source: 'metrics', name, query: put }) });
    }
    return name;
  };
  const formula = changed(evaluation, formulaOf(expression, text, nameOf));
  if (queries.length === 0) return undefined;
  return {
    queries,
    request: {
      response_format: 'timeseries',
      display_type: evaluation.name.text === 'sum' && queries.length === 1 ? 'bars' : 'line',
      formulas: [{ formula }],
    },
  };
}

/** Returns the seconds of a window of a query (`last_5m`, `current_1h`), or undefined for other text. */
function windowSeconds(window: string): number | undefined {
  return secondsOf(window.replace(/^(?:last|next|current)_/, ''));
}

/** Returns whether the graph of an expression has the unit of its threshold. A share of anomalous points has another one. */
export function hasUnitOfThreshold({ expression }: MetricQuery): boolean {
  return expression.kind !== 'call' || !['anomalies', 'outliers'].includes(expression.name.text);
}

/** Returns the inner call of `change(avg(last_5m),last_1h)`, otherwise the evaluation itself. */
function aggregationOf(evaluation: Call): Call {
  const [first] = evaluation.args;
  return first?.kind === 'call' ? first : evaluation;
}

function statisticOf(evaluation: Call): string {
  return aggregationOf(evaluation).name.text;
}

function windowOf(evaluation: Call): string {
  const [window] = aggregationOf(evaluation).args;
  return window?.kind === 'word' ? window.text : '';
}

/** Returns the formula of an expression: its text with names of queries in place of series. */
function formulaOf(expression: Expression, text: string, nameOf: (series: Series) => string): string {
  if (expression.kind === 'call' && BANDS.has(expression.name.text)) {
    const [inner, ...args] = expression.args;
    if (inner === undefined || inner.kind === 'named' || inner.kind === 'string') return '';
    const others = args.flatMap((arg) =>
      arg.kind === 'named' ? [] : [text.slice(arg.span.from, arg.span.to)],
    );
    return `${expression.name.text}(${[formulaOf(inner, text, nameOf), ...others].join(', ')})`;
  }
  const { from, to } = expression.span;
  const splices = partsIn(expression).flatMap((part): Splice[] => {
    if (part.kind !== 'series') return [];
    const written = text.slice(part.span.from, part.span.to).trimEnd();
    const at = part.span.from - from;
    return [{ from: at, to: at + written.length, text: nameOf(part) }];
  });
  return spliced(text.slice(from, to), splices).trim();
}

/** Returns the formula of a change: the difference to an earlier time, as a number or in percent. */
function changed({ name, args }: Call, formula: string): string {
  const isPercent = name.text === 'pct_change';
  if (!isPercent && name.text !== 'change') return formula;
  const against = args[1];
  const seconds = windowSeconds(against?.kind === 'word' ? against.text : '') ?? 0;
  const earlier = `timeshift(${formula}, -${seconds})`;
  const now = /^\w+$/.test(formula) ? formula : `(${formula})`;
  return isPercent ? `100 * (${now} - ${earlier}) / ${earlier}` : `${now} - ${earlier}`;
}

/** Returns the query of one series. */
function seriesQuery(series: Series, text: string, rollup: string): Omit<GraphQuery, 'request'> {
  const { span, methods, aggregator } = series;
  const isRolledUp = methods.some(({ name }) => name.text === 'rollup');
  // An older query may leave out the aggregator, which a widget needs.
  const head = aggregator ? '' : 'avg:';
  const written = `${head}${text.slice(span.from, span.to).trimEnd()}${isRolledUp ? '' : rollup}`;
  return { text: written, ...scopeIn(series, text, span.from - head.length) };
}

/** Returns what variables can replace and add in the filter of a series. `start` is the offset of the query in the text. */
export function scopeIn(
  { filter, metric }: Pick<Series, 'filter' | 'metric'>,
  text: string,
  start: number,
): Pick<GraphQuery, 'tags' | 'scope'> {
  if (!filter) {
    const at = metric.span.to - start;
    return { tags: [], scope: [{ from: at, to: at, text: `{$${SCOPE}}` }] };
  }
  const [from, to] = [filter.span.from + 1 - start, filter.span.from + 1 + innerLength(filter, text) - start];
  const { terms } = filter;
  if (!terms || (terms.kind === 'tag' && terms.text === '*'))
    return { tags: [], scope: [{ from, to, text: `$${SCOPE}` }] };
  const { conjuncts, join } = conjunctsOf(terms);
  const tags = conjuncts.flatMap((term): ScopeTag[] => {
    const tag = term.kind === 'tag' ? scopeTag(term.text, term.span.from - start) : undefined;
    return tag ? [tag] : [];
  });
  if (join !== undefined) return { tags, scope: [{ from: to, to, text: `${join}$${SCOPE}` }] };
  const scope = [
    { from, to: from, text: '(' },
    { from: to, to, text: `) AND $${SCOPE}` },
  ];
  return { tags, scope };
}

function innerLength({ span }: Filter, text: string): number {
  return text.slice(span.from, span.to).trimEnd().length - 2;
}

interface Conjunction {
  /** The terms that all apply; none if they are alternatives. */
  readonly conjuncts: readonly FilterTerm[];
  /** What joins another term to them; undefined if they need brackets first. */
  readonly join: ',' | ' AND ' | undefined;
}

function conjunctsOf(terms: FilterTerm): Conjunction {
  const conjuncts: FilterTerm[] = [];
  const operators = new Set<string>();
  let term = terms;
  for (; term.kind === 'both'; term = term.left) {
    operators.add(term.operator.text.toUpperCase());
    conjuncts.push(term.right);
  }
  conjuncts.push(term);
  conjuncts.reverse();
  if (operators.has('OR')) return { conjuncts: [], join: undefined };
  const isList = conjuncts.every(
    (one) => one.kind === 'tag' || (one.kind === 'not' && one.operator.text === '!'),
  );
  if (!operators.has('AND') && isList) return { conjuncts, join: ',' };
  return { conjuncts, join: operators.has(',') ? undefined : ' AND ' };
}
