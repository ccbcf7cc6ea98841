import type { Span } from '../../../language/query/syntax.ts';
import { tagsIn } from '../../../language/query/walk-query.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { searchesOf } from '../searches.ts';

/** `$env`, `$env.value`, `host:$host`. */
const VARIABLE = /(?:^|[:!-])(\$[A-Za-z_][\w.]*)/;

export const dashboardVariable: MonitorRule = {
  code: 'dashboard_variable',
  severity: 'error',
  summary: 'The query has a variable of a dashboard in it.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{⟦$env⟧} > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{env:prod} > 1
`,
  check: (view) => {
    if (!view.query.includes('$') && view.variables.length === 0) return [];
    const places: { text: string; span: Span; path: readonly (string | number)[] }[] = [];
    const look = (text: string, span: Span, path: readonly (string | number)[] = ['query']) => {
      const found = VARIABLE.exec(text);
      const [whole, name] = found ?? [];
      if (found === null || whole === undefined || name === undefined) return;
      const from = span.from + found.index + whole.length - name.length;
      places.push({ text: name, span: { from, to: from + name.length }, path });
    };
    for (const { metric, filter, groupBy } of view.series) {
      look(metric.text, metric.span);
      for (const tag of tagsIn(filter)) {
        if (tag.kind === 'tag') look(tag.text, tag.span);
        else for (const value of tag.values) look(value.text, value.span);
      }
      for (const key of groupBy?.keys ?? []) look(key.text, key.span);
    }
    for (const { path, search, spanOf } of searchesOf(view))
      for (const { text, span } of search.terms) look(text, spanOf(span), path);
    return places.values().map(({ text, span, path }) => ({
      path,
      span,
      message: `The monitor watches nothing, or Datadog refuses it: ${text} is a variable of dashboards, and a monitor has none.`,
      hint: 'Write the value itself.',
    }));
  },
};
