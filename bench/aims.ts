interface Aim {
  readonly what: string;
  readonly unit: string;
  /** The measured value is to be under, or over, the bound. */
  readonly is: 'under' | 'over';
  readonly bound: number;
  /** What to look at where it is missed. */
  readonly otherwise: string;
}

/** What the project aims at. They are read, not enforced: on a busy machine any of them can be missed. */
const AIMS = {
  upstream: {
    what: 'the hop adds, at the median',
    unit: 'ms',
    is: 'under',
    bound: 1,
    otherwise:
      'Look for work done on each request: new connections to the sidecar, a body read twice in one process.',
  },
  ready: {
    what: 'the sidecar is ready after',
    unit: 'ms',
    is: 'under',
    bound: 250,
    otherwise:
      'Look at what its bundle has taken in (`npm run build` lists it), and whether the compile cache is used.',
  },
  idle: {
    what: 'the sidecar holds when idle, launcher included',
    unit: 'MiB',
    is: 'under',
    bound: 75,
    otherwise: 'Look at what its bundle loads at start; a dependency can be loaded when it is needed.',
  },
  loaded: {
    what: 'the sidecar holds after load, launcher included',
    unit: 'MiB',
    is: 'under',
    bound: 110,
    otherwise:
      "Look at Node's flags in bin/birddog, and for what lives as long as a request and could go sooner.",
  },
  lint: {
    what: 'monitors linted a second, on one core',
    unit: '',
    is: 'over',
    bound: 20_000,
    otherwise:
      'Profile bench/lint.ts: a rule that reads the message or walks the query once more is the usual cause.',
  },
  killed: {
    what: 'p99 of listed calls against its usual, while the sidecar is killed',
    unit: 'times',
    is: 'under',
    bound: 5,
    otherwise: 'Look at what listed calls share with the hop: sockets, the lookup, the event loop.',
  },
  flooded: {
    what: 'p99 of listed calls against its usual, while the sidecar is flooded',
    unit: 'times',
    is: 'under',
    bound: 15,
    otherwise:
      'Look at what of a request for the sidecar is done before its pace (src/main/sidecar-client.ts).',
  },
  large: {
    what: 'p99 of listed calls against its usual, while documents of 16 MiB come',
    unit: 'times',
    is: 'under',
    bound: 10,
    otherwise: 'Look at what src/main/router.ts does with a large body in the thread that serves.',
  },
} as const satisfies Record<string, Aim>;
export type AimName = keyof typeof AIMS;

/** What was measured of the aims. */
export type Measurements = Partial<Record<AimName, number>>;

/** Each aim beside what was measured, and what to look at where it was missed; in Markdown. */
export function aimsTable(measured: Measurements): string {
  const rows = Object.entries(AIMS).map(([name, aim]: [string, Aim]) => {
    const value = Object.entries(measured).find(([of]) => of === name)?.[1];
    const met = value !== undefined && (aim.is === 'under' ? value < aim.bound : value > aim.bound);
    const shown = value === undefined ? 'not measured' : `${Number(value.toPrecision(3))} ${aim.unit}`.trim();
    return `| ${aim.what} | ${aim.is} ${aim.bound} ${aim.unit} | ${shown} | ${met || value === undefined ? '-' : aim.otherwise} |\n`;
  });
  return `| what | aim | measured | recommended |\n|---|---|---|---|\n${rows.join('')}`;
}
