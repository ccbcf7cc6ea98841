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

export type EvalFaultCode = 'operand_missing' | 'operator_missing' | 'unclosed' | 'unopened' | 'unexpected';

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
  let expected: 'operand' | 'operator' = 'operand';
  let at = 0;
  const fail = (code: EvalFaultCode, span: Span): EvalReading => ({ names, fault: { code, span } });
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) break;
    const [whole, number, quoted, name, operator, bracket, unexpected] = found;
    const to = at + whole.length;
    const span = { from: to - whole.trimStart().length, to };
    at = to;
    if (unexpected !== undefined) return fail('unexpected', span);
    if (number !== undefined || quoted !== undefined || name !== undefined) {
      if (expected === 'operator') return fail('operator_missing', span);
      expected = 'operator';
      const called = name !== undefined && /^\s*\(/.test(text.slice(at, at + 20));
      if (name !== undefined) names.push({ name, called, span });
      if (called) expected = 'operand';
      continue;
    }
    if (bracket === '(') {
      if (expected === 'operator') return fail('operator_missing', span);
      open.push(span);
    } else if (bracket === ')') {
      if (open.length === 0) return fail('unopened', span);
      if (expected === 'operand') return fail('operand_missing', span);
      open.pop();
    } else if (expected === 'operand' && operator !== '-' && operator !== '+')
      return fail('operand_missing', span);
    else expected = 'operand';
  }
  const last = open.at(-1);
  if (last) return fail('unclosed', last);
  return expected === 'operand' ? fail('operand_missing', { from: Math.max(0, at - 1), to: at }) : { names };
}
