import type { Variable } from '../../../language/message/message-syntax.ts';
import { suggestWord } from '../../nearest.ts';
import { unmetRequirement, PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { hasKey, tagKeyOf, variableKeysOf } from '../group-keys.ts';
import type { Violation, Path } from '../../rule.ts';

/** A name without dots. A name with dots may be an attribute of any event. */
const NAME_WITHOUT_DOTS = /^@?[\w/-]+$/;

/** A facet with dots, which Datadog reads only in brackets: `{{[@http.status_code].name}}` (docs, monitors/notify/variables). */
const DOTTED_FACET = /^@[\w/-]+(?:\.[\w/-]+)+$/;

/** Blocks in which names refer to the item: Datadog docs, synthetics/notifications/advanced_notifications. */
const ITEM_BLOCKS: ReadonlySet<string> = new Set(['each', 'with']);

const BRACKETS = 'Use {{[@facet.with.dots].name}}, and group by this facet.';

/** Rules about variables in messages. */
export const MESSAGE_VARIABLE_RULES: readonly MonitorRule[] = [
  {
    code: 'ungrouped_variable',
    severity: 'warning',
    summary: 'A variable in the message refers to a tag that the monitor is not grouped by.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of ⟦{{pod_name.name}}⟧ is high.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of {{host.name}} is high.
`,
    check: (view) => {
      const tagVariables = view.templateParts.flatMap(({ path, part }) => {
        const key = part.kind === 'variable' ? tagKeyOf(part.name) : undefined;
        return part.kind === 'variable' && key !== undefined ? [{ path, part, key }] : [];
      });
      const keys = tagVariables.length > 0 ? variableKeysOf(view) : undefined;
      if (keys === undefined) return [];
      return tagVariables
        .values()
        .filter(({ key }) => !hasKey(keys, key))
        .map(({ path, part, key }) => ({
          path,
          span: part.span,
          message: `{{${part.name}}} is always empty: the monitor is not grouped by ${key}.`,
          hint:
            keys.size === 0
              ? `Add by {${key}} to the query.`
              : `The monitor is grouped by ${[...keys].join(', ')}.`,
        }));
    },
  },
  {
    code: 'unknown_variable',
    severity: 'warning',
    summary: 'The message has an unknown variable.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is at ⟦{{vlaue}}⟧.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is at {{value}}.
`,
    check: (view) => {
      const unknown = view.templateParts.flatMap(({ path, part, within }) =>
        part.kind === 'variable' &&
        (NAME_WITHOUT_DOTS.test(part.name) || isDottedFacet(part.name)) &&
        !PLAIN_VARIABLES.has(part.name) &&
        !within.some(({ block }) => ITEM_BLOCKS.has(block.name))
          ? [{ path, part }]
          : [],
      );
      // A composite can use the variables of its members.
      if (unknown.length === 0 || view.type === 'composite') return [];
      const keys = variableKeysOf(view) ?? new Set<string>();
      return unknown.values().map(({ path, part }) => unknownVariable(part, path, keys));
    },
  },
  {
    code: 'variable_unavailable',
    severity: 'warning',
    summary: 'The message uses a variable that this type of monitor does not provide.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is high: ⟦{{log.message}}⟧'
`,
    good: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 2
message: 'There are errors: {{log.message}}'
`,
    check: (view) =>
      view.templateParts.values().flatMap(({ path, part }) => {
        const requirement = part.kind === 'variable' ? unmetRequirement(part.name, view) : undefined;
        if (part.kind !== 'variable' || requirement === undefined) return [];
        return [
          {
            path,
            span: part.span,
            message: `{{${part.name}}} is always empty: it requires ${requirement}.`,
            hint: 'Remove it, or use a variable that this monitor has, such as {{value}}.',
          },
        ];
      }),
  },
];

/** Returns whether a name is a facet with dots and without brackets. `@kind.name` is the variable of the facet `@kind`. */
function isDottedFacet(name: string): boolean {
  return DOTTED_FACET.test(name) && !name.endsWith('.name');
}

/** Returns the variable that was meant, if it is certain. */
function meantVariable(name: string, keys: ReadonlySet<string>): string | undefined {
  if (!isDottedFacet(name)) return hasKey(keys, name) ? `${name}.name` : suggestWord(name, PLAIN_VARIABLES);
  return keys.has(name) ? `[${name}].name` : undefined;
}

function unknownVariable(variable: Variable, path: Path, keys: ReadonlySet<string>): Violation {
  const { name, span, braces } = variable;
  const meant = meantVariable(name, keys);
  return {
    path,
    span,
    message: isDottedFacet(name)
      ? `{{${name}}} is always empty: a facet with dots is written in brackets.`
      : hasKey(keys, name)
        ? `{{${name}}} is not the value of the tag ${name}.`
        : `{{${name}}} is not a documented variable: it is always empty.`,
    ...(meant === undefined
      ? { hint: isDottedFacet(name) ? BRACKETS : 'Use {{key.name}} for the value of a group tag.' }
      : {
          hint: `Use {{${meant}}}.`,
          fix: {
            title: `Change to {{${meant}}}`,
            edits: [{ path, span, text: `${'{'.repeat(braces)}${meant}${'}'.repeat(braces)}` }],
          },
        }),
  };
}
