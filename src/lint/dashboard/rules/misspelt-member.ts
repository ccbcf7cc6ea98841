import { meantWord } from '../../meant-word.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardPart } from '../dashboard-parts.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const misspeltMember: DashboardRule = {
  code: 'misspelt_member',
  severity: 'warning',
  summary: 'A member has nearly the name of one that Datadog knows.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
      backgroud_color: ⟦yellow⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
      background_color: yellow
`,
  check: ({ parts }) => parts.values().flatMap(misspeltIn),
};

function misspeltIn({ path, object, what, members }: DashboardPart): Hit[] {
  const unknown = Object.keys(object).filter((name) => !members.has(name));
  if (unknown.length === 0) return [];
  const absent = [...members.keys()].filter((name) => !Object.hasOwn(object, name));
  return unknown.flatMap((name) => {
    const meant = meantWord(name, absent);
    const value = object[name];
    if (meant === undefined || value === undefined) return [];
    return [
      {
        path: [...path, name],
        message: `Datadog knows no "${name}" in ${what}: it refuses it, or leaves it unread.`,
        hint: `Did you mean ${meant}?`,
        fix: {
          title: `Call it ${meant}`,
          edits: [
            { path: [...path, name], remove: true },
            { path: [...path, meant], value },
          ],
        },
      },
    ];
  });
}
