import { MANAGED, READ_ONLY } from '../../../domain/datadog-fields.ts';
import { nearest } from '../../nearest.ts';
import type { Path } from '../../rule.ts';
import { OPTION_FORMS } from '../monitor-options.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { moveMember } from '../option-values.ts';

/** Read by Birddog itself. */
const OWN: readonly string[] = ['key', 'lint'];
const KNOWN: ReadonlySet<string> = new Set([...MANAGED.monitor, ...READ_ONLY.monitor, ...OWN]);

export const unknownField: MonitorRule = {
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
};

/** Where what was written was probably meant to stand. */
function placeOf(name: string): Path | undefined {
  if (OPTION_FORMS.has(name)) return ['options', name];
  const meant = nearest(name, MANAGED.monitor);
  return meant === undefined ? undefined : [meant];
}
