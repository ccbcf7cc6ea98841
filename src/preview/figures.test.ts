import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../evaluate/evaluate.ts';
import { windowsOf } from '../evaluate/window-values.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import { downtimesOf, monitorOf, randomCase, seriesOf } from '../../test/evaluation/random-case.ts';
import { conditionOf, MIDNIGHT, regular, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { seededRandom } from '../../test/seeded-random.ts';
import { computingFigures, figuresOf } from './figures.ts';
import type { Figures } from './report.ts';

const MESSAGE = { message: '@slack-a {{#is_alert}}@pagerduty-b{{/is_alert}}' };

/** Returns the figures of `max(last_1m)` over values each minute from 11:58 on, for 12:00 to 12:30 on a Monday. */
function figuresFor(
  series: Record<string, readonly (number | undefined)[]>,
  monitor = {},
  options = {},
): Figures {
  const condition = conditionOf(
    'max(last_1m):max:a{*} by {host} > 10',
    { new_group_delay: 0, ...options },
    { ...MESSAGE, ...monitor },
  );
  const span = { from: timeAt('12:00'), to: timeAt('12:30') };
  const points = new Map(Object.entries(series).map(([group, values]) => [group, regular('11:58', values)]));
  const evaluation = evaluate(condition, windowsOf(condition, [points], { ...span, leadInS: 60 }));
  return figuresOf(condition, evaluation, { span, timeZone: 'UTC' });
}

/** Thirty-two minutes with a value of 20 at some of the minutes after 12:00, otherwise 0. */
function minutes(...high: readonly number[]): number[] {
  return Array.from({ length: 32 }, (_, at) => (high.includes(at - 2) ? 20 : 0));
}

test('counts each notification once for each recipient', () => {
  const { transitions, notifications, recipients } = figuresFor({ 'host:a': minutes(0, 1, 2) });
  assert.equal(transitions, 2);
  assert.deepEqual(notifications, {
    count: 3,
    per_week: 1008,
    out_of_hours_percent: 0,
    without_recipient: 0,
  });
  assert.deepEqual(
    recipients.map(({ recipient, count }) => [recipient, count]),
    [
      ['@slack-a', 2],
      ['@pagerduty-b', 1],
    ],
  );
});

test('counts notifications without a recipient apart', () => {
  const { notifications, top_groups } = figuresFor({ 'host:a': minutes(0, 1, 2) }, { message: 'x' });
  assert.equal(notifications.count, 0);
  assert.equal(notifications.without_recipient, 2);
  assert.deepEqual(top_groups, [{ group: 'host:a', transitions: 2, notifications: 0, time_in_alert_s: 180 }]);
});

test('measures the time of at least one group in Alert, and the longest of one group', () => {
  const figures = figuresFor({ 'host:a': minutes(0, 1, 2, 3), 'host:b': minutes(3, 4) });
  assert.equal(figures.time_in_alert_s, 300);
  assert.equal(figures.time_in_alert_percent, 16.7);
  assert.equal(figures.longest_alert_s, 240);
});

test('includes an Alert from before the span, from the start of the span on', () => {
  const figures = figuresFor({ 'host:a': [20, 20, ...minutes().slice(2)] });
  assert.equal(figures.lead_in_s, 60);
  assert.equal(figures.transitions, 1);
  assert.equal(figures.longest_alert_s, 60);
});

test('scores flapping as Nagios does', () => {
  const steady = figuresFor({ 'host:a': minutes(...Array.from({ length: 30 }, (_, at) => at)) });
  assert.equal(steady.flapping_percent, 6);
  const toggling = figuresFor({
    'host:a': minutes(...Array.from({ length: 15 }, (_, at) => 2 * at)),
    'host:b': minutes(),
  });
  assert.equal(toggling.flapping_percent, 100);
  // The changes at 12:02 and 12:03, with the weights 1.2 - 0.4/19 and 1.2.
  assert.equal(figuresFor({ 'host:a': minutes(1) }).flapping_percent, 11.9);
  // A change of 20 evaluations ago has no weight any more: 1.2, and 0.8 and 1.2.
  assert.equal(
    figuresFor({ 'host:a': [...minutes().slice(0, 3), ...minutes(...range(2, 22)).slice(3)] })
      .flapping_percent,
    6,
  );
  assert.equal(figuresFor({ 'host:a': minutes(...range(1, 20)) }).flapping_percent, 10);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

test('lists the groups that make 80 % of the notifications, at most 10', () => {
  const quiet = Object.fromEntries(range(0, 3).map((at) => [`host:q${at}`, minutes(3)]));
  const loud = { 'host:z': minutes(...range(0, 15).map((at) => 2 * at)) };
  assert.deepEqual(
    figuresFor({ ...quiet, ...loud }).top_groups.map(({ group }) => group),
    ['host:z'],
  );
  const equal = Object.fromEntries(range(0, 20).map((at) => [`host:${at}`, minutes(3)]));
  assert.equal(figuresFor(equal).top_groups.length, 10);
});

test('counts the groups of a notification together', () => {
  const series = { 'host:a': minutes(1, 2), 'host:b': minutes(2, 3) };
  const { top_groups, groups } = figuresFor(series, {}, { notify_by: ['*'] });
  assert.equal(groups, 2);
  assert.deepEqual(top_groups, [{ group: '*', transitions: 4, notifications: 3, time_in_alert_s: 180 }]);
});

test('knows nights and weekends of a time zone', () => {
  const condition = conditionOf('max(last_1m):max:a{*} > 10', {}, { message: '@a' });
  const share = (clock: string, timeZone: string) => {
    const span = { from: timeAt(clock), to: timeAt(clock) + 600 };
    const series = [new Map([['*', regular(clock, [0, 20, 0])]])];
    const evaluation = evaluate(condition, windowsOf(condition, series, span));
    assert.equal(evaluation.notifications.length, 2);
    return figuresOf(condition, evaluation, { span, timeZone }).notifications.out_of_hours_percent;
  };
  assert.equal(new Date(MIDNIGHT * 1000).getUTCDay(), 1);
  assert.equal(share('06:50', 'UTC'), 100);
  assert.equal(share('06:58', 'UTC'), 0);
  assert.equal(share('21:50', 'UTC'), 0);
  assert.equal(share('22:00', 'UTC'), 100);
  assert.equal(share('06:00', 'Europe/Berlin'), 0);
  assert.equal(share('12:00', 'Asia/Kathmandu'), 0);
  assert.equal(share('16:15', 'Asia/Kathmandu'), 100);
  assert.equal(share('+5 12:00', 'UTC'), 100);
  assert.equal(share('+4 23:30', 'Asia/Tokyo'), 100);
});

test('divides the span into a timeline', () => {
  const { timeline } = figuresFor({ 'host:a': minutes(1, 2), 'host:b': minutes(5) });
  assert.equal(timeline.part_s, 60);
  assert.equal(timeline.values.length, 30);
  assert.deepEqual(timeline.values.slice(0, 8), [0, 0, 20, 20, 0, 0, 20, 0]);
  assert.deepEqual(timeline.notifications.slice(0, 8), [0, 0, 2, 0, 1, 0, 2, 1]);
  assert.deepEqual([timeline.comparator, timeline.critical], ['>', 10]);
});

test('has the lowest values of a monitor that alerts below its threshold', () => {
  const condition = conditionOf('max(last_1m):max:a{*} < 10', {}, MESSAGE);
  const span = { from: timeAt('12:00'), to: timeAt('12:00') + 7 * 86_400 };
  const values = Array.from({ length: 180 }, (_, at) => (at === 100 ? 3 : 50));
  const windows = windowsOf(condition, [new Map([['*', regular('12:00', values)]])], span);
  const { timeline } = figuresOf(condition, evaluate(condition, windows), { span, timeZone: 'UTC' });
  assert.deepEqual(timeline.values.slice(0, 3), [3, 50, null]);
});

test('for any monitor, sums and bounds agree', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const given = randomCase(seededRandom(seed));
    const condition = readMonitor({ ...monitorOf(given), message: '@a {{#is_alert}}@b{{/is_alert}}' });
    assert.ok(condition.kind === 'condition');
    const windows = windowsOf(condition, seriesOf(given), given);
    const evaluation = evaluate(condition, windows, { downtimes: downtimesOf(given) });
    const figures = figuresOf(condition, evaluation, { span: given, timeZone: 'UTC' });
    const { notifications, recipients, timeline, skipped, top_groups, time_in_alert_s } = figures;
    assert.equal(sum(recipients.map(({ count }) => count)), notifications.count);
    assert.equal(sum(timeline.notifications), notifications.count);
    const evaluations = windows.groups.size * (evaluation.times.length - evaluation.firstReported);
    assert.equal(figures.evaluated + sum(Object.values(skipped)), evaluations);
    assert.ok(sum(top_groups.map((group) => group.notifications)) <= notifications.count);
    assert.ok(figures.longest_alert_s <= time_in_alert_s && time_in_alert_s <= given.to - given.from);
    assert.ok(figures.flapping_percent <= 100);
    const inAlert = sum(top_groups.map((group) => group.time_in_alert_s));
    if (top_groups.length === 1 && windows.groups.size === 1) assert.equal(inAlert, time_in_alert_s);
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

test('lets other work run after each group', () => {
  const condition = conditionOf('max(last_1m):max:a{*} by {host} > 10');
  const span = { from: timeAt('12:00'), to: timeAt('12:30') };
  const points = new Map(
    ['host:a', 'host:b', 'host:c'].map((group) => [group, regular('11:58', minutes(3))]),
  );
  const steps = computingFigures(condition, evaluate(condition, windowsOf(condition, [points], span)), {
    span,
    timeZone: 'UTC',
  });
  let count = 0;
  while (!steps.next().done) count += 1;
  // The states of each group, and its values.
  assert.equal(count, 6);
});
