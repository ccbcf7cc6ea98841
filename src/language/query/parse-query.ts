import { readCall, readExpression, readMethods } from './expression.ts';
import { Reader } from './reader.ts';
import type { Call, Comparison, Expression, Parsed, ParsedExpression, Query, Word } from './syntax.ts';

type Form = 'metric' | 'chain' | 'check' | 'composite' | 'opaque';

/** The query syntax of each monitor type. Queries of other types are not parsed. */
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['metric alert', 'metric'],
  ['query alert', 'metric'],
  ['service check', 'check'],
  ['composite', 'composite'],
  ['process alert', 'chain'],
  ['slo alert', 'chain'],
  ['log alert', 'chain'],
  ['event alert', 'chain'],
  ['event-v2 alert', 'chain'],
  ['audit alert', 'chain'],
  ['rum alert', 'chain'],
  ['trace-analytics alert', 'chain'],
  ['ci-pipelines alert', 'chain'],
  ['ci-tests alert', 'chain'],
  ['error-tracking alert', 'chain'],
  ['database-monitoring alert', 'chain'],
  ['network-performance alert', 'chain'],
  ['network-path alert', 'chain'],
  ['llm-observability alert', 'chain'],
  ['cost alert', 'chain'],
  ['data-quality alert', 'chain'],
  ['data-jobs alert', 'chain'],
  ['datadog-usage alert', 'chain'],
]);

const HEAD = /[A-Za-z_][\w-]*(?=\s*\()/y;
const COMPARED = /[<>=!]+/y;
/** Text between an unmatched closing bracket and the comparison. */
const BEFORE_COMPARISON = /[^<>=!]+/y;
const OPERATOR = /^(?:>=|<=|==|!=|>|<)$/;
const LIMIT = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y;
const DYNAMIC = /threshold\b/y;
const ALMOST_LIMIT = /[^\s]+/y;
const OR = /\|\||\|/y;
const AND = /&&|&/y;
const ID = /\d+(?![\w.])/y;
/** A reference to another monitor by key. */
const REFERENCE = /\$\{(?:monitor|alert):[^{}\s]{1,200}\}/y;
/** Any text in place of an id. */
const NOT_AN_ID = /[\w.-]+/y;
/** The maximum nesting of a composite. */
const MAX_DEPTH = 100;

/** Parses the query of a monitor by its type. Never throws: mistakes are in the faults. */
export function parseQuery(type: string, text: string): Parsed {
  const reader = new Reader(text);
  const query = READERS[FORMS.get(type) ?? 'opaque'](reader);
  faultRest(reader);
  return { query, faults: reader.faults, steps: reader.steps };
}

/**
 * Parses a query that Datadog has stored, by its type. A query that cannot be parsed is kept whole, so that it can be
 * written back unchanged.
 */
export function readStoredQuery(type: string, text: string): Query {
  const { query, faults } = parseQuery(type, text);
  return faults.length === 0 ? query : { kind: 'opaque', text, span: { from: 0, to: text.length } };
}

/**
 * Parses a metric query of a widget, an SLO or a formula variable: only an expression. Never throws: mistakes are in
 * the faults.
 */
export function parseMetricQuery(text: string): ParsedExpression {
  const reader = new Reader(text);
  const expression = readExpression(reader);
  faultRest(reader);
  return { expression, faults: reader.faults, steps: reader.steps };
}

/** Reports text after the end as one fault. */
function faultRest(reader: Reader): void {
  if (reader.peek() === '') return;
  const { text } = reader;
  const rest = text.slice(reader.at).trimEnd();
  const code = /^[)}\]]/.test(rest) ? 'unopened' : 'unexpected';
  const to = code === 'unopened' ? reader.at + 1 : reader.at + rest.length;
  reader.fault(code, { from: reader.at, to }, text.slice(reader.at, to));
}

const READERS: Readonly<Record<Form, (reader: Reader) => Query>> = {
  metric: readMetric,
  chain: readChain,
  check: readCheck,
  composite: (reader) => {
    const expression = readOr(reader, 0);
    return { kind: 'composite', expression, span: { from: 0, to: reader.at } };
  },
  opaque: (reader) => {
    const { text } = reader;
    reader.move(text.length);
    return { kind: 'opaque', text, span: { from: 0, to: text.length } };
  },
};

function readMetric(reader: Reader): Query {
  const evaluation = readHead(reader, 'an aggregation over a window, as in avg(last_5m):');
  // Datadog stores formulas over several queries under the metric types. Other quoted data belongs to another type.
  if (evaluation.args[0]?.kind === 'string') return chain(reader, evaluation);
  return metric(reader, evaluation);
}

