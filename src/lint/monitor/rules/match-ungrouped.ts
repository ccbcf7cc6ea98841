import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { hasKey, tagKeyOf, variableKeysOf } from '../variable-keys.ts';
import { MATCHES } from './match-without-values.ts';

export const matchUngrouped: MonitorRule = {
  code: 'match_ungrouped',
  severity: 'warning',
  summary: 'A comparison in the message is about a tag that the monitor is not grouped by.',
  bad: `type: query alert
query: avg(last_5m):avg:container.cpu.usage{*} by {env} > 2
message: The load is high. {{#is_match "⟦pod_name.name⟧" "web"}} Look at once. {{/is_match}}
`,
  good: `type: query alert
query: avg(last_5m):avg:container.cpu.usage{*} by {env} > 2
message: The load is high. {{#is_match "env.name" "prod"}} Look at once. {{/is_match}}
`,
  check: (view) => {
    const compared = view.textParts.flatMap(({ path, part }) => {
      if (part.kind !== 'block' || !MATCHES.includes(part.name) || part.args.length < 2) return [];
      const [variable] = part.args;
      const key = variable?.quote ? keyOf(variable.text) : undefined;
      return variable && key !== undefined ? [{ path, span: variable.span, key }] : [];
    });
    const keys = compared.length > 0 ? variableKeysOf(view) : undefined;
    // Every tag of the host that alerts can be compared.
    if (keys === undefined || keys.has('host')) return [];
    return compared
      .values()
      .filter(({ key }) => !hasKey(keys, key))
      .map(({ path, span, key }) => ({
        path,
        span,
        message: `This is compared with nothing: the monitor is not grouped by ${key}.`,
        hint: keys.size === 0 ? `Add by {${key}} to the query.` : `It is grouped by ${[...keys].join(', ')}.`,
      }));
  },
};

/** The key that is compared: as a variable, or alone, as the documentation does once. */
function keyOf(text: string): string | undefined {
  return tagKeyOf(text) ?? (/^[a-z][\w-]*$/i.test(text) && !PLAIN_VARIABLES.has(text) ? text : undefined);
}
