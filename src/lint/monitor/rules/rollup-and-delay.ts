import { callsOf } from '../algorithms.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import type { Span } from '../../../language/query/syntax.ts';
import { setOption } from '../option-values.ts';
import { minutesOf } from '../query-windows.ts';

/** Monitors fill gaps of at most this length: Datadog docs, dashboards/functions/interpolation. */
const MAX_FILL_SECONDS = 600;

/** Metrics that Datadog fetches from a cloud provider's API with a delay of minutes: Datadog docs, monitors/configuration. */
const DELAYED_METRIC = /^(?:aws|azure|gcp)\./;

/** Metrics sent by Datadog agents and layers without a delay: Datadog docs, integrations/azure_iot_edge and serverless/enhanced_lambda_metrics. */
const NOT_DELAYED_METRIC = /^(?:azure\.iot_edge|aws\.lambda\.enhanced)\./;

const DELAY_SECONDS = 900;

interface EvaluationWindow {
  readonly span: Span;
  readonly isFuture: boolean;
}

/** Rules about rollups, fills and the evaluation delay of metric queries. */
export const ROLLUP_RULES: readonly MonitorRule[] = [
  {
    code: 'rollup_longer_than_window',
    severity: 'warning',
    summary: 'The rollup interval is longer than the evaluation window.',
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
            message: `Evaluations often have no point: the rollup interval is ${seconds} seconds, and the evaluation window is ${window}.`,
            hint: `Use at most ${minutes * 60} seconds, or a longer window.`,
          },
        ];
      });
    },
  },
  {
    code: 'fill_too_long',
    severity: 'warning',
    summary: 'The limit of `fill()` is longer than monitors support.',
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
        if (limit === undefined || seconds === undefined || seconds <= MAX_FILL_SECONDS) return [];
        return [
          {
            path: ['query'],
            span: limit.span,
            message: `Gaps longer than ${MAX_FILL_SECONDS} seconds are not filled: that is the maximum for monitors.`,
            hint: `Use at most ${MAX_FILL_SECONDS} seconds.`,
            fix: {
              title: `Change to ${MAX_FILL_SECONDS}`,
              edits: [{ path: ['query'], span: limit.span, text: String(MAX_FILL_SECONDS) }],
            },
          },
        ];
      }),
  },
  {
    code: 'forecast_window',
    severity: 'error',
    summary: 'A query without a forecast has a future window.',
    bad: `type: query alert
query: avg(⟦next_1w⟧):avg:system.disk.in_use{*} >= 0.9
`,
    good: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    check: (view) => {
      const window = evaluationWindow(view);
      if (window === undefined || !window.isFuture || callsOf(view, 'forecast').length > 0) return [];
      return [
        {
          path: ['query'],
          span: window.span,
          message: 'Datadog rejects the query: only forecast() can use a future window.',
          hint: 'Use a window such as last_5m.',
        },
      ];
    },
  },
  {
    code: 'forecast_past_window',
    severity: 'warning',
    summary: 'A forecast has a past window.',
    bad: `type: query alert
query: max(⟦last_1w⟧):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    good: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    check: (view) => {
      const window = evaluationWindow(view);
      if (window === undefined || window.isFuture || callsOf(view, 'forecast').length === 0) return [];
      return [
        {
          path: ['query'],
          span: window.span,
          message: 'Datadog may reject the query: the window of a forecast is how far it looks ahead.',
          hint: 'Use a window such as next_1w.',
        },
      ];
    },
  },
  {
    code: 'evaluation_delay_missing',
    severity: 'warning',
    highRateReason:
      "Datadog's documentation advises the delay for these metrics. The published monitors are templates of integrations, which leave the delay to the team that uses them.",
    summary: 'The metric arrives late, and `evaluation_delay` is not set.',
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
      const late = series.find(
        ({ metric: { text } }) => DELAYED_METRIC.test(text) && !NOT_DELAYED_METRIC.test(text),
      );
      if (late === undefined) return [];
      return [
        {
          path: ['query'],
          span: late.metric.span,
          message: `${late.metric.text} is fetched from the cloud provider and arrives minutes late: the monitor evaluates before the points arrive.`,
          hint: `Add evaluation_delay: ${DELAY_SECONDS}, or 0 if the metric is streamed without delay.`,
          fix: {
            title: `Add evaluation_delay: ${DELAY_SECONDS}`,
            edits: setOption(monitor, 'evaluation_delay', DELAY_SECONDS),
          },
        },
      ];
    },
  },
];

/** Returns the evaluation window of a metric query without syntax errors. */
function evaluationWindow({ parsed: { query, faults } }: MonitorView): EvaluationWindow | undefined {
  const [window] = query.kind === 'metric' && faults.length === 0 ? query.evaluation.args : [];
  const text = argumentText(window);
  if (window === undefined || text === undefined) return undefined;
  return { span: window.span, isFuture: text.startsWith('next_') };
}
