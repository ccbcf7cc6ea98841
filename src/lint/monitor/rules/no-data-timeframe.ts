import type { Json } from '../../../domain/json.ts';
import type { Query } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, numericOf } from '../option-values.ts';

const WINDOW = /^last_(\d{1,9})(m|h|d|w|mo)$/;
const RETENTION = /^(\d{1,9})(m|h|d)$/;
const MINUTES_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 1],
  ['h', 60],
  ['d', 1440],
  ['w', 10_080],
  ['mo', 43_200],
]);
/** They look back further than the window that alerts. */
const LOOKING_BACK: readonly string[] = ['anomalies', 'forecast', 'outliers'];

export const noDataTimeframe: MonitorRule = {
  code: 'no_data_timeframe',
  severity: 'warning',
  summary: 'Missing data is told too soon, or not at all.',
  bad: `type: query alert
query: avg(last_30m):avg:system.load.1{*} > 2
options: {notify_no_data: true, no_data_timeframe: ⟦10⟧}
`,
  good: `type: query alert
query: avg(last_30m):avg:system.load.1{*} > 2
options: {notify_no_data: true, no_data_timeframe: 60}
`,
  check: ({ type, parsed, options }) => {
    const minutes = numericOf(options['no_data_timeframe']);
    if (minutes === undefined || minutes === 0 || type === 'log alert' || isOn(options['on_missing_data']))
      return [];
    if (options['notify_no_data'] === undefined) return [neverTold()];
    const kept = retentionOf(options['group_retention_duration']);
    if (isOn(options['notify_no_data']) && minutes > kept) return [neverMissed(minutes, kept)];
    const window = windowOf(parsed.query);
    if (!isOn(options['notify_no_data']) || window === undefined || minutes >= 2 * window) return [];
    return [
      {
        path: ['options', 'no_data_timeframe'],
        message: `Data counts as missing after ${minutes} minutes, while the query looks at ${window}: late points can make it alert for nothing.`,
        hint: `Write ${2 * window}, twice the window, or more.`,
      },
    ];
  },
};

/** How long a group is kept, in minutes, where that is said. */
function retentionOf(retention: Json | undefined): number {
  const [, count, unit = ''] = (typeof retention === 'string' ? RETENTION.exec(retention) : null) ?? [];
  const minutes = Number(count) * (MINUTES_OF.get(unit) ?? Number.NaN);
  return Number.isNaN(minutes) ? Number.POSITIVE_INFINITY : minutes;
}

function neverMissed(minutes: number, kept: number): Hit {
  return {
    path: ['options', 'no_data_timeframe'],
    message: `Nobody is told of missing data: a group is forgotten after ${kept} minutes, before it counts as missing after ${minutes}.`,
    hint: `Write ${kept} or less, or a longer group_retention_duration.`,
  };
}

function neverTold(): Hit {
  return {
    path: ['options', 'no_data_timeframe'],
    message: 'Nobody is told of missing data: notify_no_data is not set.',
    hint: 'Add notify_no_data: true, or leave no_data_timeframe out.',
  };
}

/** The minutes that a plain metric query looks at. */
function windowOf(query: Query): number | undefined {
  if (query.kind !== 'metric') return undefined;
  const { expression, evaluation } = query;
  if (expression.kind === 'call' && LOOKING_BACK.includes(expression.name.text)) return undefined;
  const [window] = evaluation.args;
  const [, count, unit = ''] = (window?.kind === 'word' ? WINDOW.exec(window.text) : null) ?? [];
  const minutes = Number(count) * (MINUTES_OF.get(unit) ?? Number.NaN);
  return Number.isNaN(minutes) ? undefined : minutes;
}
