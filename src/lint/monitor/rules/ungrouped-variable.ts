import type { MonitorRule } from '../monitor-view.ts';
import { hasKey, tagKeyOf, variableKeysOf } from '../variable-keys.ts';

export const ungroupedVariable: MonitorRule = {
  code: 'ungrouped_variable',
  severity: 'warning',
  summary: 'A variable of the message stands for a tag that the monitor is not grouped by.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of ⟦{{pod_name.name}}⟧ is high.
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of {{host.name}} is high.
`,
  check: (view) => {
    const named = view.textParts.flatMap(({ path, part }) => {
      const key = part.kind === 'variable' ? tagKeyOf(part.name) : undefined;
      return part.kind === 'variable' && key !== undefined ? [{ path, part, key }] : [];
    });
    const keys = named.length > 0 ? variableKeysOf(view) : undefined;
    if (keys === undefined) return [];
    return named
      .values()
      .filter(({ key }) => !hasKey(keys, key))
      .map(({ path, part, key }) => ({
        path,
        span: part.span,
        message: `{{${part.name}}} will be empty: the monitor is not grouped by ${key}.`,
        hint: keys.size === 0 ? `Add by {${key}} to the query.` : `It is grouped by ${[...keys].join(', ')}.`,
      }));
  },
};
