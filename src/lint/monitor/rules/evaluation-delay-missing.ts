import type { MonitorRule } from '../monitor-view.ts';
import { setOption } from '../option-values.ts';

/** Metrics that Datadog fetches from the API of a cloud provider, minutes late: docs, monitors/configuration. */
const FETCHED = /^(?:aws|azure|gcp)\./;
/** Sent by agents and layers of Datadog's own, in time: docs, integrations/azure_iot_edge, serverless/enhanced_lambda_metrics. */
const IN_TIME = /^(?:azure\.iot_edge|aws\.lambda\.enhanced)\./;
const SECONDS = 900;

export const evaluationDelayMissing: MonitorRule = {
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
};
