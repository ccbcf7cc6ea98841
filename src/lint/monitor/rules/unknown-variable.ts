import { meantWord } from '../../meant-word.ts';
import type { Hit, Path } from '../../rule.ts';
import type { Variable } from '../../../language/message/message-syntax.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { hasKey, variableKeysOf } from '../variable-keys.ts';

/** A name alone; names with dots may be of any event. */
const ALONE = /^@?[\w/-]+$/;
/** In these, names are of the item: docs, synthetics/notifications/advanced_notifications. */
const OF_ITEMS: ReadonlySet<string> = new Set(['each', 'with']);

export const unknownVariable: MonitorRule = {
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
};

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
