import type { MonitorRule } from '../monitor-view.ts';

/** Blocks that compare a variable with texts. */
export const MATCHES: readonly string[] = ['is_match', 'is_exact_match'];

export const matchWithoutValues: MonitorRule = {
  code: 'match_without_values',
  severity: 'error',
  summary: 'A comparison in the message lacks what it compares, or with what.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. ⟦{{#is_match "host.name"}}⟧ Look at once. {{/is_match}}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "host.name" "web"}} Look at once. {{/is_match}}
`,
  check: ({ textParts }) =>
    textParts.values().flatMap(({ path, part }) => {
      if (part.kind !== 'block' || !MATCHES.includes(part.name) || part.args.length > 1) return [];
      return [
        {
          path,
          span: part.span,
          message: `{{#${part.name}}} compares nothing: it needs a variable and a text to look for.`,
          hint: `Write {{#${part.name} "host.name" "web"}}.`,
        },
      ];
    }),
};
