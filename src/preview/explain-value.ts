import { onlyQueryOf } from '../evaluate/align-terms.ts';
import type { Condition, Formula } from '../evaluate/condition.ts';
import type { StepSeries } from '../evaluate/step-values.ts';
import { calculate, difference } from '../evaluate/step-values.ts';
import type { TermDetails, WindowDetails } from '../evaluate/window-values.ts';
import type { ExplainedQuery } from './explanation.ts';
import { durationText } from '../alerts/durations.ts';
import { isoTime, LISTED_DIGITS, numberText } from './explanation-text.ts';

/** An explanation lists at most so many steps, values of a calculation, and missing parts. */
const [MAX_STEPS, MAX_VALUES, MAX_MISSING] = [60, 10, 20];

/** Returns the points that a window is calculated from, by query. */
export function explainQueries({ queries }: Condition, { terms }: WindowDetails): ExplainedQuery[] {
  return terms.flatMap(({ query, points, lastPointS, times, values }) => {
    const plan = queries[query];
    if (!plan) return [];
    const first = Math.max(0, times.length - MAX_STEPS);
    return [
      {
        name: plan.name,
        source: plan.source,
        text: plan.text,
        step_s: plan.stepS,
        step_aggregation: plan.aggregation,
        window_aggregation: plan.windowAggregation,
        points,
        ...(Number.isFinite(lastPointS) ? { last_point: isoTime(lastPointS) } : {}),
        steps: Array.from(times.subarray(first), (time, at) => ({
          at: isoTime(time),
          value: finiteOrNull(values[first + at]),
        })),
        other_steps: first,
        missing: missingParts({ times, values }, plan.stepS),
      },
    ];
  });
}

function finiteOrNull(value = Number.NaN): number | null {
  return Number.isFinite(value) ? value : null;
}

function missingParts({ times, values }: StepSeries, stepS: number): { from: string; to: string }[] {
  const parts: { from: string; to: string }[] = [];
  for (let at = 0; at < times.length && parts.length < MAX_MISSING; at += 1) {
    const start = at;
    while (at < times.length && !Number.isFinite(values[at])) at += 1;
    if (at > start)
      parts.push({ from: isoTime(times[start] ?? 0), to: isoTime((times[at - 1] ?? 0) + stepS) });
  }
  return parts;
}

/** Returns what is calculated from the queries of a window, one step each. */
export function explainCalculation(condition: Condition, details: WindowDetails): string[] {
  const { combined } = details;
  return combined ? explainSteps(condition, combined) : new AggregatedTerms(condition, details).lines();
}

/** Explains a calculation by step, whose results are aggregated over the window. */
function explainSteps({ queries, formula, change }: Condition, { values }: StepSeries): string[] {
  const aggregation = queries[0]?.windowAggregation ?? 'avg';
  const present = [...values].filter(Number.isFinite);
  const text = formulaText(formula, (query) => queries[query]?.name ?? '');
  const earlier = change
    ? `, ${change.isPercent ? 'in percent of' : 'minus'} the value ${durationText(change.shiftS)} earlier`
    : '';
  const isPlain = formula.kind === 'query' && !change;
  const lines = isPlain
    ? []
    : [`At each step: ${text}${earlier}. ${present.length} of ${values.length} steps have a result.`];
  if (present.length === 0) return lines;
  const shown = present
    .slice(-MAX_VALUES)
    .map((value) => numberText(value, LISTED_DIGITS))
    .join(', ');
  const list = present.length > MAX_VALUES ? `..., ${shown}` : shown;
  return [...lines, `${aggregation} of ${list} = ${numberText(aggregate(aggregation, present))}`];
}

function aggregate(aggregation: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (aggregation === 'sum') return sum;
  if (aggregation === 'avg') return sum / values.length;
  return values.reduce((best, value) =>
    aggregation === 'max' ? Math.max(best, value) : Math.min(best, value),
  );
}

