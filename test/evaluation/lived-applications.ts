import type { JsonObject } from '../../src/domain/json.ts';

/** A rise of one series in each period. */
const spike = (height: number, every: string, at: string, lasts: string, only: string): JsonObject => ({
  shape: 'spike',
  height,
  every,
  at,
  lasts,
  only,
});
/** Missing points of all series, or of one, in each period. */
const gap = (every: string, at: string, lasts: string, only?: string): JsonObject => ({
  shape: 'gap',
  every,
  at,
  lasts,
  ...(only === undefined ? {} : { only }),
});

/** Series with daily waves, recurring incidents, gaps and a metric that flaps. They repeat each day, or more often. */
export const LIVED_GENERATORS: JsonObject[] = [
  {
    metric: 'shop.requests',
    type: 'count',
    groups: ['host:web-1', 'host:web-2', 'host:web-3'],
    shapes: [
      { shape: 'wave', low: 20, high: 100 },
      { shape: 'noise', height: 10 },
      gap('1d', '13h', '30m', 'host:web-3'),
    ],
  },
  {
    metric: 'shop.errors',
    type: 'count',
    groups: ['host:web-1', 'host:web-2', 'host:web-3'],
    shapes: [
      { shape: 'counter', rate: 1.5 },
      spike(60, '3h', '20m', '8m', 'host:web-2'),
      spike(25, '4h', '1h', '3m', 'host:web-1'),
      gap('1d', '9h', '2h', 'host:web-3'),
    ],
  },
  {
    metric: 'payments.queue.depth',
    groups: ['host:pay-1', 'host:pay-2'],
    shapes: [
      { shape: 'wave', low: 100, high: 600 },
      { shape: 'noise', height: 40 },
      spike(1500, '4h', '30m', '12m', 'host:pay-2'),
      spike(500, '4h', '42m', '15m', 'host:pay-2'),
      gap('6h', '3h', '50m', 'host:pay-1'),
    ],
  },
  {
    metric: 'payments.batch.age',
    shapes: [{ shape: 'ramp', from: 0, to: 21_600, every: '6h' }, gap('1d', '10h', '40m')],
  },
  {
    metric: 'rabbitmq.queue.messages',
    tags: ['env:prod'],
    groups: ['queue:orders', 'queue:mail', 'queue:audit'],
    shapes: [
      { shape: 'steady', value: 60 },
      { shape: 'noise', height: 25 },
      spike(700, '1h', '10m', '4m', 'queue:orders'),
      spike(300, '6h', '2h', '45m', 'queue:mail'),
      gap('12h', '5h', '25m', 'queue:mail'),
      gap('1d', '20h', '10m', 'queue:audit'),
    ],
  },
  {
    source: 'logs',
    tags: ['service:shop', 'status:error'],
    groups: ['@route:/pay', '@route:/cart'],
    shapes: [
      { shape: 'counter', rate: 0.5 },
      spike(12, '2h', '15m', '9m', '@route:/pay'),
      spike(8, '3h', '50m', '20m', '@route:/cart'),
    ],
  },
];

const NOTIFY = ['@slack-ops'];

/** Alerts of three applications on these series: each kind of condition that the emulator evaluates. */
export const LIVED_APPLICATIONS: Readonly<Record<string, readonly JsonObject[]>> = {
  shop: [
    {
      key: 'error-ratio',
      title: 'Share of errors',
      signal: {
        ratio: {
          of: { metric: 'shop.errors', as: 'count', by: ['host'] },
          to: { metric: 'shop.requests', as: 'count', by: ['host'] },
        },
      },
      condition: { over: '5m', above: 20, warn: 10 },
      notify: NOTIFY,
    },
    {
      key: 'errors',
      title: 'Errors',
      signal: { metric: 'shop.errors', as: 'count', by: ['host'] },
      condition: { over: '10m', above: 60, recover: 40 },
      renotify: { every: '10m' },
      notify: NOTIFY,
    },
    {
      key: 'requests-change',
      title: 'Requests rise',
      signal: { metric: 'shop.requests', as: 'count' },
      condition: { over: '15m', change: 'percent', against: '1h', above: 15 },
      notify: NOTIFY,
    },
    {
      key: 'error-logs',
      title: 'Errors in logs',
      signal: { logs: 'service:shop status:error', by: ['@route'] },
      condition: { over: '10m', above: 40, warn: 20 },
      notify: NOTIFY,
    },
  ],
  payments: [
    {
      key: 'queue-depth',
      title: 'Queue is deep',
      signal: { metric: 'payments.queue.depth', by: ['host'] },
      condition: { over: '5m', above: 1000, warn: 550, recover: 800, warn_recover: 500 },
      no_data: { after: '20m', then: 'notify' },
      notify: NOTIFY,
    },
    {
      key: 'queue-hour',
      title: 'Queue is deep for an hour',
      signal: { metric: 'payments.queue.depth', by: ['host'] },
      condition: { over: '60m', statistic: 'min', above: 200, full_window: true },
      delay: '5m',
      notify: NOTIFY,
    },
    {
      key: 'batch-age',
      title: 'Batch is late',
      signal: { metric: 'payments.batch.age' },
      condition: { over: '15m', statistic: 'max', above: 18_000 },
      no_data: { after: '20m', then: 'notify' },
      notify: NOTIFY,
    },
  ],
  messaging: [
    {
      key: 'orders-flap',
      title: 'Messages wait',
      signal: { metric: 'rabbitmq.queue.messages', filter: 'env:prod', by: ['queue'] },
      condition: { over: '5m', above: 300, warn: 200 },
      notify: NOTIFY,
    },
    {
      key: 'few-messages',
      title: 'Few messages',
      signal: { metric: 'rabbitmq.queue.messages', aggregate: 'sum', filter: 'env:prod' },
      condition: { over: '1m', statistic: 'min', below: 120 },
      notify: NOTIFY,
    },
    {
      key: 'orders-alone',
      title: 'Messages wait, though there are enough',
      signal: { all_of: ['orders-flap', { not: 'few-messages' }] },
      notify: NOTIFY,
    },
  ],
};
