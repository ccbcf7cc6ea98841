import { largest, smallest } from '../domain/append.ts';
import { isObject, type JsonObject, own, textOf } from '../domain/json.ts';
import { parseQuery } from '../language/query/parse-query.ts';
import type { ChainQuery, CompositeQuery, Expression, MetricQuery } from '../language/query/syntax.ts';
import { nodesIn } from '../language/query/walk-query.ts';
import { argumentText } from '../lint/monitor/argument-text.ts';
import { isOn, numericOf } from '../lint/monitor/option-values.ts';
import { EVENT_TYPES, METRIC_TYPES } from '../lint/monitor/monitor-types.ts';
import { isTimeZone } from '../lint/monitor/time-zone.ts';
import {
  DEFAULT_FILL_S,
  evaluationIntervalOf,
  MAX_CUMULATIVE_STEP_S,
  MAX_DELAY_S,
  MAX_EXPRESSION_PARTS,
  MAX_ROLLUP_STEPS,
  MAX_SHIFT_STEPS,
  MAX_WINDOW_S,
  MAX_ZONED_STEP_S,
  MONTH_S,
  stepOf,
} from './choices.ts';
import type {
  Composite,
  CompositeExpression,
  Condition,
  Formula,
  QueryPlan,
  Recurrence,
  Refusal,
  Window,
} from './condition.ts';
import { alignTerms, hasArithmetic, onlyQueryOf } from './align-terms.ts';
import { readFormula, type ReadQuery, refuse } from './read-formula.ts';
import {
  readCumulative,
  readMissingData,
  readNewGroupDelay,
  readNotices,
  readRetention,
  readThresholds,
} from './read-options.ts';
import { isHourly, readRecurrence } from './recurrence.ts';
import { readSearch, type ReadSearchQuery } from './read-search.ts';

/** Types that have no series to evaluate. */
const REFUSED_TYPES: ReadonlyMap<string, string> = new Map([
  ['slo alert', 'SLO alerts'],
  ['service check', 'service checks'],
  ['process alert', 'process alerts'],
  ['synthetics alert', 'synthetic tests'],
  ['cost alert', 'cost alerts'],
  ['data-quality alert', 'data quality alerts'],
  ['data-jobs alert', 'data jobs alerts'],
  ['datadog-usage alert', 'usage alerts'],
  ['event alert', 'event alerts of the first version'],
]);
/** Functions that only Datadog can compute. */
const ALGORITHMS: ReadonlySet<string> = new Set(['anomalies', 'outliers', 'forecast']);
const UNITS_S: ReadonlyMap<string, number> = new Map([
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 7 * 86_400],
  ['mo', MONTH_S],
]);
const LENGTH = /^(?:last_)?(\d{1,6})(mo|m|h|d|w)(?:_ago)?$/;
const MAX_MEMBERS = 10;

/** What a query says, before the options are read. */
export interface ReadCondition {
  readonly kind: 'read';
  readonly formula: Formula;
  readonly queries: readonly (ReadSearchQuery & Pick<ReadQuery, 'rollupS'>)[];
  readonly aggregatesFirst: boolean;
  readonly window: Window;
  readonly change?: { readonly shiftS: number; readonly isPercent: boolean };
  readonly comparator: string;
  readonly limit: string;
}

/** Reads a monitor as it is written or stored. Refuses what cannot be evaluated outside Datadog, with the reason. */
export function readMonitor(monitor: JsonObject): Condition | Composite | Refusal {
  const type = textOf(own(monitor, 'type'));
  const given = own(monitor, 'options');
  const options = isObject(given) ? given : {};
  const refused = REFUSED_TYPES.get(type);
  if (refused !== undefined) return refuse(type.replaceAll(' ', '_'), `There are no series of ${refused}.`);
  const { query, faults } = parseQuery(type, textOf(own(monitor, 'query')));
  if (faults.length > 0) return refuse('query_syntax', 'The query has a syntax error.');
  const recurrence = readRecurrence(options);
  if (recurrence?.kind === 'refused') return recurrence;
  if (query.kind === 'composite')
    return recurrence
      ? refuse('custom_schedule', 'A composite with a custom schedule is not reproduced.')
      : readComposite(monitor, options, query);
  if (query.kind === 'metric' && METRIC_TYPES.has(type))
    return complete(monitor, options, readMetric(query, options), recurrence);
  if (query.kind === 'chain' && (EVENT_TYPES.has(type) || METRIC_TYPES.has(type)))
    return complete(monitor, options, readSearchQuery(query, options), recurrence);
  return refuse('type', `Monitors of the type "${type}" are not reproduced.`);
}

