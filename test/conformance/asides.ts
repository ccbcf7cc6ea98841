import type { How } from './differences.ts';
import type { Client, Exchange } from './recording.ts';

interface Aside {
  /** Paths of requests. */
  readonly of: RegExp;
  /** Places in an answer: members joined by dots, `[]` for those of a list. */
  readonly places: RegExp;
  readonly how: How;
  readonly why: string;
  readonly client?: Client;
  /** The years it holds for, both included; recordings without a date count as the first year. */
  readonly years?: readonly [from: number, to: number];
}

const FIRST_YEAR = 2020;
const ANY = /^/;
const MONITOR = /^\/api\/v1\/monitor/;
const DASHBOARD = /^\/api\/v1\/dashboard/;

/** What is not compared exactly, and why: what depends on people, on the year, on the client, or on chance. */
const ASIDES: readonly Aside[] = [
  {
    of: ANY,
    places: /(^|\.)creator$|(^|\.)author(_\w+)?$|(^|\.)org_id$/,
    how: 'shape',
    why: 'people and their organisation',
  },
  {
    of: MONITOR,
    places: /(^|\.)overall_state(_modified)?$/,
    how: 'ignored',
    why: 'evaluation goes on meanwhile',
  },
  {
    of: DASHBOARD,
    places: /(^|\.)restricted_roles$/,
    how: 'optional',
    client: 'typescript',
    why: 'absent becomes [] for the TypeScript client alone; nothing in the body tells',
  },
  {
    of: DASHBOARD,
    places: /(^|\.)is_read_only$/,
    how: 'ignored',
    years: [FIRST_YEAR, 2025],
    why: 'answered as false until May 2025, and not in 2026',
  },
];

/** How each place in the answer to an exchange is compared; undefined is exactly. */
export function asideFor(exchange: Exchange): (path: string) => How | undefined {
  const year = exchange.year ?? FIRST_YEAR;
  const rows = ASIDES.filter(
    ({ of, client, years = [FIRST_YEAR, 9999] }) =>
      of.test(exchange.request.path) &&
      (client === undefined || client === exchange.client) &&
      year >= years[0] &&
      year <= years[1],
  );
  return (path) => rows.find(({ places }) => places.test(path))?.how;
}
