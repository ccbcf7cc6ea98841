import { nearest } from '../../nearest.ts';
import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const unknownType: MonitorRule = {
  code: 'unknown_type',
  severity: 'warning',
  summary: 'Nobody knows this type of monitor.',
  bad: `type: ⟦metrics alert⟧
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  check: ({ monitor, type }) => {
    if (typeof monitor['type'] !== 'string' || type.trim() === '' || MONITOR_TYPES.has(type)) return [];
    const spoken = type.trim().replaceAll(/[_-]/g, ' ');
    const near = [type, spoken, `${spoken} alert`]
      .map((word) => nearest(word, MONITOR_TYPES))
      .find((word) => word !== undefined);
    const meant = near === 'metric alert' ? 'query alert' : near;
    return [
      {
        path: ['type'],
        message: `Datadog refuses the type "${type}" unless it is newer than this version: nothing of the query was checked.`,
        ...(meant === undefined
          ? {}
          : {
              hint: `Did you mean ${meant}?`,
              fix: { title: `Write ${meant}`, edits: [{ path: ['type'], value: meant }] },
            }),
      },
    ];
  },
};
