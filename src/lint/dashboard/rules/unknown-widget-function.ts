import type { Word } from '../../../language/query/syntax.ts';
import { meantWord } from '../../meant-word.ts';
import { WIDGET_FUNCTIONS, isAmong } from '../../metric-functions.ts';
import type { Hit, Path } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { ReadExpression } from '../widget-requests.ts';

export const unknownWidgetFunction: DashboardRule = {
  code: 'unknown_widget_function',
  severity: 'warning',
  summary: 'A query or formula of a widget calls a function that Datadog does not document.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: ⟦derivatve⟧(avg:system.load.1{*})
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: derivative(avg:system.load.1{*})
`,
  *check({ queries, formulas }) {
    for (const { path, expressions } of queries) for (const read of expressions) yield* unknownIn(path, read);
    for (const { path, read } of formulas) yield* unknownIn(path, read);
  },
};

function* unknownIn(path: Path, { at, parts }: ReadExpression): Iterable<Hit> {
  for (const node of parts) {
    if (node.kind !== 'call') continue;
    // In a formula, what stands before the dot is a query.
    const name = node.name.text.slice(node.name.text.indexOf('.') + 1);
    if (isAmong(WIDGET_FUNCTIONS, name)) continue;
    yield hit(path, at, name, node.name);
  }
}

function hit(path: Path, at: number, name: string, { span }: Word): Hit {
  const meant = meantWord(name, WIDGET_FUNCTIONS);
  const place = { from: at + span.to - name.length, to: at + span.to };
  return {
    path,
    span: place,
    message: `The widget shows an error instead of data where Datadog has no function "${name}"; it documents none.`,
    ...(meant === undefined
      ? {}
      : {
          hint: `Did you mean ${meant}?`,
          fix: { title: `Write ${meant}`, edits: [{ path, span: place, text: meant }] },
        }),
  };
}
