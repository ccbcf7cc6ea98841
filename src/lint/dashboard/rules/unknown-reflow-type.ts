import { meantWord } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';

const KNOWN = ['auto', 'fixed'];

export const unknownReflowType: DashboardRule = {
  code: 'unknown_reflow_type',
  severity: 'error',
  summary: 'The reflow type is neither auto nor fixed.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: ⟦fix⟧
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets: []
`,
  check: ({ dashboard: { reflow_type: type } }) => {
    if (type === undefined || type === null || (typeof type === 'string' && KNOWN.includes(type))) return [];
    const meant = typeof type === 'string' ? meantWord(type, KNOWN) : undefined;
    return [
      {
        path: ['reflow_type'],
        message: 'Datadog refuses the dashboard: reflow_type is auto or fixed.',
        hint:
          meant === undefined
            ? 'Write fixed where widgets have layouts, else auto.'
            : `Did you mean ${meant}?`,
        ...(meant === undefined
          ? {}
          : { fix: { title: `Write ${meant}`, edits: [{ path: ['reflow_type'], value: meant }] } }),
      },
    ];
  },
};
