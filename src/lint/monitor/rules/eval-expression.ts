import type { MessageArgument } from '../../../language/message/message-syntax.ts';
import { type EvalFaultCode, type EvalName, readEval } from '../../../language/message/read-eval.ts';
import { meantWord } from '../../meant-word.ts';
import type { Hit, Path } from '../../rule.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Docs, monitors/guide/template-variable-evaluation; the last three are in shipped monitors. */
const FUNCTIONS: readonly string[] = (
  'abs int float trunc dec round ceil floor sgn to_bool exp log10 sqrt sin ' +
  'cos tan asin acos atan humanize_bytes humanize_bits strip lstrip rstrip'
).split(' ');

const SENTENCES: Readonly<Record<EvalFaultCode, string>> = {
  operand_missing: 'A number or variable is missing here',
  operator_missing: 'An operator is missing before this',
  unclosed: 'The parenthesis is never closed',
  unopened: 'The parenthesis was never opened',
  stranger: 'This is no part of an expression',
};

export const evalExpression: MonitorRule = {
  code: 'eval_expression',
  severity: 'warning',
  summary: 'What the message computes cannot be computed.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "round⟦(⟧value*100"}} percent.'
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "round(value*100)"}} percent.'
`,
  check: ({ textParts }) =>
    textParts.values().flatMap(({ path, part }) => {
      if (part.kind !== 'call' || part.name !== 'eval') return [];
      const [argument, ...more] = part.args;
      return argument && more.length === 0 && argument.quote !== '' ? faultsOf(argument, path) : [];
    }),
};

function faultsOf({ text, span: { from } }: MessageArgument, path: Path): Hit[] {
  const { names, fault } = readEval(text);
  if (fault) {
    const span = { from: from + fault.span.from, to: from + fault.span.to };
    return [
      {
        path,
        span,
        message: `${SENTENCES[fault.code]}, so the notification shows no value.`,
        hint: 'Write it as in {{eval "round(value * 100)"}}.',
      },
    ];
  }
  return names.flatMap((name) => nameFault(name, from, path));
}

/** A name is wrong for certain where it is nearly one that Datadog has. */
function nameFault({ name, called, span }: EvalName, from: number, path: Path): Hit[] {
  const known = called ? FUNCTIONS : PLAIN_VARIABLES;
  const isKnown = called ? FUNCTIONS.includes(name) : PLAIN_VARIABLES.has(name);
  const meant = isKnown || name.includes('.') ? undefined : meantWord(name, known);
  if (meant === undefined) return [];
  const place = { from: from + span.from, to: from + span.to };
  return [
    {
      path,
      span: place,
      message: `Datadog knows no ${called ? 'function' : 'variable'} "${name}", so the notification shows no value.`,
      hint: `Did you mean ${meant}?`,
      fix: { title: `Write ${meant}`, edits: [{ path, span: place, text: meant }] },
    },
  ];
}
