import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import {
  noticesIn,
  points,
  regular,
  run,
  simple,
  timeAt,
  transitionsIn,
} from '../../test/evaluation/evaluation-series.ts';
import { runAtOnce, type Steps } from '../domain/steps.ts';
import { evaluateComposite, evaluatingComposite } from './composite.ts';
import { type Evaluation, evaluate, evaluating } from './evaluate.ts';
import { readMonitor } from './read-monitor.ts';
import { computingWindows, type Series, windowsOf } from './window-values.ts';

const SPAN = { from: timeAt('12:00'), to: timeAt('12:30') };
const OPTIONS = { notify_no_data: true, no_data_timeframe: 1, thresholds: { critical: 80, warning: 60 } };

/** A member whose state each minute from 12:00 on is that of a value: 1 ok, 70 warn, 90 alert, undefined no data. */
function member(...values: (number | undefined)[]): Evaluation {
  // An earlier point, so that missing values are No Data from the start.
  const series = simple({
    times: Float64Array.from([timeAt('11:50'), ...regular('11:59', values).times]),
    values: Float64Array.from([1, ...regular('11:59', values).values]),
  });
  return run('avg(last_1m):avg:a{*} > 80', series, { from: '11:51', to: '12:30', options: OPTIONS });
}

function composite(query: string, members: Record<string, Evaluation>, options: JsonObject = {}): Evaluation {
  const read = readMonitor({ type: 'composite', name: 'c', query, message: '@a', options });
  assert.ok(read.kind === 'composite');
  const result = evaluateComposite(read, new Map(Object.entries(members)), SPAN);
  assert.ok(!('kind' in result), JSON.stringify(result));
  return result;
}

const STATE_VALUES: Record<string, number | undefined> = { ok: 1, warn: 70, alert: 90, no_data: undefined };

