import { meantWord } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';

/** Datadog's OpenAPI document, `WidgetTimeWindows`. */
const WINDOWS = [
  '7d',
  '30d',
  '90d',
  'week_to_date',
  'previous_week',
  'month_to_date',
  'previous_month',
  'global_time',
];

export const sloWindow: DashboardRule = {
  code: 'slo_window',
  severity: 'warning',
  summary: 'An SLO widget shows a window of time that Datadog does not document.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
      time_windows:
        - ⟦14d⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
      time_windows:
        - 7d
`,
  check: ({ definitions }) =>
    definitions.values().flatMap(({ path, definition: { time_windows: windows }, type }) => {
      if (type !== 'slo' || !Array.isArray(windows)) return [];
      return windows.flatMap((window, at) => {
        if (typeof window !== 'string' || WINDOWS.includes(window)) return [];
        const meant = meantWord(window, WINDOWS.slice(3));
        return [
          {
            path: [...path, 'time_windows', at],
            message: `Datadog documents no window "${window}" of an SLO: it refuses the dashboard where it does not know it.`,
            hint: meant === undefined ? `Known are ${WINDOWS.join(', ')}.` : `Did you mean ${meant}?`,
          },
        ];
      });
    }),
};
