import type { Span } from '../query/syntax.ts';

/** A name in an expression: of a function if parentheses follow, otherwise of a variable. */
export interface EvalName {
  readonly name: string;
  readonly called: boolean;
  readonly span: Span;
}

/** The parsed expression of `{{eval "..."}}`. Spans are relative to the expression. */
export interface EvalReading {
  readonly names: readonly EvalName[];
  /** The first syntax fault. */
  readonly fault?: { readonly code: EvalFaultCode; readonly span: Span };
}

export type EvalFaultCode = 'operand_missing' | 'operator_missing' | 'unclosed' | 'unopened' | 'stranger';

/** Numbers, strings, names (with their brackets), operators, parentheses, commas; finally any other character. */
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|('[^']*'|"[^"]*")|((?:\[[^[\]]*\]|[A-Za-z_@])(?:\[[^[\]]*\]|[\w.@])*)|([-+*/%^])|([(),])|(\S))/y;

/**
 * Parses the expression of an `eval`: numbers, variables, `+ - * / % ^`, functions and parentheses (docs,
 * monitors/guide/template-variable-evaluation). Never throws.
 */
export function readEval(text: string): EvalReading {
  const names: EvalName[] = [];
  const open: Span[] = [];
  let wants: 'operand' | 'operator' = 'operand';
  let at = 0;
  const stop = (code: EvalFaultCode, span: Span): EvalReading => ({ names, fault: { code, span } });
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) break;
    const [whole, number, quoted, name, operator, bracket, stranger] = found;
    const to = at + whole.length;
    const span = { from: to - whole.trimStart().length, to };
    at = to;
    if (stranger !== undefined) return stop('stranger', span);
    if (number !== undefined || quoted !== undefined || name !== undefined) {
      if (wants === 'operator') return stop('operator_missing', span);
      wants = 'operator';
      const called = name !== undefined && /^\s*\(/.test(text.slice(at, at + 20));
      if (name !== undefined) names.push({ name, called, span });
      if (called) wants = 'operand';
      continue;
    }
    if (bracket === '(') {
      if (wants === 'operator') return stop('operator_missing', span);
      open.push(span);
    } else if (bracket === ')') {
      if (open.length === 0) return stop('unopened', span);
      if (wants === 'operand') return stop('operand_missing', span);
      open.pop();
    } else if (wants === 'operand' && operator !== '-' && operator !== '+')
      return stop('operand_missing', span);
    else wants = 'operand';
  }
  const last = open.at(-1);
  if (last) return stop('unclosed', last);
  return wants === 'operand' ? stop('operand_missing', { from: Math.max(0, at - 1), to: at }) : { names };
}
