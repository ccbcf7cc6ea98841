interface Aim {
  readonly what: string;
  readonly unit: string;
  /** The side of the bound on which the measured value should be. */
  readonly is: 'under' | 'over';
  readonly bound: number;
  /** What to examine if the aim is missed. */
  readonly advice: string;
}

/** The project's performance aims. They are reported, not enforced: a busy machine can miss any of them. */
const AIMS = {
  upstream: {
    what: 'latency added by forwarding, median',
    unit: 'ms',
    is: 'under',
    bound: 1,
    advice:
      'Look for work that is done for every request: new connections to the sidecar, a body decoded twice in one process.',
  },
  postgresql: {
    what: 'latency that a ledger in PostgreSQL adds to a create, median',
    unit: 'ms',
    is: 'under',
    bound: 2,
    advice:
      'Count the statements of a create (src/ledger/sql): each one is a round trip, and each commit a flush to disk.',
  },
  apply: {
    what: 'share of its lane that an apply of 5,000 monitors uses, at 500 creates a second',
    unit: '%',
    is: 'over',
    bound: 95,
    advice:
      'Compare with what one core allows Birddog. Profile an apply: garbage, the ledger (src/ledger/sql), the requests to Datadog.',
  },
  ready: {
    what: 'time until the sidecar is ready',
    unit: 'ms',
    is: 'under',
    bound: 250,
    advice:
      'Check what its bundle contains (`npm run build` lists it), and whether the compile cache is used.',
  },
  idle: {
    what: 'memory of the idle sidecar, launcher included',
    unit: 'MiB',
    is: 'under',
    bound: 75,
    advice: 'Check what its bundle loads at start. A dependency can be loaded when it is first needed.',
  },
  loaded: {
    what: 'memory of the sidecar after load, launcher included',
    unit: 'MiB',
    is: 'under',
    bound: 110,
    advice:
      "Check Node's flags in bin/birddog, and look for objects that live as long as a request and could be released sooner.",
  },
  lint: {
    what: 'monitors linted per second on one core',
    unit: '',
    is: 'over',
    bound: 20_000,
    advice:
      'Profile bench/lint.ts. The usual cause is a rule that reads the message or walks the query again.',
  },
  expand: {
    what: 'expanding and linting documents in 3 variants, relative to linting the expanded ones',
    unit: 'times',
    is: 'under',
    bound: 3,
    advice: 'Profile bench/expand.ts. Look for values that are copied although they contain no reference.',
  },
  evaluate: {
    what: 'report about one monitor over 7 days, 50 groups, without fetching',
    unit: 'ms',
    is: 'under',
    bound: 300,
    advice:
      'Profile bench/evaluate.ts. Look for work per step of a window (src/evaluate/range-aggregates.ts), and for objects per evaluation (src/preview/figures.ts).',
  },
  sweep: {
    what: 'the same with a sweep of 20 thresholds',
    unit: 'ms',
    is: 'under',
    bound: 600,
    advice:
      'Windows must be computed once, and blocks of values without effect skipped. Look for work per evaluation in src/evaluate/states.ts and notices.ts.',
  },
  series: {
    what: 'requests for the series of 1,000 alerts over 60 queries of 7 days, at most 8 queries a request',
    unit: '',
    is: 'under',
    bound: 61,
    advice:
      'See how src/preview/request-plan.ts divides the time, and how long before the span series begin.',
  },
  killed: {
    what: 'p99 of listed calls while the sidecar is killed, relative to normal',
    unit: 'times',
    is: 'under',
    bound: 5,
    advice: 'Check what listed calls share with forwarded ones: sockets, the catalog lookup, the event loop.',
  },
  flooded: {
    what: 'p99 of listed calls while the sidecar is flooded, relative to normal',
    unit: 'times',
    is: 'under',
    bound: 15,
    advice: 'Check what is done for a forwarded request before it is throttled (src/main/sidecar-client.ts).',
  },
  large: {
    what: 'p99 of listed calls while 16 MiB documents arrive, relative to normal',
    unit: 'times',
    is: 'under',
    bound: 10,
    advice: 'Check what src/main/router.ts does with a large body on the main thread.',
  },
} as const satisfies Record<string, Aim>;
export type AimName = keyof typeof AIMS;

/** The measured value of each aim. */
export type Measurements = Partial<Record<AimName, number>>;

/** Returns a Markdown table of the aims with their measured values and, if missed, the recommendation. */
export function aimsTable(measured: Measurements): string {
  const rows = Object.entries(AIMS).map(([name, aim]: [string, Aim]) => {
    const value = Object.entries(measured).find(([of]) => of === name)?.[1];
    const met = value !== undefined && (aim.is === 'under' ? value < aim.bound : value > aim.bound);
    const shown = value === undefined ? 'not measured' : `${Number(value.toPrecision(3))} ${aim.unit}`.trim();
    return `| ${aim.what} | ${aim.is} ${aim.bound} ${aim.unit} | ${shown} | ${met || value === undefined ? '-' : aim.advice} |\n`;
  });
  return `| measure | aim | measured | recommendation |\n|---|---|---|---|\n${rows.join('')}`;
}
