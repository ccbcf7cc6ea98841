import { isObject, type Json, numberText } from '../../../domain/json.ts';
import type { Hit, RuleFix } from '../../rule.ts';
import type { Path } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { MemberKind } from '../member-table.ts';

const HOLDS: Readonly<Record<Exclude<MemberKind, readonly string[]>, (value: Json) => boolean>> = {
  any: () => true,
  text: (value) => typeof value === 'string',
  // A text that is a number passes: Datadog reads it.
  number: (value) =>
    numberText(value) !== undefined || (typeof value === 'string' && value !== '' && !isNaN(Number(value))),
  flag: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: isObject,
};
const WANTED: Readonly<Record<keyof typeof HOLDS, string>> = {
  any: 'anything',
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  list: 'a list',
  object: 'an object',
};

export const memberType: DashboardRule = {
  code: 'member_type',
  severity: 'error',
  summary: 'A member holds another kind of value than Datadog takes.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: alert_value
      alert_id: ⟦895605⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: alert_value
      alert_id: "895605"
`,
  *check({ parts }) {
    for (const { path, object, what, members } of parts) {
      for (const name of Object.keys(object)) {
        const kind = members.get(name)?.kind;
        const value = object[name];
        // Nobody has seen what Datadog makes of null.
        if (kind === undefined || value == null) continue;
        const wanted = typeof kind === 'string' ? kind : 'text';
        if (!HOLDS[wanted](value)) yield hit([...path, name], value, wanted, `${name} of ${what}`);
      }
    }
  },
};

function hit(path: Path, value: Json, wanted: keyof typeof HOLDS, member: string): Hit {
  const fix = fixFor(path, value, wanted);
  return {
    path,
    message: `Datadog refuses the dashboard: ${member} must be ${WANTED[wanted]}.`,
    hint: wanted === 'text' && fix ? 'Put it in quotes.' : `Write ${WANTED[wanted]}.`,
    ...(fix === undefined ? {} : { fix }),
  };
}

function fixFor(path: Path, value: Json, wanted: keyof typeof HOLDS): RuleFix | undefined {
  const spelling = numberText(value) ?? (typeof value === 'boolean' ? String(value) : undefined);
  if (wanted === 'text' && spelling !== undefined)
    return { title: 'Put it in quotes', edits: [{ path, value: spelling }] };
  if (wanted === 'flag' && (value === 'true' || value === 'false'))
    return { title: 'Leave the quotes out', edits: [{ path, value: value === 'true' }] };
  return undefined;
}
