import { isObject } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';

/** Datadog's OpenAPI document, `DashboardTab`. */
const MOST_TABS = 100;
const LONGEST_NAME = 100;

export const tabLimits: DashboardRule = {
  code: 'tab_limits',
  severity: 'error',
  summary: 'A dashboard has more than 100 tabs, or a tab a name of more than 100 characters.',
  bad: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: ⟦${'Overview and more '.repeat(6)}here⟧
    widget_ids: []
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: []
widgets: []
`,
  check: ({ dashboard: { tabs } }) => {
    if (!Array.isArray(tabs)) return [];
    const long = tabs.flatMap((tab, at): Hit[] => {
      if (!isObject(tab) || typeof tab['name'] !== 'string') return [];
      const length = [...tab['name']].length;
      if (length <= LONGEST_NAME) return [];
      return [
        {
          path: ['tabs', at, 'name'],
          message: `Datadog refuses the dashboard: the name of a tab has at most ${LONGEST_NAME} characters, and this one ${length}.`,
          hint: 'Shorten the name.',
        },
      ];
    });
    if (tabs.length <= MOST_TABS) return long;
    const message = `Datadog refuses the dashboard: it has at most ${MOST_TABS} tabs, and here are ${tabs.length}.`;
    return [{ path: ['tabs', MOST_TABS], message, hint: 'Join tabs.' }, ...long];
  },
};
