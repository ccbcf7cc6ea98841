import { argumentNumber } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { thresholdOf } from '../option-values.ts';

/** The maximum number of results that a service check evaluates. */
const MAX_RESULTS = 100;

const COUNT_THRESHOLDS = ['critical', 'warning', 'ok'];

/** Rules about service checks. */
export const SERVICE_CHECK_RULES: readonly MonitorRule[] = [
  {
    code: 'check_count',
    severity: 'error',
    summary: 'The number of results that a service check evaluates is invalid.',
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
      const evaluated = argumentNumber(last) ?? 0;
      if (!Number.isInteger(evaluated) || evaluated < 1)
        return [
          {
            path: ['query'],
            span: last.span,
            message:
              'Datadog rejects the query: last() takes the number of check results to evaluate, 1 or more.',
            hint: 'Use one more than the largest threshold, for example last(4).',
          },
        ];
      const percent = query.methods.some(({ name }) => name.text === 'pct_by_status');
      const required = COUNT_THRESHOLDS.map((name) => ({ name, count: thresholdOf(thresholds, name) ?? 0 }));
      const max = required.reduce((a, b) => (b.count > a.count ? b : a));
      if (evaluated > MAX_RESULTS)
        return [
          {
            path: ['query'],
            span: last.span,
            message: `Datadog evaluates at most ${MAX_RESULTS} results of a check, not ${evaluated}.`,
          },
        ];
      if (percent || evaluated >= max.count) return [];
      return [
        {
          path: ['query'],
          span: last.span,
          message: `Datadog rejects the monitor: the threshold ${max.name} needs ${max.count} results, but the query evaluates the last ${evaluated}.`,
          hint: `Use last(${max.count + 1}).`,
        },
      ];
    },
  },
  {
    code: 'check_without_group',
    severity: 'warning',
    summary: 'A service check has no groups.',
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
                'Datadog may reject the query ("A grouping must be specified") or mix the results of all hosts.',
              hint: 'Add .by("host"), or .by("*") for every tag of the check.',
            },
          ]
        : [],
  },
];
