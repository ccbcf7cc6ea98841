import { isObject, type Json } from '../../../domain/json.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { setOption } from '../option-values.ts';
import { evaluationWindowOf } from '../query-windows.ts';
import type { Path } from '../../rule.ts';

const WINDOW_PATH: Path = ['options', 'scheduling_options', 'evaluation_window'];

/** The cumulative windows that each field shifts: Datadog API v1, MonitorOptionsSchedulingOptionsEvaluationWindow. */
const SHIFTED_WINDOWS: readonly (readonly [field: string, windows: readonly string[]])[] = [
  ['hour_starts', ['current_1h']],
  ['day_starts', ['current_1d', 'current_1mo']],
  ['month_starts', ['current_1mo']],
];

/** The field that a fix sets for each length of a cumulative window. */
const STARTS: ReadonlyMap<string, readonly [field: string, value: Json]> = new Map<
  string,
  readonly [field: string, value: Json]
>([
  ['1h', ['hour_starts', 0]],
  ['1d', ['day_starts', '00:00']],
  ['1mo', ['month_starts', 1]],
]);

/** Rules about cumulative windows and the option that sets their start. */
export const EVALUATION_WINDOW_RULES: readonly MonitorRule[] = [
  /** In Datadog's words: "Monitors with an evaluation_window scheduling_option must have a current query period and vice versa." */
  {
    code: 'evaluation_window_unused',
    severity: 'error',
    summary: '`evaluation_window` is set, but the window of the query is not cumulative.',
    bad: `type: query alert
query: avg(last_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: ⟦{hour_starts: 30}⟧}
`,
    good: `type: query alert
query: avg(current_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: 30}}
`,
    check: ({ parsed, options: { scheduling_options: schedule } }) => {
      const starts = isObject(schedule) ? schedule['evaluation_window'] : undefined;
      const window = evaluationWindowOf(parsed.query);
      if (!isObject(starts) || window === undefined || window.isCurrent || parsed.faults.length > 0)
        return [];
      if (Object.values(starts).every((value) => value === null)) return [];
      return [
        {
          path: WINDOW_PATH,
          message: `Datadog rejects the monitor: evaluation_window requires a cumulative window, and the query uses ${window.text}.`,
          hint: 'Use a window such as current_1h in the query, or remove evaluation_window.',
        },
      ];
    },
  },
  {
    code: 'evaluation_window_missing',
    severity: 'error',
    summary: 'The window of the query is cumulative, but `evaluation_window` is not set.',
    bad: `type: query alert
query: avg(⟦current_1h⟧):avg:system.load.1{*} > 2
`,
    good: `type: query alert
query: avg(current_1h):avg:system.load.1{*} > 2
options:
  scheduling_options: {evaluation_window: {hour_starts: 0}}
`,
    check: ({ parsed, wholeOptions, monitor, options: { scheduling_options: schedule } }) => {
      const window = evaluationWindowOf(parsed.query);
      if (window === undefined || !window.isCurrent || !wholeOptions || parsed.faults.length > 0) return [];
      if (isObject(schedule) && isObject(schedule['evaluation_window'])) return [];
      const starts = STARTS.get(window.text.slice('current_'.length));
      // Another rule reports an unknown window.
      if (starts === undefined) return [];
      const [field, value] = starts;
      return [
        {
          path: ['query'],
          span: window.span,
          message: `Datadog rejects the monitor: the window ${window.text} requires scheduling_options.evaluation_window.`,
          hint: `Add scheduling_options: {evaluation_window: {${field}: ${JSON.stringify(value)}}} to the options.`,
          ...(schedule != null
            ? {}
            : {
                fix: {
                  title: 'Add evaluation_window',
                  edits: setOption(monitor, 'scheduling_options', { evaluation_window: { [field]: value } }),
                },
              }),
        },
      ];
    },
  },
  {
    code: 'evaluation_window_field',
    severity: 'warning',
    summary: '`evaluation_window` has a field that does not apply to the window of the query.',
    bad: `type: query alert
query: avg(current_1d):avg:system.load.1{*} > 2
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
      const window = evaluationWindowOf(parsed.query);
      if (!isObject(starts) || !window?.isCurrent || parsed.faults.length > 0) return [];
      return SHIFTED_WINDOWS.filter(
        ([member, windows]) => starts[member] != null && !windows.includes(window.text),
      ).map(([member, windows]) => ({
        path: [...WINDOW_PATH, member],
        message: `${member} has no effect: it applies to ${windows.join(' and ')}, and the query uses ${window.text}.`,
        hint: 'Use such a window in the query, or remove this field.',
      }));
    },
  },
];
