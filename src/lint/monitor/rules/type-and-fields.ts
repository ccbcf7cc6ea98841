import { MANAGED, READ_ONLY } from '../../../domain/datadog-fields.ts';
import { OPTION_FORMS } from '../monitor-options.ts';
import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { moveMember } from '../option-values.ts';
import { nearest } from '../../nearest.ts';
import type { Path } from '../../rule.ts';

/** Read by Birddog itself. */
const OWN: readonly string[] = ['key', 'lint'];

const KNOWN: ReadonlySet<string> = new Set([...MANAGED.monitor, ...READ_ONLY.monitor, ...OWN]);

/** The type of a monitor and its fields. */
export const TYPE_AND_FIELD_RULES: readonly MonitorRule[] = [
  {
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
  },
  {
    code: 'metric_alert_type',
    severity: 'warning',
    summary: 'The type is the older name of query alert.',
    bad: `type: ⟦metric alert⟧
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    check: ({ type, parsed }) =>
      type === 'metric alert' && parsed.query.kind === 'metric'
        ? [
            {
              path: ['type'],
              message:
                'Datadog takes both names for one type and answers with either: who searches for one of them does not find the other.',
              hint: 'Write query alert; a monitor that exists keeps its id.',
              fix: { title: 'Write query alert', edits: [{ path: ['type'], value: 'query alert' }] },
            },
          ]
        : [],
  },
  {
    code: 'synthetics_elsewhere',
    severity: 'error',
    summary: 'The monitor of a synthetic test is made with the test.',
    bad: `type: ⟦synthetics alert⟧
query: no_query
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    check: ({ whole, type }) =>
      whole && type === 'synthetics alert'
        ? [
            {
              path: ['type'],
              message: 'Datadog refuses to make this monitor: it comes and goes with its synthetic test.',
              hint: 'Make the synthetic test; its monitor can be part of a composite.',
            },
          ]
        : [],
  },
  {
    code: 'unknown_field',
    severity: 'warning',
    summary: 'A monitor has no member of this name.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
mesage: ⟦The load is high.⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high.
`,
    check: ({ monitor }) =>
      Object.keys(monitor)
        .values()
        .filter((name) => !KNOWN.has(name))
        .map((name) => {
          const to = placeOf(name);
          const fix =
            to === undefined ? undefined : moveMember(monitor, [name], to, `Write it as ${to.join('.')}`);
          return {
            path: [name],
            message: `A monitor has no "${name}": Datadog drops it without a word.`,
            hint: to === undefined ? 'Leave it out.' : `Did you mean ${to.join('.')}?`,
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
];

/** Where what was written was probably meant to stand. */
function placeOf(name: string): Path | undefined {
  if (OPTION_FORMS.has(name)) return ['options', name];
  const meant = nearest(name, MANAGED.monitor);
  return meant === undefined ? undefined : [meant];
}