describe('a composite', () => {
  for (const [query, a, b, expected] of [
    ['1 && 2', 'alert', 'warn', 'warn'],
    ['1 && 2', 'alert', 'ok', 'ok'],
    ['1 && 2', 'no_data', 'warn', 'no_data'],
    ['1 && 2', 'no_data', 'ok', 'ok'],
    ['1 || 2', 'alert', 'warn', 'alert'],
    ['1 || 2', 'no_data', 'warn', 'warn'],
    ['1 || 2', 'no_data', 'ok', 'no_data'],
    ['!1 || 2', 'ok', 'ok', 'alert'],
    ['!1 || 2', 'warn', 'ok', 'ok'],
    ['!1 || 2', 'alert', 'ok', 'ok'],
    ['!1 && 2', 'no_data', 'alert', 'no_data'],
    ['1 && (2 || !1)', 'alert', 'warn', 'warn'],
  ] as const)
    it(`${query} of ${a} and ${b} is ${expected}`, () => {
      const [first, second] = [STATE_VALUES[a], STATE_VALUES[b]];
      const members = { 1: member(first), 2: member(second) };
      const { groups, times } = composite(query, members, { notify_no_data: true });
      const states = ['none', 'ok', 'no_data', 'warn', 'alert'];
      assert.equal(states[groups.get('*')?.states[0] ?? 0], expected, String(times.length));
    });

  it('notifies of its transitions, and keeps the last state instead of No Data', () => {
    const a = member(90, 90, 90, undefined, undefined, 1);
    const b = member(1, 90, 90, 90, 90, 90, 90);
    assert.deepEqual(noticesIn(composite('1 && 2', { 1: a, 2: b })), ['12:01 alert', '12:05 ok']);
    const notices = noticesIn(composite('1 && 2', { 1: a, 2: b }, { notify_no_data: true }));
    assert.deepEqual(notices.slice(0, 3), ['12:01 alert', '12:03 no_data', '12:05 ok']);
  });

  it('does not notify of No Data if its member does not', () => {
    const shown = run('avg(last_1m):avg:a{*} > 80', simple(points(['11:50', 1])), {
      from: '11:51',
      to: '12:30',
      options: { on_missing_data: 'show_no_data' },
    });
    const result = composite('1 && 2', { 1: shown, 2: member(90) }, { notify_no_data: true });
    assert.deepEqual(noticesIn(result), []);
  });

  it('is not evaluated while a member was never seen, and renotifies like any monitor', () => {
    const never = run('avg(last_1m):avg:a{*} > 80', simple(points()), { from: '11:51', to: '12:30' });
    assert.deepEqual(transitionsIn(composite('1 || 2', { 1: never, 2: member(90) })), []);
    const options = { renotify_interval: 10 };
    const values = Array.from({ length: 31 }, () => 90);
    assert.deepEqual(noticesIn(composite('1 || 2', { 1: member(...values), 2: member(1) }, options)), [
      '12:00 alert',
      '12:10 alert renotification',
      '12:20 alert renotification',
    ]);
  });

  it('joins groups by the values of their tags', () => {
    const series = (...groups: string[]): Series => [
      new Map(
        groups.map((group) => [
          group,
          regular(
            '11:50',
            Array.from({ length: 30 }, () => 90),
          ),
        ]),
      ),
    ];
    const by = (keys: string, ...groups: string[]) =>
      run(`avg(last_1m):avg:a{*} by {${keys}} > 80`, series(...groups), { from: '11:51', to: '12:30' });
    const hosts = by('host', 'host:a', 'host:b');
    const nodes = by('node', 'node:b', 'node:c');
    const devices = by('device,host', 'device:sda,host:b', 'device:sdb,host:d');
    const urls = by('host,url', 'host:b,url:x');
    const keys = (...members: Evaluation[]) => {
      const [a = hosts, b = hosts] = members;
      return [...composite('1 && 2', { 1: a, 2: b }).groups.keys()];
    };
    assert.deepEqual(keys(hosts, nodes), ['host:b']);
    assert.deepEqual(keys(hosts, devices), ['device:sda,host:b']);
    assert.deepEqual(keys(urls, devices), []);
    assert.deepEqual(keys(member(90), hosts), ['host:a', 'host:b']);
  });

  it('is refused without one of its members', () => {
    const read = readMonitor({ type: 'composite', query: '1 && 2' });
    assert.ok(read.kind === 'composite');
    const result = evaluateComposite(read, new Map([['1', member(90)]]), SPAN);
    assert.equal('kind' in result && result.code, 'composite_member');
  });
});

describe('an evaluation in steps', () => {
  it('stops after each group, and has the same result', () => {
    const monitor = { type: 'query alert', name: 'm', query: 'avg(last_1m):avg:a{*} by {host} > 80' };
    const read = readMonitor({ ...monitor, message: '@a' });
    assert.ok(read.kind === 'condition');
    const series = [
      new Map(['host:a', 'host:b', 'host:c'].map((group) => [group, regular('11:59', [90, 1])])),
    ];
    const windows = windowsOf(read, series, SPAN);
    const outcomesOf = ({ groups }: typeof windows) => [...groups.values()].map(({ outcomes }) => outcomes);
    assert.equal(stepsOf(computingWindows(read, series, SPAN)), 3);
    assert.deepEqual(outcomesOf(runAtOnce(computingWindows(read, series, SPAN))), outcomesOf(windows));
    // The states of each group, then its notifications.
    assert.equal(stepsOf(evaluating(read, windows)), 6);
    assert.deepEqual(runAtOnce(evaluating(read, windows)), evaluate(read, windows));
    const combined = readMonitor({ type: 'composite', name: 'c', query: '1 && 2', message: '@a' });
    assert.ok(combined.kind === 'composite');
    const members = new Map(['1', '2'].map((name) => [name, evaluate(read, windows)]));
    assert.equal(stepsOf(evaluatingComposite(combined, members, SPAN)), 6);
  });
});

function stepsOf(work: Steps<unknown>): number {
  let count = 0;
  while (!work.next().done) count += 1;
  return count;
}
