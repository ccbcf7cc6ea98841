import type { MonitorRule } from '../monitor-view.ts';
import { MATCHES } from './match-without-values.ts';

const BRACES = /^\{{2,3}([^{}]+)\}{2,3}$/;

export const matchVariable: MonitorRule = {
  code: 'match_variable',
  severity: 'warning',
  summary: 'A comparison in the message names its variable in another way than by its name in quotes.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "⟦{{host.name}}⟧" "web"}} Look at once. {{/is_match}}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "host.name" "web"}} Look at once. {{/is_match}}
`,
  check: ({ textParts }) =>
    textParts.values().flatMap(({ path, part }) => {
      if (part.kind !== 'block' || !MATCHES.includes(part.name)) return [];
      const [variable, ...values] = part.args;
      if (!variable || values.length === 0) return [];
      const { span, quote, text } = variable;
      const named = BRACES.exec(text)?.[1]?.trim();
      if (named === '' || (quote !== '' && named === undefined)) return [];
      const name = named ?? text;
      const written = quote === '' ? `"${name}"` : name;
      return [
        {
          path,
          span,
          message: `{{#${part.name}}} looks the variable up by the name in quotes: this holds for no group.`,
          hint: `Write "${name}".`,
          fix: { title: `Write "${name}"`, edits: [{ path, span, text: written }] },
        },
      ];
    }),
};
