import type { Json } from '../../domain/json.ts';
import type { Expression, Value } from '../../language/query/syntax.ts';
import type { Measured } from '../kinds.ts';
import { decimal } from '../numbers.ts';

/** A call of `anomalies`, `outliers` or `forecast`. */
interface AlgorithmCall {
  /** What it is applied to. */
  readonly expression: Expression;
  /** The arguments after it without a name. */
  readonly values: readonly Json[];
  readonly named: ReadonlyMap<string, Json>;
}

/** Returns the call of an algorithm for the expression of a metric, with its arguments as written in a query. */
export function algorithmCall(
  name: string,
  measured: Measured,
  values: readonly string[],
  named: readonly (readonly [name: string, value: string])[] = [],
): string {
  const expression = measured.form === 'metric' ? measured.expression : '';
  return `${name}(${[expression, ...values, ...named.map(([key, value]) => `${key}=${value}`)].join(', ')})`;
}

/** Returns the parts of a call of an algorithm, or undefined if the expression is not one. */
export function readAlgorithm(name: string, expression: Expression): AlgorithmCall | undefined {
  if (expression.kind !== 'call' || expression.name.text !== name || expression.methods.length > 0)
    return undefined;
  const [first, ...others] = expression.args;
  if (first === undefined || first.kind === 'named' || first.kind === 'string') return undefined;
  const values: Json[] = [];
  const named = new Map<string, Json>();
  for (const argument of others) {
    const value = valueOf(argument.kind === 'named' ? argument.value : argument);
    if (value === undefined) return undefined;
    if (argument.kind === 'named') named.set(argument.name.text, value);
    else values.push(value);
  }
  return { expression: first, values, named };
}

function valueOf(value: Value): Json | undefined {
  if (value.kind === 'string') return value.raw;
  return value.kind === 'number' ? decimal(value.text) : undefined;
}
