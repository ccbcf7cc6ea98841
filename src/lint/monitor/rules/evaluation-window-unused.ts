import { isObject } from '../../../domain/json.ts';
import type { Query } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** The cumulative windows that each member moves: spec v1, MonitorOptionsSchedulingOptionsEvaluationWindow. */
const MOVED: readonly (readonly [member: string, windows: readonly string[]])[] = [
  ['hour_starts', ['current_1h']],
  ['day_starts', ['current_1d', 'current_1mo']],
  ['month_starts', ['current_1mo']],
];

export const evaluationWindowUnused: MonitorRule = {
  code: 'evaluation_window_unused',
  severity: 'warning',
  summary: 'It is said when a window begins that the query does not have.',
  bad: `type: query alert
query: avg(last_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: ⟦30⟧}}
`,
  good: `type: query alert
query: avg(current_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: 30}}
`,
  check: ({ parsed, options: { scheduling_options: schedule } }) => {
    const starts = isObject(schedule) ? schedule['evaluation_window'] : undefined;
    const window = windowOf(parsed.query);
    if (!isObject(starts) || window === undefined || parsed.faults.length > 0) return [];
    return MOVED.filter(([member, windows]) => starts[member] != null && !windows.includes(window)).map(
      ([member, windows]) => ({
        path: ['options', 'scheduling_options', 'evaluation_window', member],
        message: `${member} does nothing here: it moves ${windows.join(' and ')}, and the query looks at ${window}.`,
        hint: 'Write such a window in the query, or leave this out.',
      }),
    );
  },
};

function windowOf(query: Query): string | undefined {
  const window = query.kind === 'metric' ? query.evaluation.args[0] : undefined;
  return window?.kind === 'word' ? window.text : undefined;
}
