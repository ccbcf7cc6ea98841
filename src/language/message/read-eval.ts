import type { Span } from '../query/syntax.ts';

/** A name in an expression: of a variable, or of a function where parentheses follow. */
export interface EvalName {
  readonly name: string;
  readonly called: boolean;
  readonly span: Span;
}

/** What `{{eval "..."}}` computes, as far as it can be read: spans are within the expression. */
export interface EvalReading {
  readonly names: readonly EvalName[];
  /** The first place where it cannot go on. */
  readonly fault?: { readonly code: EvalFaultCode; readonly span: Span };
}

export type EvalFaultCode = 'operand_missing' | 'operator_missing' | 'unclosed' | 'unopened' | 'stranger';

/** Numbers, texts, names (with their brackets), operators, parentheses and commas; at last any other sign. */
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|('[^']*'|"[^"]*")|((?:\[[^[\]]*\]|[A-Za-z_@])(?:\[[^[\]]*\]|[\w.@])*)|([-+*/%^])|([(),])|(\S))/y;

/**
 * Reads the expression of an `eval`: numbers, variables, `+ - * / % ^`, functions and parentheses (docs,
 * monitors/guide/template-variable-evaluation). Throws nothing.
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
