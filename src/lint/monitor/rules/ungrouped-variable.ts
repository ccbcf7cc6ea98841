import { allParts } from '../../../language/message/parse-message.ts';
import { tagsIn } from '../../../language/query/walk-query.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';

const TAG_VARIABLE = /^\[?([\w@/-][\w.@/-]*?)(?:\.name\]|\]?\.name)$/;

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
  check: ({ parsed, parts, message }) => {
    if (parsed.query.kind !== 'metric' || parsed.faults.length > 0 || message === undefined) return [];
    const keys = keysOf(parts);
    return [...allParts(message.parts)].flatMap((part) => {
      if (part.kind !== 'variable') return [];
      const key = TAG_VARIABLE.exec(part.name)?.[1];
      if (key === undefined || [key, key.toLowerCase(), `${key}.name`].some((name) => keys.has(name)))
        return [];
      return [
        {
          path: ['message'],
          span: part.span,
          message: `{{${part.name}}} will be empty: the monitor is not grouped by ${key}.`,
          hint:
            keys.size === 0 ? `Add by {${key}} to the query.` : `It is grouped by ${[...keys].join(', ')}.`,
        },
      ];
    });
  },
};

/** The keys of a metric query's groups and of what its scopes fix. */
function keysOf(parts: MonitorView['parts']): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const part of parts) {
    if (part.kind !== 'series') continue;
    for (const { text } of part.groupBy?.keys ?? []) keys.add(text);
    for (const tag of tagsIn(part.filter)) {
      const key = tag.kind === 'in' ? tag.key.text : tag.text.split(':', 1)[0];
      if (key !== undefined && key !== '') keys.add(key);
    }
  }
  return keys;
}
