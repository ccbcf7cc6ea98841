import type { Variable } from '../../../language/message/message-syntax.ts';
import { meantWord } from '../../meant-word.ts';
import { needOf, PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { hasKey, tagKeyOf, variableKeysOf } from '../variable-keys.ts';
import type { Hit, Path } from '../../rule.ts';

/** A name alone; names with dots may be of any event. */
const ALONE = /^@?[\w/-]+$/;

/** In these, names are of the item: docs, synthetics/notifications/advanced_notifications. */
const OF_ITEMS: ReadonlySet<string> = new Set(['each', 'with']);

/** Variables of messages. */
export const MESSAGE_VARIABLE_RULES: readonly MonitorRule[] = [
  {
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
          hint:
            keys.size === 0 ? `Add by {${key}} to the query.` : `It is grouped by ${[...keys].join(', ')}.`,
        }));
    },
  },
  {
    code: 'unknown_variable',
    severity: 'warning',
    summary: 'The message has a variable that Datadog does not know.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is at ⟦{{vlaue}}⟧.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is at {{value}}.
`,
    check: (view) => {
      const unknown = view.textParts.flatMap(({ path, part, within }) =>
        part.kind === 'variable' &&
        ALONE.test(part.name) &&
        !PLAIN_VARIABLES.has(part.name) &&
        !within.some(({ block }) => OF_ITEMS.has(block.name))
          ? [{ path, part }]
          : [],
      );
      // A composite has the variables of its members.
      if (unknown.length === 0 || view.type === 'composite') return [];
      const keys = variableKeysOf(view) ?? new Set<string>();
      return unknown.values().map(({ path, part }) => hitOf(part, path, keys));
    },
  },
  {
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
  },
];

function hitOf(variable: Variable, path: Path, keys: ReadonlySet<string>): Hit {
  const { name, span, braces } = variable;
  const meant = hasKey(keys, name) ? `${name}.name` : meantWord(name, PLAIN_VARIABLES);
  return {
    path,
    span,
    message: hasKey(keys, name)
      ? `{{${name}}} is not the value of the tag ${name}.`
      : `Datadog documents no variable {{${name}}}: it will be empty.`,
    ...(meant === undefined
      ? { hint: 'The value of a tag that the monitor is grouped by is {{key.name}}.' }
      : {
          hint: `Write {{${meant}}}.`,
          fix: {
            title: `Write {{${meant}}}`,
            edits: [{ path, span, text: `${'{'.repeat(braces)}${meant}${'}'.repeat(braces)}` }],
          },
        }),
  };
}
