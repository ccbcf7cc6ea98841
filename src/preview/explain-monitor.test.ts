import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { points, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { clockIn, told } from '../../test/evaluation/explained.ts';
import type { JsonObject } from '../domain/json.ts';
import { runAtOnce } from '../domain/steps.ts';
import type { Points } from '../evaluate/samples.ts';
import { explainMonitor } from './explain-monitor.ts';
import type { MissingPart } from './fetch-series.ts';
import type { Failure, RealTransition } from './ports.ts';

interface Given {
  readonly series?: Readonly<Record<string, Points>>;
  readonly missing?: readonly MissingPart[];
  readonly monitors?: Readonly<Record<string, JsonObject>>;
  readonly real?: readonly RealTransition[];
  readonly rules?: readonly JsonObject[];
  readonly downtimes?: readonly JsonObject[];
  readonly failure?: Failure;
  readonly cutGroups?: number;
}

/** Explains a monitor with the id 7. */
async function explained(monitor: JsonObject, clock: string, given: Given = {}, group?: string) {
  const { series = {}, missing = [], monitors = {}, real = [], rules = [], downtimes = [], failure } = given;
  const failed = failure ? { failure } : {};
  const metricOf = (text: string) => /:([\w.]+)\{/.exec(text)?.[1] ?? '';
  return explainMonitor(
    { id: '7', key: 'k', monitor, at: timeAt(clock), group },
    {
      ports: {
        fetchSeries: async () => ({
          seriesOf({ text }) {
            const found = series[metricOf(text)];
            return new Map(found ? [['*', found]] : []);
          },
          missingOf: () => missing,
          cutOf: () => given.cutGroups ?? 0,
          requests: 1,
          cached: 0,
        }),
        transitions: { transitions: async () => ({ transitions: new Map([['7', real]]), ...failed }) },
        rules: { rules: async () => ({ rules, ...failed }) },
        downtimes: { downtimes: async () => ({ downtimes, ...failed }) },
      },
      context: {
        caller: { name: 'x' },
        deadline: { left: () => 25_000, signal: new AbortController().signal },
        requestId: 'r',
        traceparent: '',
      },
      run: async (steps) => runAtOnce(steps),
      readMonitors: async (ids) => new Map(ids.flatMap((id) => (monitors[id] ? [[id, monitors[id]]] : []))),
    },
  );
}

const monitor = (metric: string, more: JsonObject = {}): JsonObject => ({
  type: 'query alert',
  name: 'n',
  query: `max(last_5m):avg:${metric}{*} > 80`,
  message: '@a',
  ...more,
});
const high = regular(
  '12:00',
  Array.from({ length: 120 }, (_, at) => (at >= 60 ? 90 : 1)),
);

describe('an explained monitor', () => {
  it('is evaluated up to the time, with downtimes and notification rules', async () => {
    const { explanation, real, notes } = await explained(monitor('a', { tags: ['team:shop'] }), '13:01', {
      series: { a: high },
      real: [{ at: timeAt('13:02'), group: '*', from: 'ok', to: 'alert' }],
      rules: [{ name: 'Shop', filter: { tags: ['team:shop'] }, recipients: ['slack-shop'] }],
    });
    assert.equal(clockIn(explanation?.at), '13:01');
    assert.deepEqual(explanation?.state, { before: 'ok', after: 'alert', since: explanation?.at });
    assert.deepEqual(told(explanation), [
      '@a yes: It is outside all blocks.',
      '@slack-shop yes: The notification rule "Shop" names it.',
    ]);
    assert.deepEqual(real, [{ at: '2026-11-02T13:02:00Z', group: '*', from: 'ok', to: 'alert' }]);
    assert.deepEqual(notes, []);
  });

  it('is not notified in a downtime of it', async () => {
    const downtimes = [
      {
        monitor_identifier: { monitor_id: 7 },
        scope: '*',
        schedule: { start: '2026-11-02T12:30:00Z', end: '2026-11-02T14:00:00Z' },
      },
    ];
    const { explanation } = await explained(monitor('a'), '13:01', { series: { a: high }, downtimes });
    assert.equal(explanation?.downtimes.length, 1);
    assert.match(told(explanation)[0] ?? '', /^@a no: A downtime mutes it/);
  });

  it('is refused by name with its real transitions if it cannot be evaluated', async () => {
    const slo = { type: 'slo alert', name: 'n', query: 'error_budget("x").over("7d") > 75' };
    const happened = [{ at: timeAt('12:30'), group: '*', from: 'ok', to: 'alert' }] as const;
    const { explanation, refused, real } = await explained(slo, '13:00', { real: happened });
    assert.equal(explanation, undefined);
    assert.equal(refused?.code, 'slo_alert');
    assert.equal(real.length, 1);
  });

  it('is refused if points of its window could not be read', async () => {
    const missing = [
      { from: timeAt('12:58'), to: timeAt('13:05'), reason: 'rate_limit', detail: '' },
    ] as const;
    const { refused } = await explained(monitor('a'), '13:01', { series: { a: high }, missing });
    assert.equal(refused?.code, 'no_series');
    assert.match(refused.text, /rate limit/);
  });

  it('does not need points from long before its window', async () => {
    const missing = [{ from: 0, to: timeAt('12:40'), reason: 'deadline', detail: '' }] as const;
    const { explanation } = await explained(monitor('a'), '13:01', { series: { a: high }, missing });
    assert.equal(explanation?.state.after, 'alert');
    assert.equal(explanation.value, 90);
  });

  it('notes what could not be read', async () => {
    const { notes } = await explained(monitor('a'), '13:01', {
      series: { a: high },
      failure: { reason: 'denied', detail: '' },
    });
    assert.deepEqual(
      notes.map(({ code }) => code),
      ['notification_rules_missing', 'downtimes_missing', 'transitions_missing'],
    );
  });

  it('says that the monitor was changed since', async () => {
    const notesOf = async (modified: string) => {
      const { notes } = await explained(monitor('a', { modified }), '13:01', { series: { a: high } });
      return notes.map(({ code }) => code);
    };
    assert.deepEqual(await notesOf('2026-11-02T13:00:59+00:00'), []);
    assert.deepEqual(await notesOf('2026-11-02T13:01:30.123456+00:00'), ['changed_since']);
  });

  it('says that the monitor is muted now, unless a downtime is the reason', async () => {
    const end = timeAt('14:00');
    const muted = monitor('a', { options: { silenced: { 'host:a': end, '*': null } } });
    const { notes } = await explained(muted, '13:01', { series: { a: high } });
    assert.match(notes[0]?.text ?? '', /^It is muted now for host:a until 2026-11-02T14:00:00Z\./);
    assert.match(notes[1]?.text ?? '', /^It is muted now for \*\. /);
    const schedule = { start: '2026-11-02T12:30:00Z', end: '2026-11-02T14:00:00Z' };
    const downtimes = [{ monitor_identifier: { monitor_id: 7 }, scope: 'host:a', schedule }];
    const other = await explained(muted, '13:01', { series: { a: high }, downtimes });
    assert.deepEqual(
      other.notes.map(({ text }) => text.slice(0, 22)),
      ['It is muted now for *.'],
    );
  });

  it('says that groups are left out', async () => {
    const { notes } = await explained(monitor('a'), '13:01', { series: { a: high }, cutGroups: 5 });
    assert.deepEqual(notes, [
      { code: 'groups_cut', text: '"avg:a{*}" has too many groups: some are left out.' },
    ]);
  });

  it('has no group without any point', async () => {
    const grouped = monitor('a', { query: 'max(last_5m):avg:a{*} by {host} > 80' });
    const { explanation } = await explained(grouped, '13:01');
    assert.deepEqual(
      explanation?.reasons.map(({ code }) => code),
      ['unknown_group'],
    );
    const { explanation: simple } = await explained(monitor('a'), '13:01', { series: { a: points() } });
    assert.deepEqual(
      simple?.reasons.map(({ code }) => code),
      ['never_seen'],
    );
  });
});

describe('an explained composite', () => {
  const composite = { type: 'composite', name: 'c', query: '1 && 2', message: '@a' };
  const series = { a: high, b: high };

  it('has the states of its members', async () => {
    const monitors = { '1': monitor('a'), '2': monitor('b') };
    const { explanation } = await explained(composite, '13:01', { series, monitors });
    assert.deepEqual(explanation?.members, [
      { member: '1', state: 'alert' },
      { member: '2', state: 'alert' },
    ]);
    assert.deepEqual(told(explanation), ['@a yes: It is outside all blocks.']);
  });

  it('is refused if a member does not exist, or cannot be evaluated', async () => {
    const { refused } = await explained(composite, '13:01', { series, monitors: { '1': monitor('a') } });
    assert.deepEqual(refused, { code: 'composite_member', text: 'The member 2 does not exist.' });
    const slo = { type: 'slo alert', name: 'n', query: 'error_budget("x").over("7d") > 75' };
    const other = await explained(composite, '13:01', { series, monitors: { '1': monitor('a'), '2': slo } });
    assert.match(other.refused?.text ?? '', /^The member 2 cannot be evaluated\./);
  });
});
