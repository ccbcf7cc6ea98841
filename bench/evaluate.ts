import { runAtOnce } from '../src/domain/steps.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readMonitor } from '../src/evaluate/read-monitor.ts';
import type { Points } from '../src/evaluate/samples.ts';
import { windowsOf } from '../src/evaluate/window-values.ts';
import { drawingOf } from '../src/preview/drawing.ts';
import { figuresOf } from '../src/preview/figures.ts';
import { sweeping } from '../src/preview/sweep.ts';
import { seededRandom } from '../test/seeded-random.ts';
import type { Measurements } from './aims.ts';
import { printHead, type Scale } from './scale.ts';

const [GROUPS, DAYS] = [50, 7];
const START = Date.UTC(2026, 10, 2) / 1000;
const [DAY_S, LEAD_IN_S] = [86_400, 3600];
const QUERIES: readonly string[] = [
  'avg(last_5m):avg:a{*} by {host} > 80',
  'avg(last_1h):avg:a{*} by {host} > 80',
  'max(last_15m):avg:a{*} by {host} > 80',
  'sum(last_5m):sum:a{*} by {host}.as_count() / sum:b{*} by {host}.as_count() * 100 > 80',
  'pct_change(avg(last_1h),last_1d):avg:a{*} by {host} > 80',
  'avg(last_23h):avg:a{*} by {host}.rollup(avg,60) > 80',
];

/**
 * Prints the CPU time of the report about a monitor over 7 days of points each minute for 50 groups, without fetching, and of
 * a sweep over the same windows; adds the worst to `measured`.
 */
export function benchEvaluate(scale: Scale, measured: Measurements): void {
  console.log('');
  printHead(scale, [
    'monitor',
    'windows ms',
    'states and notifications ms',
    'figures and picture ms',
    'sweep ms',
    'thresholds',
    'notifications',
  ]);
  const days = scale.isShort ? 1 : DAYS;
  const series = new Map(
    Array.from({ length: GROUPS }, (_, at) => [`host:${at}`, wandering(seededRandom(at + 1), days)] as const),
  );
  measured.evaluate = 0;
  measured.sweep = 0;
  for (const query of QUERIES) {
    const options = { require_full_window: true, notify_no_data: true };
    const condition = readMonitor({ type: 'query alert', name: 'n', query, message: '@a', options });
    if (condition.kind !== 'condition') throw new Error(JSON.stringify(condition));
    const span = { from: START, to: START + days * DAY_S, leadInS: LEAD_IN_S };
    const all = condition.queries.map(() => series);
    // The first run is for the JIT compilers.
    figuresOf(condition, evaluate(condition, windowsOf(condition, all, span)), { span, timeZone: 'UTC' });
    const times = [cpuMs()];
    const windows = windowsOf(condition, all, span);
    times.push(cpuMs());
    const evaluation = evaluate(condition, windows);
    times.push(cpuMs());
    const figures = figuresOf(condition, evaluation, { span, timeZone: 'UTC' });
    drawingOf(condition, evaluation, { span });
    times.push(cpuMs());
    const rows = runAtOnce(sweeping(condition, windows, span));
    times.push(cpuMs());
    const [start = 0, , , reported = 0, swept = 0] = times;
    measured.evaluate = Math.max(measured.evaluate, reported - start);
    measured.sweep = Math.max(measured.sweep, swept - start);
    const spent = times.slice(1).map((time, at) => (time - (times[at] ?? 0)).toFixed(0));
    console.log(`| \`${query}\` | ${spent.join(' | ')} | ${rows.length} | ${figures.notifications.count} |`);
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Returns a value each minute that wanders between 0 and 100, from a day and the lead-in before the span on. */
function wandering(random: () => number, days: number): Points {
  const startS = START - DAY_S - LEAD_IN_S - 3600;
  const length = ((days + 1) * DAY_S + LEAD_IN_S + 3600) / 60;
  let value = 50;
  const values = Float64Array.from({ length }, () => {
    value = Math.max(0, Math.min(100, value + (random() - 0.5) * 6));
    return value;
  });
  return { times: values.map((_, at) => startS + at * 60), values };
}
