/** A request route of the shop that fails in a recurring incident, and the queue whose alert flaps. */
const FAILING_ROUTE = 'route:checkout';
const FLAPPING_QUEUE = 'queue:orders';
/** Every twelve hours. */
const INCIDENT = { every: '12h', at: '190m', lasts: '16m' };

/** The generators of the sandbox: docs/emulator.md explains their fields. */
export const DEMO_GENERATORS = [
  {
    id: 'system.load.1',
    metric: 'system.load.1',
    tags: ['env:prod'],
    groups: ['host:web-1', 'host:web-2', 'host:db-1'],
    shapes: [
      { shape: 'wave', low: 0.6, high: 2.2 },
      { shape: 'noise', height: 0.3 },
      // A nightly backup, and a host that is restarted on Sundays.
      { shape: 'spike', height: 4, every: '1d', at: '2h', lasts: '35m', only: 'host:db-1' },
      { shape: 'gap', every: '1w', at: '76h', lasts: '45m', only: 'host:web-2' },
    ],
  },
  {
    id: 'payments.queue.depth',
    metric: 'payments.queue.depth',
    tags: ['env:prod'],
    groups: ['host:pay-1', 'host:pay-2'],
    shapes: [
      { shape: 'wave', low: 100, high: 550 },
      { shape: 'noise', height: 40 },
      { shape: 'spike', height: 900, every: '8h', at: '30m', lasts: '14m', only: 'host:pay-2' },
      { shape: 'gap', every: '2d', at: '5h', lasts: '25m', only: 'host:pay-1' },
    ],
  },
  {
    id: 'rabbitmq.queue.messages',
    metric: 'rabbitmq.queue.messages',
    tags: ['env:prod'],
    groups: [FLAPPING_QUEUE, 'queue:invoices', 'queue:emails'],
    shapes: [
      { shape: 'wave', low: 150, high: 500 },
      { shape: 'noise', height: 25 },
      // Around noon it is above and below 1,000 several times an hour.
      { shape: 'wave', low: 0, high: 480, only: FLAPPING_QUEUE },
      { shape: 'wave', low: -120, high: 120, every: '35m', peak: 0, only: FLAPPING_QUEUE },
      // A report at night fills a queue for four hours.
      { shape: 'spike', height: 1200, every: '1d', at: '22h', lasts: '4h', only: 'queue:invoices' },
    ],
  },
  {
    id: 'shop.requests',
    metric: 'shop.requests',
    tags: ['env:prod', 'service:shop'],
    groups: [FAILING_ROUTE, 'route:cart', 'route:search'],
    shapes: [
      { shape: 'counter', rate: 20 },
      { shape: 'wave', low: 20, high: 160 },
      { shape: 'noise', height: 8 },
      // A deployment on two days, during which no customer is served.
      { shape: 'spike', height: -180, every: '3d', at: '21h', lasts: '20m' },
    ],
  },
  {
    id: 'shop.errors',
    metric: 'shop.errors',
    tags: ['env:prod', 'service:shop'],
    groups: [FAILING_ROUTE, 'route:cart', 'route:search'],
    shapes: [
      { shape: 'counter', rate: 0.4 },
      { shape: 'spike', height: 12, ...INCIDENT, only: FAILING_ROUTE },
    ],
  },
  {
    id: 'shop logs',
    source: 'logs',
    tags: ['env:prod', 'service:shop', 'status:error'],
    groups: ['@route:checkout', '@route:cart', '@route:search'],
    message: 'The payment provider does not answer',
    measures: {
      '@duration': [
        { shape: 'steady', value: 900 },
        { shape: 'noise', height: 300 },
      ],
    },
    shapes: [
      { shape: 'counter', rate: 0.3 },
      { shape: 'spike', height: 10, ...INCIDENT, only: '@route:checkout' },
    ],
  },
];
