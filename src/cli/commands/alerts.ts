import { monitorListSchema, type MonitorStateFields } from '../../contract/answers.ts';
import { MONITOR_STATES, plainState, QUERY_PARAMETERS } from '../../contract/query-parameters.ts';
import { append } from '../../domain/append.ts';
import type { JsonObject } from '../../domain/json.ts';
import { wholeNumberIn } from '../../domain/whole-number.ts';
import { parsedAnswer } from '../client/birddog-failures.ts';
import { command } from '../command.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { flag, noOperands, type Option, textOption, UsageError } from '../options.ts';
import { type AlertRow, printAlerts } from '../print/print-alerts.ts';
import { failureOf } from '../print/print-failure.ts';
import { safeText } from '../print/safe-text.ts';
import { visibleJson } from '../print/visible.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  type ClientOptions,
  clientOptions,
  printFailure,
  withClient,
} from './client-options.ts';

/** The states that a list has without --state. */
const DEFAULT_STATES = 'alert,warn,unknown,no_data';

const APPLICATION = textOption('application', 'A', 'only this application (default: all that you may read)');
const TEAM = textOption('team', 'TEAM', 'only monitors with the tag of this team');
const TAGS = textOption('tags', 'TAG,...', 'only monitors with all of these tags');
const NAME = textOption('name', 'TEXT', 'only monitors with this text in their names');
const STATE: Option<string | undefined> = {
  name: 'state',
  value: 'STATE,...',
  help: 'only monitors and groups in these states (default: alert, warn, unknown, and no_data if somebody is notified of it)',
  read(text) {
    const { schema, is } = QUERY_PARAMETERS.state;
    if (text !== undefined && !schema.safeParse(text).success)
      throw new UsageError(`--state must be ${is}, not "${text}"`);
    return text;
  },
};
const WATCH = flag('watch', 'show the table again and again until Ctrl-C');
const EVERY: Option<number> = {
  name: 'every',
  value: 'SECONDS',
  help: 'time between two tables of --watch, 5 to 3600 (default: 30)',
  read(text = '30') {
    const seconds = wholeNumberIn(text, 5, 3600);
    if (seconds === undefined)
      throw new UsageError(`--every must be a whole number from 5 to 3600, not "${text}"`);
    return seconds * 1000;
  },
};

export const alertsCommand = command({
  name: 'alerts',
  summary: 'Show what is alerting now, since when, and who is notified',
  description:
    'Show the groups of monitors and alerts that are not ok, of every application that you may read: since when, whether they are muted, and who is notified. With --watch, redraw the table.',
  examples: ['birddog alerts --team payments', 'birddog alerts --watch --state alert'],
  options: [APPLICATION, TEAM, TAGS, NAME, STATE, WATCH, EVERY, ...CLIENT_OPTIONS],
  operands: noOperands('alerts takes only options'),
  statuses: {
    done: 'the alerts were printed, also if there are some',
    failed: 'something failed',
    ...CLIENT_STATUSES,
  },
  run(args, io) {
    const { get } = args;
    const query = {
      application: get(APPLICATION),
      team: get(TEAM),
      tags: get(TAGS),
      q: get(NAME),
      state: get(STATE) ?? DEFAULT_STATES,
      page_size: '1000',
    };
    const wanted = { query, states: get(STATE)?.split(',').map(plainState) };
    const everyMs = get(WATCH) ? get(EVERY) : undefined;
    return withClient(args, io, (clientIo) =>
      everyMs === undefined
        ? showOnce(wanted, clientOptions(args), clientIo)
        : watch(wanted, everyMs, clientOptions(args), clientIo),
    );
  },
});

interface Wanted {
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The states of --state, as plainState returns them. */
  readonly states: readonly string[] | undefined;
}

/** A group that is not ok, as --json prints it. */
type Entry = MonitorStateFields['groups'][number] & {
  readonly application: string;
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
};

async function showOnce(wanted: Wanted, options: ClientOptions, io: ClientIo): Promise<Exit> {
  const { out, paint, clock, screen } = io;
  try {
    const { entries, more } = await readEntries(wanted, options, io);
    if (options.json) out(`${visibleJson(jsonOf(entries, more))}\n`);
    else {
      const columns = screen?.().columns;
      const size = columns === undefined ? undefined : { columns, rows: Number.POSITIVE_INFINITY };
      out(printAlerts(entries.map(rowOf), clock.now(), paint, size) + moreText(more));
    }
    return EXIT.done;
  } catch (error) {
    return printFailure(error, options, io);
  }
}

