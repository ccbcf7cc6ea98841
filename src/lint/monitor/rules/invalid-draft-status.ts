import { nearest } from '../../nearest.ts';
import type { MonitorRule } from '../monitor-view.ts';

const KNOWN: readonly string[] = ['draft', 'published'];

export const invalidDraftStatus: MonitorRule = {
  code: 'invalid_draft_status',
  severity: 'error',
  summary: 'A monitor is a draft, or it is published.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: ⟦publish⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: published
`,
  check: ({ monitor: { draft_status: status } }) => {
    if (status == null || (typeof status === 'string' && KNOWN.includes(status))) return [];
    const meant = typeof status === 'string' ? nearest(status, KNOWN) : undefined;
    return [
      {
        path: ['draft_status'],
        message: `Datadog refuses the monitor: draft_status is ${KNOWN.join(' or ')}.`,
        hint: 'A draft notifies nobody.',
        ...(meant === undefined
          ? {}
          : { fix: { title: `Write ${meant}`, edits: [{ path: ['draft_status'], value: meant }] } }),
      },
    ];
  },
};
