import type { Block, MessageArgument, MessageCall } from '../../../language/message/message-syntax.ts';
import { type EvalFaultCode, type EvalName, readEval } from '../../../language/message/read-eval.ts';
import { suggestWord } from '../../nearest.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isTimeZone } from '../time-zone.ts';
import type { Violation, Path } from '../../rule.ts';

interface HelperSignature {
  /** One check for each argument, in order. Each returns the problem with the argument, or undefined. */
  readonly argumentChecks: readonly ((text: string) => string | undefined)[];
  readonly example: string;
}

const acceptAny = (): undefined => undefined;

const checkPriority = (text: string) =>
  /^P[1-5]$/.test(text) ? undefined : `"${text}" is not one of P1 to P5`;

const checkTimeZone = (text: string) => (isTimeZone(text) ? undefined : `"${text}" is not a time zone`);

const checkTimeVariable = (text: string) =>
  /^(?:first|last)_triggered_at(?:_epoch)?$|\./.test(text) ? undefined : `"${text}" is not a time variable`;

/** The helpers of messages: Datadog docs, monitors/notify/variables. */
const SIGNATURES: ReadonlyMap<string, HelperSignature> = new Map([
  ['eval', { argumentChecks: [acceptAny], example: '{{eval "value*100"}}' }],
  [
    'local_time',
    {
      argumentChecks: [checkTimeVariable, checkTimeZone],
      example: "{{local_time 'last_triggered_at' 'Asia/Tokyo'}}",
    },
  ],
  ['urlencode', { argumentChecks: [acceptAny], example: '{{urlencode "service.name"}}' }],
  ['override_priority', { argumentChecks: [checkPriority], example: "{{override_priority 'P1'}}" }],
  ['is_priority', { argumentChecks: [checkPriority], example: "{{#is_priority 'P1'}}" }],
]);

const HELPERS = [...SIGNATURES.keys()].filter((name) => name !== 'is_priority');

/** Datadog docs, monitors/guide/template-variable-evaluation. The last three occur in monitors that Datadog ships. */
const FUNCTIONS: readonly string[] = (
  'abs int float trunc dec round ceil floor sgn to_bool exp log10 sqrt sin ' +
  'cos tan asin acos atan humanize_bytes humanize_bits strip lstrip rstrip'
).split(' ');

const MESSAGES: Readonly<Record<EvalFaultCode, string>> = {
  operand_missing: 'Expected a number or variable here',
  operator_missing: 'Expected an operator before this',
  unclosed: 'Unclosed parenthesis',
  unopened: 'Unmatched closing parenthesis',
  unexpected: 'Unexpected character in the expression',
};

/** Rules about helpers in messages, such as eval. */
export const MESSAGE_CALL_RULES: readonly MonitorRule[] = [
  {
    code: 'message_call',
    severity: 'warning',
    summary: 'A helper in the message is unknown, or its arguments are invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: High since {{local_time 'last_triggered_at' '⟦Asia/Tokio⟧'}}.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: High since {{local_time 'last_triggered_at' 'Asia/Tokyo'}}.
`,
    check: ({ templateParts }) =>
      templateParts.values().flatMap(({ path, part }) => {
        if (part.kind === 'call')
          return SIGNATURES.has(part.name) ? argumentViolations(part, path) : unknownHelper(part, path);
        return part.kind === 'block' ? argumentViolations(part, path) : [];
      }),
  },
  {
    code: 'eval_expression',
    severity: 'warning',
    summary: 'An expression in the message is invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "round⟦(⟧value*100"}} percent.'
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "round(value*100)"}} percent.'
`,
    check: ({ templateParts }) =>
      templateParts.values().flatMap(({ path, part }) => {
        if (part.kind !== 'call' || part.name !== 'eval') return [];
        const [argument, ...more] = part.args;
        return argument && more.length === 0 && argument.quote !== '' ? evalViolations(argument, path) : [];
      }),
  },
];

function argumentViolations({ name, args, span }: MessageCall | Block, path: Path): Violation[] {
  const signature = SIGNATURES.get(name);
  if (!signature) return [];
  const count = signature.argumentChecks.length;
  if (args.length !== count)
    return [
      {
        path,
        span,
        message: `${name} renders nothing: expected ${count === 1 ? '1 argument' : `${count} arguments`}, found ${args.length}.`,
        hint: `Example: ${signature.example}.`,
      },
    ];
  return args.flatMap((argument, at) => argumentViolation(argument, signature, at, path));
}

function argumentViolation(
  { text, quote, span }: MessageArgument,
  signature: HelperSignature,
  at: number,
  path: Path,
): Violation[] {
  // Another rule reports an unclosed quote.
  if (/^["']/.test(text)) return [];
  if (quote === '')
    return [
      {
        path,
        span,
        message: 'This argument must be in quotes.',
        hint: `Example: ${signature.example}.`,
        fix: quoteFix(text, span, path),
      },
    ];
  const problem = signature.argumentChecks[at]?.(text);
  return problem === undefined
    ? []
    : [
        {
          path,
          span,
          message: `The helper renders nothing: ${problem}.`,
          hint: `Example: ${signature.example}.`,
        },
      ];
}

function quoteFix(text: string, span: MessageArgument['span'], path: Path) {
  return { title: `Change to "${text}"`, edits: [{ path, span, text: `"${text}"` }] };
}

function unknownHelper({ name, span }: MessageCall, path: Path): Violation[] {
  const meant = suggestWord(name, HELPERS);
  return [
    {
      path,
      span,
      message: `"${name}" is not a known helper: the notification shows nothing here.`,
      hint: meant === undefined ? `Allowed: ${HELPERS.join(', ')}.` : `Did you mean ${meant}?`,
    },
  ];
}

function evalViolations({ text, span: { from } }: MessageArgument, path: Path): Violation[] {
  const { names, fault } = readEval(text);
  if (fault) {
    const span = { from: from + fault.span.from, to: from + fault.span.to };
    return [
      {
        path,
        span,
        message: `${MESSAGES[fault.code]}: the notification shows no value.`,
        hint: 'Example: {{eval "round(value * 100)"}}.',
      },
    ];
  }
  return names.flatMap((name) => nameViolation(name, from, path));
}

/** Reports an unknown name if it is similar to a known one. Other names may be event attributes. */
function nameViolation({ name, called, span }: EvalName, from: number, path: Path): Violation[] {
  const known = called ? FUNCTIONS : PLAIN_VARIABLES;
  const isKnown = called ? FUNCTIONS.includes(name) : PLAIN_VARIABLES.has(name);
  const meant = isKnown || name.includes('.') ? undefined : suggestWord(name, known);
  if (meant === undefined) return [];
  const place = { from: from + span.from, to: from + span.to };
  return [
    {
      path,
      span: place,
      message: `"${name}" is not a known ${called ? 'function' : 'variable'}: the notification shows no value.`,
      hint: `Did you mean ${meant}?`,
      fix: { title: `Change to ${meant}`, edits: [{ path, span: place, text: meant }] },
    },
  ];
}
