import { meantWord } from '../../meant-word.ts';
import type { Hit, Path } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const unknownChoice: DashboardRule = {
  code: 'unknown_choice',
  severity: 'warning',
  summary: 'A member holds a word that is none of those Datadog documents for it.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          display_type: ⟦lines⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          display_type: line
`,
  *check({ parts }) {
    for (const { path, object, what, members } of parts) {
      for (const name of Object.keys(object)) {
        const value = object[name];
        const known = typeof value === 'string' ? members.get(name)?.kind : undefined;
        if (typeof value !== 'string' || known === undefined || typeof known === 'string') continue;
        if (!known.includes(value)) yield hit([...path, name], value, known, `${name} of ${what}`);
      }
    }
  },
};

function hit(path: Path, value: string, known: readonly string[], member: string): Hit {
  const meant = meantWord(value, known);
  return {
    path,
    message: `Datadog documents no "${value}" as ${member}: it refuses the dashboard where it does not know it.`,
    hint: meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${meant}?`,
    ...(meant === undefined ? {} : { fix: { title: `Write ${meant}`, edits: [{ path, value: meant }] } }),
  };
}
