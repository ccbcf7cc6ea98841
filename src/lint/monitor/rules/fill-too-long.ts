import { argumentNumber } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Seconds that monitors fill at most: docs, dashboards/functions/interpolation. */
const MOST = 600;

export const fillTooLong: MonitorRule = {
  code: 'fill_too_long',
  severity: 'warning',
  summary: 'Gaps are to be filled that are longer than monitors fill.',
  bad: `type: query alert
query: avg(last_1h):avg:system.load.1{*}.fill(last, ⟦3600⟧) > 1
`,
  good: `type: query alert
query: avg(last_1h):avg:system.load.1{*}.fill(last, 600) > 1
`,
  check: ({ methods }) =>
    methods.values().flatMap(({ name, args }) => {
      if (name.text !== 'fill') return [];
      const limit = args[1];
      const seconds = argumentNumber(limit);
      if (limit === undefined || seconds === undefined || seconds <= MOST) return [];
      return [
        {
          path: ['query'],
          span: limit.span,
          message: `Gaps stay where they are longer than ${MOST} seconds: a monitor fills no more.`,
          hint: `Write ${MOST} or less.`,
          fix: { title: `Write ${MOST}`, edits: [{ path: ['query'], span: limit.span, text: String(MOST) }] },
        },
      ];
    }),
};
