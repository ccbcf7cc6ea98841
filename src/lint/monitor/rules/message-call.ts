import type { Block, MessageArgument, MessageCall } from '../../../language/message/message-syntax.ts';
import { type EvalFaultCode, type EvalName, readEval } from '../../../language/message/read-eval.ts';
import { meantWord } from '../../meant-word.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isTimeZone } from '../time-zone.ts';
import type { Hit, Path } from '../../rule.ts';

interface Form {
  /** One check for each argument after the name, in order. Each returns what is wrong with the argument. */
  readonly takes: readonly ((text: string) => string | undefined)[];
  readonly example: string;
}

const anything = (): undefined => undefined;

const priority = (text: string) => (/^P[1-5]$/.test(text) ? undefined : `"${text}" is not one of P1 to P5`);

const zone = (text: string) => (isTimeZone(text) ? undefined : `"${text}" is not a time zone`);

const time = (text: string) =>
  /^(?:first|last)_triggered_at(?:_epoch)?$|\./.test(text) ? undefined : `"${text}" is not a time variable`;

/** The helpers of messages: docs, monitors/notify/variables. */
const FORMS: ReadonlyMap<string, Form> = new Map([
  ['eval', { takes: [anything], example: '{{eval "value*100"}}' }],
  ['local_time', { takes: [time, zone], example: "{{local_time 'last_triggered_at' 'Asia/Tokyo'}}" }],
  ['urlencode', { takes: [anything], example: '{{urlencode "service.name"}}' }],
  ['override_priority', { takes: [priority], example: "{{override_priority 'P1'}}" }],
  ['is_priority', { takes: [priority], example: "{{#is_priority 'P1'}}" }],
]);

const CALLS = [...FORMS.keys()].filter((name) => name !== 'is_priority');

/** Docs, monitors/guide/template-variable-evaluation. The last three occur in monitors that Datadog ships. */
const FUNCTIONS: readonly string[] = (
  'abs int float trunc dec round ceil floor sgn to_bool exp log10 sqrt sin ' +
  'cos tan asin acos atan humanize_bytes humanize_bits strip lstrip rstrip'
).split(' ');

const MESSAGES: Readonly<Record<EvalFaultCode, string>> = {
  operand_missing: 'Expected a number or variable here',
  operator_missing: 'Expected an operator before this',
  unclosed: 'Unclosed parenthesis',
  unopened: 'Unmatched closing parenthesis',
  stranger: 'Unexpected character in the expression',
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
    check: ({ textParts }) =>
      textParts.values().flatMap(({ path, part }) => {
        if (part.kind === 'call')
          return FORMS.has(part.name) ? faultsOf(part, path) : unknownCall(part, path);
        return part.kind === 'block' ? faultsOf(part, path) : [];
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
    check: ({ textParts }) =>
      textParts.values().flatMap(({ path, part }) => {
        if (part.kind !== 'call' || part.name !== 'eval') return [];
        const [argument, ...more] = part.args;
        return argument && more.length === 0 && argument.quote !== '' ? evalFaults(argument, path) : [];
      }),
  },
];

function faultsOf({ name, args, span }: MessageCall | Block, path: Path): Hit[] {
  const form = FORMS.get(name);
  if (!form) return [];
  if (args.length !== form.takes.length)
    return [
      {
        path,
        span,
        message: `${name} shows nothing: a required argument is missing.`,
        hint: `Example: ${form.example}.`,
      },
    ];
  return args.flatMap((argument, at) => faultOf(argument, form, at, path));
}

function faultOf({ text, quote, span }: MessageArgument, form: Form, at: number, path: Path): Hit[] {
  // Another rule reports an unclosed quote.
  if (/^["']/.test(text)) return [];
  if (quote === '')
    return [
      {
        path,
        span,
        message: 'This argument must be in quotes.',
        hint: `Example: ${form.example}.`,
        fix: quoted(text, span, path),
      },
    ];
  const wrong = form.takes[at]?.(text);
  return wrong === undefined
    ? []
    : [{ path, span, message: `The helper shows nothing: ${wrong}.`, hint: `Example: ${form.example}.` }];
}

function quoted(text: string, span: MessageArgument['span'], path: Path) {
  return { title: `Change to "${text}"`, edits: [{ path, span, text: `"${text}"` }] };
}

function unknownCall({ name, span }: MessageCall, path: Path): Hit[] {
  const meant = meantWord(name, CALLS);
  return [
    {
      path,
      span,
      message: `"${name}" is not a helper: the notification shows nothing here.`,
      hint: meant === undefined ? `Allowed: ${CALLS.join(', ')}.` : `Did you mean ${meant}?`,
    },
  ];
}

function evalFaults({ text, span: { from } }: MessageArgument, path: Path): Hit[] {
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
  return names.flatMap((name) => nameFault(name, from, path));
}

/** Reports a name only if it is close to one that Datadog knows. */
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
      message: `"${name}" is not a ${called ? 'function' : 'variable'} that Datadog knows: the notification shows no value.`,
      hint: `Did you mean ${meant}?`,
      fix: { title: `Change to ${meant}`, edits: [{ path, span: place, text: meant }] },
    },
  ];
}
