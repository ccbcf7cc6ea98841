import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { BirddogRequest } from '../client/birddog-client.ts';
import { BirddogProblem, NoAnswer } from '../client/birddog-failures.ts';
import type { ProcessIo } from '../command.ts';
import { alertsCommand } from './alerts.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const CLEAR = '\x1b[H\x1b[2J';
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

/** A group in an answer. */
const group = (name: string, state: string, minutes: number, more: JsonObject = {}): JsonObject => ({
  group: name,
  state,
  since: ago(minutes),
  muted: false,
  notified: ['@slack-orders', '@pagerduty'],
  ...more,
});
const monitor = (key: string, groups: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  application: 'checkout',
  key,
  id: '1',
  url: 'https://app.example.test/monitors/1',
  state: 'alert',
  muted: false,
  mutes: [],
  groups: [...groups],
  monitor: { name: `Name of ${key}` },
  ...more,
});
const MONITORS = [
  monitor('queue', [group('queue:orders', 'alert', 5), group('queue:mail', 'warn', 90)]),
  monitor('load', [group('*', 'alert', 3000, { muted: true, notified: [] })]),
  monitor('silent', [group('*', 'no_data', 1, { notified: [] }), group('host:a', 'no_data', 2)]),
];
const page = (monitors: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  monitors: [...monitors],
  not_readable: 0,
  request_id: 'r',
  ...more,
});

