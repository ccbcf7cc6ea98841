import { needOf } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const variableUnavailable: MonitorRule = {
  code: 'variable_unavailable',
  severity: 'warning',
  summary: 'The message has a variable that only another kind of monitor has.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is high: ⟦{{log.message}}⟧'
`,
  good: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 2
message: 'There are errors: {{log.message}}'
`,
  check: (view) =>
    view.textParts.values().flatMap(({ path, part }) => {
      const needs = part.kind === 'variable' ? needOf(part.name, view) : undefined;
      if (part.kind !== 'variable' || needs === undefined) return [];
      return [
        {
          path,
          span: part.span,
          message: `{{${part.name}}} will be empty: it is for ${needs}.`,
          hint: 'Leave it out, or write what this monitor knows, such as {{value}}.',
        },
      ];
    }),
};
