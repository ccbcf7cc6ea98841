import type { JsonObject } from '../../domain/json.ts';
import type { Expression } from '../../language/query/syntax.ts';
import type { Measured, Reading, Report } from '../kinds.ts';

/** A calculation with signals, each by its name in the expression. */
export interface Formula {
  readonly expr: Expression;
  readonly signals: ReadonlyMap<string, JsonObject>;
}

/** A signal of a formula or ratio, and its path. */
export type Part = readonly [path: readonly string[], signal: JsonObject];

/** How formulas and ratios of some kinds of signals are written: of metrics, or of searches. */
export interface FormulaForm {
  /** What the signals are, in a sentence. */
  readonly noun: string;
  /** Whether a signal is of this form. */
  has(signal: object): boolean;
  compile(formula: Formula): Measured;
  /** Inverse of `compile`; undefined if the rest of the monitor is no such formula. */
  read(reading: Reading): Formula | undefined;
  /** Returns the formula as `read` would. */
  canonical(formula: Formula): Formula;
  /** The names of the two signals of a ratio, if it reads back as one only with these. */
  readonly ratioNames?: readonly [of: string, to: string];
  /** Whether two signals can be in a ratio; otherwise their quotient is a formula. */
  canDivide(of: JsonObject, to: JsonObject): boolean;
  /** Whether a formula of nothing but one signal is that signal. */
  readonly isTransparent: boolean;
  /** Whether the monitor contains signals that the expression does not use. */
  readonly keepsUnused: boolean;
  /** Reports the mistakes of the signals of a formula, each with its path. */
  check(parts: readonly Part[], report: Report): void;
}