function readMetric(query: MetricQuery, options: JsonObject): ReadCondition | Refusal {
  const { evaluation, expression, comparison } = query;
  const outer = evaluation.name.text;
  const isChange = outer === 'change' || outer === 'pct_change';
  const [first, second] = evaluation.args;
  const aggregate = isChange && first?.kind === 'call' ? first : evaluation;
  const [windowWord] = aggregate.args;
  const aggregation = aggregate.name.text;
  const algorithm = expression.kind === 'call' ? expression.name.text : '';
  if (ALGORITHMS.has(algorithm))
    return refuse(algorithm, `The function ${algorithm} cannot be computed outside Datadog.`);
  if (aggregation !== 'avg' && aggregation !== 'sum' && aggregation !== 'min' && aggregation !== 'max')
    return refuse(
      aggregation || 'query_syntax',
      `The aggregation "${aggregation}" over a window is not reproduced.`,
    );
  const window = readWindow(argumentText(windowWord) ?? '', options);
  if (window.kind === 'refused') return window;
  const read = readFormula(expression);
  if (read.kind === 'refused') return read;
  const isArithmetic = hasArithmetic(read.formula);
  const hasCounts = read.queries.some(({ modifier }) => modifier === 'count');
  const aggregatesFirst = hasCounts && (isArithmetic || isChange);
  if (aggregatesFirst && isArithmetic && aggregation !== 'sum')
    return refuse(
      'as_count_aggregation',
      `Only sum is documented for as_count in arithmetic, not ${aggregation}.`,
    );
  const shiftS = isChange ? lengthOf(argumentText(second) ?? '') : 0;
  if (shiftS === undefined) return refuse('query_syntax', 'The change has no shift.');
  if (shiftS > MAX_WINDOW_S) return refuse('change_shift', 'The shift is longer than a month.');
  if (isChange && window.kind === 'cumulative')
    return refuse('change_window', 'A change over a cumulative window is not reproduced.');
  return {
    kind: 'read',
    formula:
      isArithmetic || aggregatesFirst
        ? alignTerms(read.formula, (at) => read.queries[at]?.modifier !== 'none')
        : read.formula,
    queries: read.queries.map((plan, at) => ({
      ...plan,
      name: nameOf(at),
      source: 'metrics',
      windowAggregation: aggregation,
    })),
    aggregatesFirst,
    window,
    ...(isChange ? { change: { shiftS, isPercent: outer === 'pct_change' } } : {}),
    comparator: comparison?.operator.text ?? '',
    limit: comparison?.limit.text ?? '',
  };
}

/** Returns a, b, ... and, after 26 queries, q27, q28, ... */
function nameOf(at: number): string {
  return at < 26 ? String.fromCharCode(97 + at) : `q${at + 1}`;
}

function readSearchQuery(query: ChainQuery, options: JsonObject): ReadCondition | Refusal {
  const read = readSearch(query, options);
  if (read.kind === 'refused') return read;
  const window = readWindow(read.window, options);
  if (window.kind === 'refused') return window;
  return {
    kind: 'read',
    formula: read.formula,
    queries: read.queries,
    aggregatesFirst: true,
    window,
    comparator: query.comparison?.operator.text ?? '',
    limit: query.comparison?.limit.text ?? '',
  };
}

