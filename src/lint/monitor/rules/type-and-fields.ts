import { MANAGED, READ_ONLY } from '../../../domain/datadog-fields.ts';
import { OPTION_TYPES } from '../monitor-options.ts';
import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { moveMember } from '../option-values.ts';
import { warningUnlessMisspelt } from '../../known/typo.ts';
import { nearest } from '../../nearest.ts';
import type { Path } from '../../rule.ts';

/** Fields that Birddog reads itself. */
const BIRDDOG_FIELDS: readonly string[] = ['key', 'lint'];

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...MANAGED.monitor,
  ...READ_ONLY.monitor,
  ...BIRDDOG_FIELDS,
]);

/** Rules about the type and the fields of a monitor. */
export const TYPE_AND_FIELD_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_type',
    severity: 'error',
    summary: 'Unknown monitor type. It is a warning if it is not within two edits of a known one.',
    bad: `type: ⟦metrics alert⟧
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    check: ({ monitor, type }) => {
      if (typeof monitor['type'] !== 'string' || type.trim() === '' || MONITOR_TYPES.has(type)) return [];
      const normalized = type.trim().replaceAll(/[_-]/g, ' ');
      const spelled = [type, normalized, `${normalized} alert`];
      const closest = spelled.map((word) => nearest(word, MONITOR_TYPES)).find((word) => word !== undefined);
      const meant = closest === 'metric alert' ? 'query alert' : closest;
      return [
        {
          path: ['type'],
          message: `"${type}" is not a known monitor type, so the query was not checked. Datadog rejects it unless it is newer than this version of Birddog.`,
          ...warningUnlessMisspelt(type, closest),
          ...(meant === undefined
            ? {}
            : {
                hint: `Did you mean ${meant}?`,
                fix: { title: `Change to ${meant}`, edits: [{ path: ['type'], value: meant }] },
              }),
        },
      ];
    },
  },
  {
    code: 'metric_alert_type',
    severity: 'info',
    summary: 'The type `metric alert` is the older name of `query alert`.',
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
                'Datadog uses both names for the same type: a search for one of them does not find monitors with the other.',
              hint: 'Use query alert. An existing monitor keeps its id.',
              fix: { title: 'Change to query alert', edits: [{ path: ['type'], value: 'query alert' }] },
            },
          ]
        : [],
  },
  {
    code: 'synthetics_elsewhere',
    severity: 'error',
    summary: 'The monitor of a synthetic test cannot be created directly.',
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
              message: 'Datadog rejects the monitor: it is created and deleted with its synthetic test.',
              hint: 'Create the synthetic test. A composite can use its monitor.',
            },
          ]
        : [],
  },
  {
    code: 'unknown_field',
    severity: 'error',
    summary: 'Unknown field. It is a warning if it is not within two edits of a known one.',
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
        .filter((name) => !KNOWN_FIELDS.has(name))
        .map((name) => {
          const to = intendedPath(name);
          const fix =
            to === undefined ? undefined : moveMember(monitor, [name], to, `Move to ${to.join('.')}`);
          return {
            path: [name],
            message: `"${name}" is not a field of a monitor: Datadog ignores it silently.`,
            ...warningUnlessMisspelt(name, to?.join('.')),
            hint: to === undefined ? 'Remove it.' : `Did you mean ${to.join('.')}?`,
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
];

/** Returns the path of the field that was probably meant. */
function intendedPath(name: string): Path | undefined {
  if (OPTION_TYPES.has(name)) return ['options', name];
  const meant = nearest(name, MANAGED.monitor);
  return meant === undefined ? undefined : [meant];
}