/** Moves the cursor to the top left, and clears the screen. */
const CLEAR = '\x1b[H\x1b[2J';

/**
 * Shows the alerts again and again until Ctrl-C or SIGTERM: redraws the screen of a terminal, and otherwise prints one table, or
 * one line of JSON, after the other. Goes on while Birddog is unavailable, and ends with any other failure.
 */
async function watch(wanted: Wanted, everyMs: number, options: ClientOptions, io: ClientIo): Promise<Exit> {
  const { outExact, paint, clock } = io;
  const screen = options.json ? undefined : io.screen;
  const stopped = new AbortController();
  const removers = [io.onInterrupt, io.onTerminate].map((listen) => listen(() => stopped.abort()));
  const show = (text: string) => outExact(`${screen ? CLEAR : ''}${safeText(text)}`);
  let last = '';
  try {
    for (;;) {
      const now = clock.now();
      try {
        const { entries, more } = await readEntries(wanted, options, io, stopped.signal);
        if (options.json) outExact(`${visibleJson(jsonOf(entries, more), 0)}\n`);
        else {
          const head = paint(
            'aside',
            `${new Date(now).toISOString().slice(0, 19)}Z, every ${everyMs / 1000} s`,
          );
          // The head takes one more line.
          const size = screen?.();
          const rest = size && { columns: size.columns, rows: size.rows - 1 };
          last = `${head}\n${printAlerts(entries.map(rowOf), now, paint, rest)}${moreText(more)}`;
          show(last);
        }
      } catch (error) {
        if (stopped.signal.aborted) return EXIT.done;
        const failure = failureOf(error, io.paintErr);
        if (failure.exit !== EXIT.unavailable || !screen) io.err(failure.text);
        else show(`${last}${failure.text}`);
        if (failure.exit !== EXIT.unavailable) return failure.exit;
      }
      await clock.sleep(everyMs, stopped.signal);
    }
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    return EXIT.done;
  } finally {
    for (const remove of removers) remove();
  }
}

/** Reads all pages. Returns the groups that are not ok, the worst and oldest first, and how many the answers left out. */
async function readEntries(
  { query, states }: Wanted,
  { deadlineMs }: ClientOptions,
  { client }: Pick<ClientIo, 'client'>,
  signal?: AbortSignal,
): Promise<{ readonly entries: Entry[]; readonly more: number }> {
  const entries: Entry[] = [];
  let more = 0;
  let cursor: string | undefined;
  do {
    const answer = await client.send({
      method: 'GET',
      path: '/get_monitors',
      query: { ...query, cursor },
      deadlineMs,
      ...(signal ? { signal } : {}),
    });
    const { monitors, next_cursor } = parsedAnswer(monitorListSchema, answer);
    for (const { application, key, id, url, monitor, groups, more_groups = 0 } of monitors) {
      const name = typeof monitor['name'] === 'string' ? monitor['name'] : key;
      const isWanted = ({ state, muted, notified }: Entry) =>
        states ? states.includes(plainState(state)) : state !== 'no_data' || muted || notified.length > 0;
      append(
        entries,
        groups.map((group) => ({ application, key, id, name, url, ...group })).filter(isWanted),
      );
      more += more_groups;
    }
    cursor = next_cursor;
  } while (cursor !== undefined);
  return { entries: entries.sort(bySeverity), more };
}

function bySeverity(a: Entry, b: Entry): number {
  return MONITOR_STATES.indexOf(a.state) - MONITOR_STATES.indexOf(b.state) || timeOf(a) - timeOf(b);
}

function timeOf({ since }: Pick<Entry, 'since'>): number {
  const time = since === undefined ? Number.NaN : Date.parse(since);
  return Number.isNaN(time) ? Number.MAX_VALUE : time;
}

function rowOf(entry: Entry): AlertRow {
  const since = timeOf(entry);
  return {
    ...entry,
    monitor: `${entry.application}/${entry.key}`,
    since: since === Number.MAX_VALUE ? undefined : since,
  };
}

function moreText(more: number): string {
  return more === 0 ? '' : `${more} further groups of monitors with more than 100 are not shown.\n`;
}

function jsonOf(entries: readonly Entry[], more: number): JsonObject {
  return { alerts: entries.map((entry) => ({ ...entry })), ...(more === 0 ? {} : { more_groups: more }) };
}