/** Reads `last_5m` or `current_1h`. */
function readWindow(text: string, options: JsonObject): Window | Refusal {
  const window = text.startsWith('current_') ? readCumulative(options, text.slice(8)) : readRolling(text);
  if (!window) return refuse('query_syntax', `"${text}" is not a window.`);
  if (window.lengthS > MAX_WINDOW_S) return refuse('window', `The window "${text}" is longer than a month.`);
  if (window.kind === 'cumulative' && !isTimeZone(window.timeZone))
    return refuse('time_zone', `"${window.timeZone}" is not a time zone.`);
  return window;
}

function readRolling(text: string): Window | undefined {
  const [, , unit = ''] = LENGTH.exec(text) ?? [];
  const lengthS = lengthOf(text) ?? 0;
  return lengthS > 0 ? { kind: 'rolling', lengthS, unit } : undefined;
}

/** Returns a length in seconds, or undefined if the text has no length. */
function lengthOf(text: string): number | undefined {
  const [, count, unit = ''] = LENGTH.exec(text) ?? [];
  const unitS = UNITS_S.get(unit);
  return unitS === undefined ? undefined : Number(count) * unitS;
}

function complete(
  monitor: JsonObject,
  options: JsonObject,
  read: ReadCondition | Refusal,
  recurrence: Recurrence | undefined,
): Condition | Refusal {
  if (read.kind === 'refused') return read;
  const { window, change, formula } = read;
  const delayS = numericOf(options['evaluation_delay']) ?? 0;
  if (!(delayS >= 0 && delayS <= MAX_DELAY_S))
    return refuse('evaluation_delay', `An evaluation_delay of ${delayS} s is not allowed.`);
  const comparing = readThresholds(options, read.comparator, read.limit);
  if (comparing.kind === 'refused') return comparing;
  const queries = plansOf(read, delayS, recurrence);
  const steps = new Set(queries.map(({ stepS }) => stepS));
  if (!read.aggregatesFirst && steps.size > 1)
    return refuse('mixed_rollups', 'Arithmetic with different rollups is not reproduced.');
  const rollupS = smallest(read.queries.map((query) => query.rollupS ?? Number.POSITIVE_INFINITY));
  if (window.lengthS / rollupS > MAX_ROLLUP_STEPS || (change?.shiftS ?? 0) / rollupS > MAX_SHIFT_STEPS)
    return refuse('rollup_steps', `Datadog widens a rollup of ${rollupS} s in such a window.`);
  const [stepS = 60] = steps;
  if (change && [...steps].some((length) => change.shiftS % length !== 0))
    return refuse(
      'change_shift',
      `The shift of ${change.shiftS} s is not a multiple of the rollup of ${stepS} s.`,
    );
  const by = queries.find((plan) => plan.by.length > 0)?.by ?? [];
  const isSearch = queries.some(({ source }) => source !== 'metrics');
  const isCount = queries.length > 0 && queries.every(({ modifier }) => modifier === 'count');
  const missingData = readMissingData(options, window.lengthS, isCount, isSearch);
  const condition: Condition = {
    kind: 'condition',
    queries,
    formula,
    aggregatesFirst: read.aggregatesFirst,
    window,
    ...(change ? { change } : {}),
    requiresFullWindow: isOn(options['require_full_window']) && window.kind === 'rolling' && !isSearch,
    everyS: evaluationIntervalOf(window.lengthS),
    historyS: window.lengthS + delayS + (change?.shiftS ?? 0) + fillOf(formula) + largest([stepS, ...steps]),
    by,
    states: {
      comparator: comparing.comparator,
      thresholds: comparing.thresholds,
      missingData,
      delayS,
      windowS: window.lengthS,
      newGroupDelayS: readNewGroupDelay(options, by),
      retentionS: readRetention(options, by, isSearch),
      timeoutS: (numericOf(options['timeout_h']) ?? 0) * 3600,
    },
    notices: readNotices(monitor, options, by, missingData),
  };
  return recurrence ? onSchedule(condition, recurrence) : condition;
}