/** Explains a calculation with the aggregate of each query over the window. */
class AggregatedTerms {
  readonly #condition: Condition;
  readonly #terms: ReadonlyMap<Formula, TermDetails>;
  readonly #lines: string[] = [];

  constructor(condition: Condition, { terms }: WindowDetails) {
    this.#condition = condition;
    this.#terms = new Map(terms.map((term) => [term.node, term]));
  }

  lines(): string[] {
    const { formula, change } = this.#condition;
    const value = this.#valueOf(formula, false);
    if (!change) return this.#lines;
    this.#lines.push(`In the window ${durationText(change.shiftS)} earlier:`);
    const before = this.#valueOf(formula, true);
    const [now, then] = [numberText(value), numberText(before)];
    const text = change.isPercent ? `(${now} - ${then}) / ${then} * 100` : `${now} - ${then}`;
    this.#lines.push(`${text} = ${numberText(difference(value, before, change.isPercent))}`);
    return this.#lines;
  }

  #valueOf(node: Formula, isEarlier: boolean): number {
    if (node.kind === 'aligned') {
      const value = this.#valueOf(node.inner, isEarlier);
      if (Number.isFinite(value)) return value;
      this.#lines.push(`${this.#nameOf(node)} counts as 0, because it has no value.`);
      return 0;
    }
    const term = this.#terms.get(node);
    if (term) return this.#termValue(term, isEarlier);
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'binary': {
        const left = this.#valueOf(node.left, isEarlier);
        const right = this.#valueOf(node.right, isEarlier);
        const result = calculate(node.operator, left, right);
        this.#lines.push(
          `${this.#nameOf(node)} = ${numberText(left)} ${node.operator} ${numberText(right)} = ${numberText(result)}`,
        );
        return result;
      }
      case 'function':
      case 'default_zero': {
        const inner = this.#valueOf(node.inner, isEarlier);
        const applied = node.kind === 'function' ? node.apply(inner) : Number.isFinite(inner) ? inner : 0;
        this.#lines.push(`${this.#nameOf(node)} = ${numberText(applied)}`);
        return applied;
      }
      case 'fill':
        return this.#valueOf(node.inner, isEarlier);
      case 'query':
      case 'change':
        return Number.NaN;
    }
  }

  #termValue({ node, query, value, earlierValue, values }: TermDetails, isEarlier: boolean): number {
    const { windowAggregation = 'sum' } = this.#condition.queries[query] ?? {};
    const result = isEarlier ? earlierValue : value;
    const steps = isEarlier ? '' : ` over ${values.filter(Number.isFinite).length} of ${values.length} steps`;
    this.#lines.push(`${windowAggregation} of ${this.#nameOf(node)}${steps} = ${numberText(result)}`);
    return result;
  }

  #nameOf(node: Formula): string {
    return formulaText(node, (query) => this.#condition.queries[query]?.name ?? '');
  }
}

/** Returns a formula with the names of its queries. */
function formulaText(node: Formula, nameOf: (query: number) => string): string {
  const inner = (part: Formula): string => formulaText(part, nameOf);
  const operand = (part: Formula): string => (part.kind === 'binary' ? `(${inner(part)})` : inner(part));
  switch (node.kind) {
    case 'constant':
      return numberText(node.value);
    case 'query':
      return nameOf(node.query);
    case 'binary':
      return `${operand(node.left)} ${node.operator} ${operand(node.right)}`;
    case 'fill':
      return onlyQueryOf(node) === undefined
        ? `(${inner(node.inner)}).fill(${node.mode}, ${node.limitS})`
        : `${inner(node.inner)}.fill(${node.mode}, ${node.limitS})`;
    case 'function':
      return `${node.name}(${inner(node.inner)}${node.limit === undefined ? '' : `, ${numberText(node.limit)}`})`;
    case 'default_zero':
      return `default_zero(${inner(node.inner)})`;
    case 'aligned':
    case 'change':
      return inner(node.inner);
  }
}
