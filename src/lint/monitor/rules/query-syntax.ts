import type { SyntaxFault } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** What each kind of fault means to the person who wrote the query. */
const SENTENCES: Readonly<Record<SyntaxFault['code'], (what: string) => string>> = {
  unclosed: (what) => `The ${what} here is never closed, so Datadog refuses the query.`,
  unopened: (what) => `The ${what} here closes nothing, so Datadog refuses the query.`,
  missing: (what) => `Datadog refuses the query: ${what} is missing here.`,
  unexpected: (what) => `Datadog refuses the query: "${what}" has no place here.`,
  bad_number: (what) => `Datadog refuses the query: "${what}" is no number.`,
  bad_id: (what) => `Datadog refuses the query: "${what}" is no id of a monitor.`,
  doubled: (what) => `Datadog refuses the query: "${what}" is no operator.`,
  unterminated_text: (what) =>
    `The text that begins here has no closing ${what}, so Datadog refuses the query.`,
  uneven_quotes: (what) =>
    `In or after the text here a ${what} is missing or one too many, so Datadog refuses the query.`,
};
/** More of the text in a sentence helps nobody. */
const LONGEST = 60;
const HINTS: Readonly<Partial<Record<SyntaxFault['code'], string>>> = {
  bad_number: 'Write numbers as in 0.5, -2 or 1e6.',
  bad_id: 'Ids are digits alone; in a document, ${monitor:key} names another monitor of it.',
  doubled: 'The comparisons are >, >=, <, <=, == and !=.',
};

/** What a fault does to the monitor, and what to do. */
export function sentenceOf({ code, what }: SyntaxFault): Pick<Hit, 'message' | 'hint'> {
  const hint = HINTS[code];
  const shown = what.length > LONGEST ? `${what.slice(0, LONGEST)}...` : what;
  return { message: SENTENCES[code](shown), ...(hint === undefined ? {} : { hint }) };
}

export const querySyntax: MonitorRule = {
  code: 'query_syntax',
  severity: 'error',
  summary: 'The query cannot be read.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1⟦{⟧host:a > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{host:a} > 1
`,
  check: ({ parsed }) =>
    parsed.faults.values().map((fault) => ({ path: ['query'], span: fault.span, ...sentenceOf(fault) })),
};
