import { argumentNumber } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { thresholdOf } from '../thresholds.ts';

/** A service check keeps so many results at most. */
const MOST = 100;

const COUNTED = ['critical', 'warning', 'ok'];

/** Service checks. */
export const SERVICE_CHECK_RULES: readonly MonitorRule[] = [
  {
    code: 'check_count',
    severity: 'error',
    summary: 'A service check is asked for more results than it keeps, or for none.',
    bad: `type: service check
query: '"http.can_connect".over("*").by("host").last(⟦2⟧).count_by_status()'
options:
  thresholds: {critical: 3, warning: 1, ok: 1}
`,
    good: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
options:
  thresholds: {critical: 3, warning: 1, ok: 1}
`,
    check: ({ parsed: { query }, thresholds }) => {
      if (query.kind !== 'check') return [];
      const last = query.methods.find(({ name }) => name.text === 'last')?.args[0];
      if (last === undefined) return [];
      const kept = argumentNumber(last) ?? 0;
      if (!Number.isInteger(kept) || kept < 1)
        return [
          {
            path: ['query'],
            span: last.span,
            message:
              'Datadog refuses the query: last() takes how many results of the check are looked at, 1 or more.',
            hint: 'Write one more than the biggest threshold, as in last(4).',
          },
        ];
      const percent = query.methods.some(({ name }) => name.text === 'pct_by_status');
      const asked = COUNTED.map((name) => ({ name, count: thresholdOf(thresholds, name) ?? 0 }));
      const max = asked.reduce((a, b) => (b.count > a.count ? b : a));
      if (kept > MOST)
        return [
          {
            path: ['query'],
            span: last.span,
            message: `Datadog keeps ${MOST} results of a check at most, not ${kept}.`,
          },
        ];
      if (percent || kept >= max.count) return [];
      return [
        {
          path: ['query'],
          span: last.span,
          message: `Datadog refuses the monitor: ${max.name} asks for ${max.count} results, and the query looks at the last ${kept}.`,
          hint: `Write last(${max.count + 1}).`,
        },
      ];
    },
  },
  {
    code: 'check_without_group',
    severity: 'warning',
    summary: 'A service check is grouped by nothing.',
    bad: `type: service check
query: '⟦"http.can_connect"⟧.over("*").last(4).count_by_status()'
`,
    good: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
`,
    check: ({ parsed: { query, faults } }) =>
      query.kind === 'check' && faults.length === 0 && !query.methods.some(({ name }) => name.text === 'by')
        ? [
            {
              path: ['query'],
              span: query.check.span,
              message:
                'Datadog may refuse it ("A grouping must be specified"), or mixes the results of all hosts.',
              hint: 'Add .by("host"), or .by("*") for every tag of the check.',
            },
          ]
        : [],
  },
];
