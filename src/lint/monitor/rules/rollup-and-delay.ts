import { callsOf } from '../algorithms.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { setOption } from '../option-values.ts';
import { minutesOf } from '../query-windows.ts';

/** Seconds that monitors fill at most: docs, dashboards/functions/interpolation. */
const MOST = 600;

/** Metrics that Datadog fetches from the API of a cloud provider, minutes late: docs, monitors/configuration. */
const FETCHED = /^(?:aws|azure|gcp)\./;

/** Sent by agents and layers of Datadog's own, in time: docs, integrations/azure_iot_edge, serverless/enhanced_lambda_metrics. */
const IN_TIME = /^(?:azure\.iot_edge|aws\.lambda\.enhanced)\./;

const SECONDS = 900;

/** Rollups, fills and delays of metric queries. */
export const ROLLUP_RULES: readonly MonitorRule[] = [
  {
    code: 'rollup_longer_than_window',
    severity: 'warning',
    summary: 'Points are further apart than the window is long.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*}.rollup(avg, ⟦900⟧) > 1
`,
    good: `type: query alert
query: avg(last_1h):avg:system.load.1{*}.rollup(avg, 900) > 1
`,
    check: (view) => {
      const { query } = view.parsed;
      const window = query.kind === 'metric' ? argumentText(query.evaluation.args[0]) : undefined;
      const minutes = minutesOf(window ?? '');
      if (minutes === undefined || window?.startsWith('next_') || callsOf(view, 'anomalies').length > 0)
        return [];
      return view.methods.values().flatMap(({ name, args }) => {
        if (name.text !== 'rollup') return [];
        const interval = args.find((argument) => argument.kind === 'number');
        const seconds = argumentNumber(interval);
        if (interval === undefined || seconds === undefined || seconds <= minutes * 60) return [];
        return [
          {
            path: ['query'],
            span: interval.span,
            message: `The monitor often sees no point, and evaluates none or half of one: a point every ${seconds} seconds, and it looks at ${window}.`,
            hint: `Write ${minutes * 60} or less, or look at a longer window.`,
          },
        ];
      });
    },
  },
  {
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
            fix: {
              title: `Write ${MOST}`,
              edits: [{ path: ['query'], span: limit.span, text: String(MOST) }],
            },
          },
        ];
      }),
  },
  {
    code: 'forecast_window',
    severity: 'error',
    summary: 'A forecast looks back, or something else looks ahead.',
    bad: `type: query alert
query: max(⟦last_1w⟧):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    good: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    check: (view) => {
      const { query, faults } = view.parsed;
      const [window] = query.kind === 'metric' ? query.evaluation.args : [];
      const text = argumentText(window);
      if (window === undefined || text === undefined || faults.length > 0) return [];
      const ahead = text.startsWith('next_');
      if (ahead === callsOf(view, 'forecast').length > 0) return [];
      return [
        {
          path: ['query'],
          span: window.span,
          message: ahead
            ? 'Datadog refuses the query: without forecast() nothing is known of what comes next.'
            : 'Datadog refuses the query: a forecast looks ahead, and this window lies in the past.',
          hint: ahead ? 'Write a window such as last_5m.' : 'Write a window such as next_1w.',
        },
      ];
    },
  },
  {
    code: 'evaluation_delay_missing',
    severity: 'warning',
    summary: 'The metric comes late, and the monitor does not wait for it.',
    bad: `type: query alert
query: avg(last_5m):avg:⟦aws.ec2.cpuutilization⟧{*} by {host} > 90
`,
    good: `type: query alert
query: avg(last_5m):avg:aws.ec2.cpuutilization{*} by {host} > 90
options:
  evaluation_delay: 900
`,
    check: ({ monitor, series, options }) => {
      if (options['evaluation_delay'] != null) return [];
      const late = series.find(({ metric: { text } }) => FETCHED.test(text) && !IN_TIME.test(text));
      if (late === undefined) return [];
      return [
        {
          path: ['query'],
          span: late.metric.span,
          message: `${late.metric.text} is fetched from the cloud provider and comes minutes late: the monitor looks before the points are there.`,
          hint: `Add evaluation_delay: ${SECONDS}; 0 says that the metric is streamed in time.`,
          fix: {
            title: `Add evaluation_delay: ${SECONDS}`,
            edits: setOption(monitor, 'evaluation_delay', SECONDS),
          },
        },
      ];
    },
  },
];
