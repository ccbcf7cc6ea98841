import type { MonitorRule } from '../monitor-view.ts';

/** With default_zero() data is never missing, and the other behaviours are not to be had: docs, monitors/configuration. */
export const defaultZeroNeverMissing: MonitorRule = {
  code: 'default_zero_never_missing',
  severity: 'error',
  summary: 'The query fills missing data with zeros, and the options say what happens where it is missing.',
  bad: `type: query alert
query: sum(last_5m):default_zero(sum:web.errors{*}.as_count()) > 2
options: {on_missing_data: ⟦show_no_data⟧}
`,
  good: `type: query alert
query: sum(last_5m):default_zero(sum:web.errors{*}.as_count()) > 2
options: {on_missing_data: default}
`,
  check: ({ calls, options }) => {
    const on = options['on_missing_data'];
    if (typeof on !== 'string' || on === 'default') return [];
    if (!calls.some(({ name }) => name.text === 'default_zero')) return [];
    return [
      {
        path: ['options', 'on_missing_data'],
        message: `Datadog refuses on_missing_data: ${on} with default_zero() in the query, as data is then never missing.`,
        hint: 'Write default, or take default_zero() out of the query.',
        fix: {
          title: 'Write default',
          edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
        },
      },
    ];
  },
};