/** Runs the command against a Birddog that gives these answers, or fails with them, one after the other. */
async function run(answers: (JsonObject | Error)[], args: readonly string[], given: Partial<ProcessIo> = {}) {
  const sent: BirddogRequest[] = [];
  const client = {
    url: new URL('http://127.0.0.1'),
    async send(request: BirddogRequest) {
      sent.push(request);
      request.signal?.throwIfAborted();
      const answer = answers.shift() ?? page([]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close: () => {},
  };
  const clock = manualClock(NOW);
  const result = await runCommand(alertsCommand, args, { clientOf: () => client, clock, ...given });
  return { ...result, sent };
}

describe('birddog alerts', () => {
  it('shows the groups that are not ok as a table, the worst and oldest first', async () => {
    const { status, out, err } = await run([page(MONITORS)], []);
    assert.deepEqual([status, err], [0, '']);
    assert.deepEqual(out.split('\n'), [
      'STATE    FOR  MONITOR          GROUP         NOTIFIED',
      'alert    2d   checkout/load                  muted',
      'alert    5m   checkout/queue   queue:orders  @slack-orders @pagerduty',
      'warn     1h   checkout/queue   queue:mail    @slack-orders @pagerduty',
      'no_data  2m   checkout/silent  host:a        @slack-orders @pagerduty',
      '4 groups of 3 monitors: 2 alert, 1 warn, 1 no_data; 1 muted.',
      '',
    ]);
    assert.equal((await run([page([])], [])).out, 'Nothing is alerting.\n');
    const muted = monitor('silent', [group('*', 'no_data', 1, { muted: true, notified: [] })]);
    assert.match((await run([page([muted])], [])).out, /^no_data {2}1m .* muted$/m);
  });

  it('reads all pages with its filters', async () => {
    const pages = [page(MONITORS.slice(0, 1), { next_cursor: 'c' }), page(MONITORS.slice(1))];
    const args = ['--team', 'sre', '--tags', 'a:b', '--name', 'x', '--state', 'Warn,No_Data'];
    const { out, sent } = await run(pages, args);
    const query = {
      application: undefined,
      team: 'sre',
      tags: 'a:b',
      q: 'x',
      state: 'Warn,No_Data',
      page_size: '1000',
    };
    assert.deepEqual(
      sent.map((request) => [request.path, request.query]),
      [
        ['/get_monitors', { ...query, cursor: undefined }],
        ['/get_monitors', { ...query, cursor: 'c' }],
      ],
    );
    assert.match(
      out,
      /^3 groups of 2 monitors: 1 warn, 2 no_data\.$/m,
      'also no_data of which nobody is notified',
    );
  });

  it('prints JSON with the names and pages of the monitors', async () => {
    const { out } = await run(
      [page([monitor('queue', [group('*', 'alert', 5)], { more_groups: 7 })])],
      ['--json'],
    );
    assert.deepEqual(JSON.parse(out), {
      alerts: [
        {
          application: 'checkout',
          key: 'queue',
          id: '1',
          name: 'Name of queue',
          url: 'https://app.example.test/monitors/1',
          ...group('*', 'alert', 5),
        },
      ],
      more_groups: 7,
    });
  });

  for (const [columns, longest] of [
    [200, 74],
    [70, 70],
    [60, 60],
    [59, 59],
    [30, 30],
    [12, 12],
  ] as const)
    it(`fits into a terminal of ${columns} columns`, async () => {
      const wide = monitor('a-very-long-key-of-a-monitor', [group('queue:注文', 'alert', 5)]);
      const { out } = await run([page([wide, ...MONITORS])], [], { screen: () => ({ columns, rows: 5 }) });
      const lines = out.split('\n').slice(0, -2);
      const widths = lines.map((line) => line.replaceAll(/[注文]/g, 'xx').length);
      assert.ok(Math.max(...widths) <= columns, lines.join('\n'));
      assert.ok(Math.max(...widths) > longest - 10, 'uses the width');
      assert.equal(lines.length, columns < 60 ? 10 : 6, 'all rows: the output scrolls');
    });

  it('escapes control characters of the server, and rejects other arguments', async () => {
    const evil = monitor('queue', [group('queue:\x1b[31m', 'alert', 5, { notified: ['@a\x07'] })]);
    assert.doesNotMatch((await run([page([evil])], [])).out, /[\x1b\x07]/);
    for (const args of [['--state', 'fire'], ['--every', '4'], ['checkout']])
      assert.equal((await run([], args)).status, 64, args.join(' '));
  });

  it('reports a failure with its exit status', async () => {
    const { status, out, err } = await run([new NoAnswer('Nobody answers.', false)], ['--json']);
    assert.deepEqual([status, JSON.parse(out).error.code], [69, 'no_answer']);
    assert.match(err, /Nobody answers/);
  });
});

describe('birddog alerts --watch', () => {
  /** Stops at the nth sleep, as Ctrl-C does. */
  function interruptedAt(sleep: number): Partial<ProcessIo> & { readonly removed: () => number } {
    let interrupt = () => {};
    let [sleeps, removed] = [0, 0];
    const clock = manualClock(NOW);
    const remove = () => void (removed += 1);
    return {
      clock: {
        ...clock,
        async sleep(ms, signal) {
          assert.equal(ms, 30_000);
          sleeps += 1;
          if (sleeps === sleep) interrupt();
          await clock.sleep(ms, signal);
        },
      },
      onInterrupt(listener) {
        interrupt = listener;
        return remove;
      },
      onTerminate: () => remove,
      removed: () => removed,
    };
  }
  const problem = (status: number) =>
    new BirddogProblem(
      {
        type: 't',
        status,
        code: status === 503 ? 'datadog_unavailable' : 'forbidden',
        title: 'Refused',
        detail: 'No.',
        hint: 'Wait.',
        request_id: 'r',
      },
      {},
      { retryAfterMs: undefined, withToken: true },
    );

  it('redraws the terminal until Ctrl-C, and cuts off rows that do not fit', async () => {
    const io = interruptedAt(2);
    const screen = () => ({ columns: 80, rows: 7 });
    const { status, out } = await run([page(MONITORS), page([])], ['--watch'], { ...io, screen });
    const [before, first = '', second = ''] = out.split(CLEAR);
    assert.deepEqual([status, before, io.removed()], [0, '', 2]);
    const lines = first.trimEnd().split('\n');
    assert.equal(lines[0], '2026-03-01T12:00:00Z, every 30 s');
    assert.deepEqual(lines.slice(-2), [
      'and 2 more',
      '4 groups of 3 monitors: 2 alert, 1 warn, 1 no_data; 1 muted.',
    ]);
    assert.ok(lines.length < 7);
    assert.equal(second, '2026-03-01T12:00:30Z, every 30 s\nNothing is alerting.\n');
  });

  it('prints one table, or one line of JSON, after the other without a terminal', async () => {
    const tables = await run([page(MONITORS), page([])], ['--watch'], interruptedAt(2));
    assert.doesNotMatch(tables.out, /\x1b/);
    assert.equal(tables.out.match(/every 30 s/g)?.length, 2);
    const json = await run([page(MONITORS), page([])], ['--watch', '--json'], interruptedAt(2));
    assert.deepEqual(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).alerts.length),
      [4, 0],
    );
  });

  it('goes on while Birddog is unavailable, and keeps the last table', async () => {
    const answers = [page(MONITORS), problem(503), new NoAnswer('Nobody answers.', false), page([])];
    const screen = () => ({ columns: 80, rows: 24 });
    const { status, out } = await run(answers, ['--watch'], { ...interruptedAt(4), screen });
    const [, , second = '', third = '', fourth = ''] = out.split(CLEAR);
    assert.equal(status, 0);
    assert.match(second, /checkout\/queue[^]*datadog_unavailable/);
    assert.match(third, /checkout\/queue[^]*Nobody answers/);
    assert.match(fourth, /Nothing is alerting/);
  });

  it('prints only JSON on a terminal with --json', async () => {
    const answers = [page(MONITORS), problem(503), page([])];
    const screen = () => ({ columns: 80, rows: 24 });
    const { out, err } = await run(answers, ['--watch', '--json'], { ...interruptedAt(3), screen });
    const counts = out.split('\n', 2).map((line) => JSON.parse(line).alerts.length);
    assert.deepEqual([counts, out.split('\n').length], [[4, 0], 3]);
    assert.match(err, /datadog_unavailable/);
  });

  it('ends with any other failure, and with Ctrl-C during a request', async () => {
    const refused = await run([problem(403)], ['--watch'], interruptedAt(9));
    assert.deepEqual([refused.status, /forbidden/.test(refused.err)], [1, true]);
    const onInterrupt = (listener: () => void) => {
      listener();
      return () => {};
    };
    assert.deepEqual(
      await run([], ['--watch'], { onInterrupt }).then(({ status, out, err }) => [status, out, err]),
      [0, '', ''],
    );
  });
});
