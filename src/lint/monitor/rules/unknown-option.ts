import { nearest } from '../../nearest.ts';
import type { Path } from '../../rule.ts';
import { OPTION_FORMS } from '../monitor-options.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { moveMember } from '../option-values.ts';
import { NUMERIC_THRESHOLDS } from '../thresholds.ts';

export const unknownOption: MonitorRule = {
  code: 'unknown_option',
  severity: 'warning',
  summary: 'There is no option of this name.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notfy_no_data: ⟦true⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {notify_no_data: true}
`,
  check: ({ monitor, options }) =>
    Object.keys(options)
      .values()
      .filter((name) => !OPTION_FORMS.has(name))
      .map((name) => {
        const to = placeOf(name);
        const fix =
          to === undefined
            ? undefined
            : moveMember(monitor, ['options', name], to, `Write it as ${to.join('.')}`);
        return {
          path: ['options', name],
          message: `Datadog has no option "${name}": it refuses the monitor, or the option does nothing.`,
          ...(to === undefined ? {} : { hint: `Did you mean ${to.join('.')}?` }),
          ...(fix === undefined ? {} : { fix }),
        };
      }),
};

/** Where what was written was probably meant to stand. */
function placeOf(name: string): Path | undefined {
  if (NUMERIC_THRESHOLDS.includes(name)) return ['options', 'thresholds', name];
  const meant = nearest(name, OPTION_FORMS.keys());
  return meant === undefined ? undefined : ['options', meant];
}
