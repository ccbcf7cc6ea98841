import { normalised } from '../datadog/monitors/monitor-defaults.ts';
import { type RawObject, timestamp } from '../datadog/raw-json.ts';

/** What one monitor of the sandbox differs in. */
interface DemoMonitor {
  readonly key: string;
  readonly name: string;
  /** `query alert` by default. */
  readonly type?: string;
  /** A composite names its members by their keys. */
  readonly query: string;
  readonly priority?: number;
  readonly message: string;
  readonly options: RawObject;
}

interface DemoApplication {
  readonly application: string;
  readonly team: string;
  readonly monitors: readonly DemoMonitor[];
}

/** The monitors are created so long before the start that their first week is complete. */
const AGE_MS = 8 * 86_400_000;
const FIRST_ID = 2_900_000_001;
const METRIC_OPTIONS = { notify_no_data: false, require_full_window: false };

/** Writes recipients as Birddog does: within a block for each transition. */
function notify(recipient: string, ...transitions: readonly string[]): string {
  return transitions.map((one) => `{{#is_${one}}}${recipient}{{/is_${one}}}`).join('');
}

/** The monitors by application, in the form that Birddog creates from alerts, so that it reads them back as alerts. */
const MONITORS: readonly DemoApplication[] = [
  {
    application: 'demo-payments',
    team: 'payments',
    monitors: [
      {
        key: 'queue-depth',
        name: 'The payment queue is deep',
        query: 'avg(last_5m):avg:payments.queue.depth{env:prod} by {host} > 1000',
        priority: 2,
        message: `${notify('@slack-payments', 'alert', 'warning', 'recovery')}\n${notify('@pagerduty-payments', 'alert', 'recovery')}`,
        options: { ...METRIC_OPTIONS, thresholds: { critical: 1000, warning: 800, critical_recovery: 700 } },
      },
      {
        key: 'queue-silent',
        name: 'A payment host reports no queue depth',
        query: 'max(last_5m):avg:payments.queue.depth{*} by {host} > 1000000000000000',
        priority: 3,
        message: notify('@slack-payments', 'no_data', 'recovery'),
        options: {
          ...METRIC_OPTIONS,
          thresholds: { critical: 1e15 },
          notify_no_data: true,
          no_data_timeframe: 15,
        },
      },
      {
        key: 'queue-growth',
        name: 'The payment queue grows fast',
        query: 'change(avg(last_10m),last_30m):max:payments.queue.depth{*} > 600',
        message: notify('@slack-payments', 'alert', 'recovery'),
        options: { ...METRIC_OPTIONS, thresholds: { critical: 600 } },
      },
      {
        key: 'queue-escalates',
        name: 'The payment queue is deep and grows fast',
        type: 'composite',
        query: 'queue-depth && queue-growth',
        message: notify('@pagerduty-payments', 'alert', 'recovery'),
        options: { notify_no_data: false },
      },
    ],
  },
  {
    application: 'demo-platform',
    team: 'platform',
    monitors: [
      {
        key: 'load',
        name: 'A host is under load',
        query: 'avg(last_10m):avg:system.load.1{*} by {host} > 4',
        message: notify('@slack-platform', 'alert', 'warning', 'no_data', 'recovery'),
        options: {
          ...METRIC_OPTIONS,
          thresholds: { critical: 4, warning: 3 },
          notify_no_data: true,
          no_data_timeframe: 20,
        },
      },
      {
        key: 'queue-backlog',
        name: 'A queue has a backlog',
        query: 'avg(last_5m):avg:rabbitmq.queue.messages{*} by {queue} > 1000',
        message: notify('@slack-platform', 'alert', 'recovery'),
        options: {
          ...METRIC_OPTIONS,
          thresholds: { critical: 1000 },
          renotify_interval: 120,
          renotify_occurrences: 3,
          escalation_message: 'The backlog of {{queue.name}} stays.',
        },
      },
    ],
  },
  {
    application: 'demo-shop',
    team: 'shop',
    monitors: [
      {
        key: 'error-rate',
        name: 'Many requests to the shop fail',
        query:
          'sum(last_5m):100 * sum:shop.errors{*} by {route}.as_count() / sum:shop.requests{*} by {route}.as_count() > 5',
        priority: 2,
        message: `${notify('@slack-shop', 'alert', 'warning', 'recovery')}\n${notify('@pagerduty-shop', 'alert', 'recovery')}`,
        options: { ...METRIC_OPTIONS, thresholds: { critical: 5, warning: 3 } },
      },
      {
        key: 'few-requests',
        name: 'The shop has few requests',
        query: 'sum(last_15m):sum:shop.requests{*}.as_count() < 600',
        priority: 3,
        message: notify('@slack-shop', 'alert', 'recovery'),
        options: { ...METRIC_OPTIONS, thresholds: { critical: 600 } },
      },
      {
        key: 'requests-drop',
        name: 'Requests to the shop halve within an hour',
        query: 'pct_change(sum(last_15m),last_1h):sum:shop.requests{*} by {route}.as_count() < -50',
        message: notify('@slack-shop', 'alert', 'recovery'),
        options: { ...METRIC_OPTIONS, thresholds: { critical: -50 } },
      },
      {
        key: 'error-log',
        name: 'The shop logs many errors',
        type: 'log alert',
        query: 'logs("service:shop status:error").index("*").rollup("count").by("@route").last("10m") > 40',
        message: notify('@slack-shop', 'alert', 'recovery'),
        options: { thresholds: { critical: 40 }, notify_no_data: false },
      },
    ],
  },
];

/** Returns the monitors of the sandbox in the form that reads return, created a week and a day before `now` (epoch ms). */
export function demoMonitors(now: number): RawObject[] {
  const [created, all] = [timestamp(now - AGE_MS), MONITORS.flatMap(withOwner)];
  const ids = new Map(all.map(({ monitor }, index) => [monitor.key, FIRST_ID + index]));
  return all.map(({ tags, monitor: { key, type = 'query alert', query, ...own } }) => ({
    id: ids.get(key),
    ...normalised({
      ...own,
      type,
      query: type === 'composite' ? query.replace(/[a-z-]+/g, (member) => String(ids.get(member))) : query,
      tags,
    }),
    created_at: now - AGE_MS,
    created,
    modified: created,
    overall_state: 'No Data',
  }));
}

function withOwner({ application, team, monitors }: DemoApplication) {
  return monitors.map((monitor) => ({
    monitor,
    tags: [`team:${team}`, `birddog_application:${application}`, `birddog_key:${application}/${monitor.key}`],
  }));
}