function metric(reader: Reader, evaluation: Call): Query {
  if (!reader.takeSign(':')) reader.faultHere('missing', ':');
  const expression = readExpression(reader);
  const comparison = readComparison(reader);
  return { kind: 'metric', evaluation, expression, comparison, span: { from: 0, to: reader.at } };
}

function readChain(reader: Reader): Query {
  const head = readHead(reader, 'the data to search in, as in logs("...")', true);
  // An aggregation over a window is a metric query of another type.
  return reader.peek() === ':' && head.name.text !== '' ? metric(reader, head) : chain(reader, head);
}

function chain(reader: Reader, head: Call): Query {
  return { kind: 'chain', head, comparison: readComparison(reader), span: { from: 0, to: reader.at } };
}

function readHead(reader: Reader, missing: string, isSearch = false): Call {
  const name = reader.take(HEAD);
  if (name) return readCall(reader, name, 0, isSearch);
  reader.faultHere('missing', missing);
  const none: Word = { kind: 'word', text: '', span: { from: reader.at, to: reader.at } };
  return { kind: 'call', name: none, args: [], methods: [], span: none.span };
}

function readCheck(reader: Reader): Query {
  const check = reader.takeString();
  if (!check) {
    reader.faultHere('missing', 'the name of a check, for example "http.can_connect"');
    return { kind: 'opaque', text: reader.text, span: { from: 0, to: reader.text.length } };
  }
  return { kind: 'check', check, methods: readMethods(reader), span: { from: 0, to: reader.at } };
}

function readComparison(reader: Reader): Comparison | undefined {
  if (/[)}\]]/.test(reader.peek())) {
    reader.fault('unopened', { from: reader.at, to: reader.at + 1 }, reader.peek());
    reader.take(BEFORE_COMPARISON);
  }
  const operator = reader.take(COMPARED);
  if (!operator) {
    reader.faultHere('missing', 'a comparison, for example > 10');
    return undefined;
  }
  if (!OPERATOR.test(operator.text)) reader.fault('doubled', operator.span, operator.text);
  const again = reader.take(COMPARED);
  if (again) reader.fault('doubled', again.span, again.text);
  const dynamic = reader.take(DYNAMIC);
  const limit = dynamic ?? reader.take(LIMIT);
  if (limit) {
    const read = dynamic ?? { kind: 'number' as const, text: limit.text, span: limit.span };
    return { kind: 'comparison', operator, limit: read, span: { from: operator.span.from, to: reader.at } };
  }
  const almost = reader.take(ALMOST_LIMIT);
  if (almost) reader.fault('bad_number', almost.span, almost.text);
  else reader.faultHere('missing', 'a number to compare with');
  const { from } = operator.span;
  const word: Word = almost ?? { kind: 'word', text: '', span: { from: reader.at, to: reader.at } };
  return { kind: 'comparison', operator, limit: word, span: { from, to: reader.at } };
}

function readOr(reader: Reader, depth: number): Expression {
  let left = readAnd(reader, depth);
  for (let operator = reader.take(OR); operator; operator = reader.take(OR)) {
    if (operator.text === '|') reader.fault('unexpected', operator.span, '|');
    const right = readAnd(reader, depth);
    left = { kind: 'binary', operator, left, right, span: { from: left.span.from, to: right.span.to } };
  }
  return left;
}

function readAnd(reader: Reader, depth: number): Expression {
  let left = readMember(reader, depth);
  for (let operator = reader.take(AND); operator; operator = reader.take(AND)) {
    if (operator.text === '&') reader.fault('unexpected', operator.span, '&');
    const right = readMember(reader, depth);
    left = { kind: 'binary', operator, left, right, span: { from: left.span.from, to: right.span.to } };
  }
  return left;
}

function readMember(reader: Reader, depth: number): Expression {
  const from = (reader.skipBlanks(), reader.at);
  const not = reader.peek() === '!' ? reader.take(/!/y) : undefined;
  if (not && depth <= MAX_DEPTH) {
    const operand = readMember(reader, depth + 1);
    return { kind: 'unary', operator: not, operand, span: { from, to: reader.at } };
  }
  if (depth <= MAX_DEPTH && reader.takeSign('(')) {
    const inner = readOr(reader, depth + 1);
    if (!reader.takeSign(')')) reader.fault('unclosed', { from, to: from + 1 }, '(');
    return { kind: 'group', inner, methods: [], span: { from, to: reader.at } };
  }
  const id = reader.take(ID);
  if (id) return { kind: 'number', text: id.text, span: id.span };
  const reference = reader.take(REFERENCE);
  if (reference) return reference;
  const other = reader.take(NOT_AN_ID);
  if (other) {
    reader.fault('bad_id', other.span, other.text);
    return other;
  }
  reader.faultHere('missing', 'a monitor id');
  return { kind: 'unread', text: '', span: { from, to: from } };
}
