import type { SyntaxFault } from '../../../language/query/syntax.ts';
import type { DashboardRule } from '../dashboard-view.ts';

/** What each kind of fault means to the person who wrote the query. */
const SENTENCES: Readonly<Record<SyntaxFault['code'], (what: string) => string>> = {
  unclosed: (what) => `the ${what} here is never closed.`,
  unopened: (what) => `the ${what} here closes nothing.`,
  missing: (what) => `${what} is missing here.`,
  unexpected: (what) => `"${what}" has no place here.`,
  bad_number: (what) => `"${what}" is no number.`,
  bad_id: (what) => `"${what}" is no id.`,
  doubled: (what) => `"${what}" is no operator.`,
  unterminated_text: (what) => `the text that begins here has no closing ${what}.`,
  uneven_quotes: (what) => `in or after the text here a ${what} is missing or one too many.`,
};
/** More faults of one query help nobody. */
const MOST_FAULTS = 50;
/** More of the text in a sentence helps nobody. */
const LONGEST = 60;

/** What a fault does to the widget. */
export function sentenceOf({ code, what }: SyntaxFault): string {
  const shown = what.length > LONGEST ? `${what.slice(0, LONGEST)}...` : what;
  return `The widget shows an error instead of data: ${SENTENCES[code](shown)}`;
}

export const widgetQuerySyntax: DashboardRule = {
  code: 'widget_query_syntax',
  severity: 'error',
  summary: 'A metric query of a widget cannot be read.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1⟦{⟧host:a
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{host:a}, avg:system.load.5{host:a}
`,
  check: ({ queries }) =>
    queries.values().flatMap(({ path, expressions }) =>
      expressions
        .flatMap(({ at, faults }) =>
          faults.map((fault) => ({
            path,
            span: { from: at + fault.span.from, to: at + fault.span.to },
            message: sentenceOf(fault),
          })),
        )
        .slice(0, MOST_FAULTS),
    ),
};
