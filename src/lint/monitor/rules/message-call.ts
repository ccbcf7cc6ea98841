import type { Block, MessageArgument, MessageCall } from '../../../language/message/message-syntax.ts';
import { type EvalFaultCode, type EvalName, readEval } from '../../../language/message/read-eval.ts';
import { meantWord } from '../../meant-word.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isTimeZone } from '../time-zone.ts';
import type { Hit, Path } from '../../rule.ts';

interface Form {
  /** What stands behind the name, in order; each says what is wrong with an argument. */
  readonly takes: readonly ((text: string) => string | undefined)[];
  readonly example: string;
}

const anything = (): undefined => undefined;

const priority = (text: string) => (/^P[1-5]$/.test(text) ? undefined : `"${text}" is none of P1 to P5`);

const zone = (text: string) => (isTimeZone(text) ? undefined : `"${text}" is no time zone`);

const time = (text: string) =>
  /^(?:first|last)_triggered_at(?:_epoch)?$|\./.test(text) ? undefined : `"${text}" is no time`;

/** What can be called in a message: docs, monitors/notify/variables. */
const FORMS: ReadonlyMap<string, Form> = new Map([
  ['eval', { takes: [anything], example: '{{eval "value*100"}}' }],
  ['local_time', { takes: [time, zone], example: "{{local_time 'last_triggered_at' 'Asia/Tokyo'}}" }],
  ['urlencode', { takes: [anything], example: '{{urlencode "service.name"}}' }],
  ['override_priority', { takes: [priority], example: "{{override_priority 'P1'}}" }],
  ['is_priority', { takes: [priority], example: "{{#is_priority 'P1'}}" }],
]);

const CALLS = [...FORMS.keys()].filter((name) => name !== 'is_priority');

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

/** Calls within messages: eval and other helpers. */
export const MESSAGE_CALL_RULES: readonly MonitorRule[] = [
  {
    code: 'message_call',
    severity: 'warning',
    summary: 'A helper of the message is none that Datadog has, or has not what it needs.',
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
        message: `What ${name} needs is not there, so nothing is shown.`,
        hint: `Write it as in ${form.example}.`,
      },
    ];
  return args.flatMap((argument, at) => faultOf(argument, form, at, path));
}

function faultOf({ text, quote, span }: MessageArgument, form: Form, at: number, path: Path): Hit[] {
  // Of a quote that nothing closes another rule speaks.
  if (/^["']/.test(text)) return [];
  if (quote === '')
    return [
      {
        path,
        span,
        message: 'Datadog wants this in quotes.',
        hint: `Write it as in ${form.example}.`,
        fix: quoted(text, span, path),
      },
    ];
  const wrong = form.takes[at]?.(text);
  return wrong === undefined
    ? []
    : [{ path, span, message: `Nothing is shown: ${wrong}.`, hint: `Write it as in ${form.example}.` }];
}

function quoted(text: string, span: MessageArgument['span'], path: Path) {
  return { title: `Write "${text}"`, edits: [{ path, span, text: `"${text}"` }] };
}

function unknownCall({ name, span }: MessageCall, path: Path): Hit[] {
  const meant = meantWord(name, CALLS);
  return [
    {
      path,
      span,
      message: `Datadog has no helper "${name}", so nothing is shown here.`,
      hint: meant === undefined ? `There are ${CALLS.join(', ')}.` : `Did you mean ${meant}?`,
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