/** Returns a condition whose evaluations are those of a custom schedule, and do not depend on each other. */
function onSchedule(condition: Condition, recurrence: Recurrence): Condition | Refusal {
  const { states, notices } = condition;
  const { critical, warning } = states.thresholds;
  if (states.missingData.kind === 'legacy')
    return refuse('custom_schedule', 'notify_no_data with a custom schedule is not reproduced.');
  return {
    ...condition,
    everyS: 60,
    recurrence,
    requiresFullWindow: false,
    states: {
      ...states,
      thresholds: { critical, ...(warning === undefined ? {} : { warning }) },
      newGroupDelayS: 0,
      timeoutS: 0,
    },
    notices: { ...notices, isIndependent: true },
  };
}

function plansOf(
  { queries, window, change }: ReadCondition,
  delayS: number,
  recurrence: Recurrence | undefined,
): QueryPlan[] {
  const scheduledS = recurrence && (isHourly(recurrence) ? 3600 : 60);
  const everyS = scheduledS ?? evaluationIntervalOf(window.lengthS);
  const defaultS = defaultStepOf(window, change?.shiftS);
  return queries.map(({ rollupS, ...plan }) => {
    const stepS = rollupS ?? defaultS;
    const isWhole =
      (rollupS === undefined && !recurrence) ||
      plan.modifier === 'rate' ||
      (everyS % stepS === 0 && delayS % stepS === 0);
    return {
      ...plan,
      stepS,
      pointS: isWhole ? stepS : Math.min(stepS, 60),
      isAligned: plan.modifier !== 'none',
    };
  });
}

function defaultStepOf(window: Window, shiftS = 0): number {
  if (window.kind === 'rolling') return stepOf(window.lengthS, [shiftS]);
  const maxS = window.timeZone === 'UTC' ? MAX_CUMULATIVE_STEP_S : MAX_ZONED_STEP_S;
  return stepOf(window.lengthS, [window.minute * 60], maxS);
}

/** Returns the longest limit of interpolation in a formula, in seconds. */
function fillOf(formula: Formula): number {
  if (formula.kind === 'binary') return Math.max(fillOf(formula.left), fillOf(formula.right));
  if (formula.kind === 'constant' || formula.kind === 'query') return 0;
  const inner = fillOf(formula.inner);
  if (formula.kind === 'fill') return inner + formula.limitS;
  return formula.kind === 'default_zero' && onlyQueryOf(formula) !== undefined
    ? inner + DEFAULT_FILL_S
    : inner;
}

function readComposite(
  monitor: JsonObject,
  options: JsonObject,
  { expression }: CompositeQuery,
): Composite | Refusal {
  if (nodesIn(expression).length > MAX_EXPRESSION_PARTS)
    return refuse('large_expression', `The query has more than ${MAX_EXPRESSION_PARTS} parts.`);
  const members = new Set<string>();
  const read = readMembers(expression, members);
  if (read === undefined) return refuse('query_syntax', 'The composite has a syntax error.');
  if (members.size > MAX_MEMBERS)
    return refuse('composite_members', `A composite has at most ${MAX_MEMBERS} members.`);
  const missing = readMissingData(options, 0, false, false);
  return {
    kind: 'composite',
    members: [...members],
    expression: read,
    notices: readNotices(monitor, options, [], missing),
  };
}

function readMembers(node: Expression, members: Set<string>): CompositeExpression | undefined {
  if (node.kind === 'number' || node.kind === 'word') {
    members.add(node.text);
    return { kind: 'member', member: node.text };
  }
  if (node.kind === 'group') return readMembers(node.inner, members);
  if (node.kind === 'unary') {
    const inner = readMembers(node.operand, members);
    return inner && { kind: 'not', inner };
  }
  if (node.kind !== 'binary') return undefined;
  const left = readMembers(node.left, members);
  const right = readMembers(node.right, members);
  return left && right && { kind: node.operator.text === '&&' ? 'and' : 'or', left, right };
}
