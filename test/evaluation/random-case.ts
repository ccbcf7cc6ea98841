import type { JsonObject } from '../../src/domain/json.ts';
import type { Downtime } from '../../src/evaluate/notices.ts';
import type { Points } from '../../src/evaluate/samples.ts';
import { pick } from '../seeded-random.ts';
import type { OracleCase, OraclePoints, OracleQuery } from './oracle.ts';

const START = Date.UTC(2026, 10, 2, 12) / 1000;

const MISSING = [
  'nothing',
  'legacy',
  'legacy',
  'default',
  'show_no_data',
  'show_and_notify_no_data',
  'resolve',
] as const;

/** Returns a random monitor with its series, the same for the same random numbers. */
export function randomCase(random: () => number): OracleCase {
  const chance = (share: number) => random() < share;
  const between = (min: number, max: number) => min + Math.floor(random() * (max - min + 1));
  const isWide = chance(0.06);
  const windowM = isWide ? 90 : pick(random, [1, 2, 5, 5, 10, 15]);
  const isLong = chance(0.03);
  const rollupS = chance(isWide ? 0.8 : 0.25) ? pick(random, [30, 60, 120, 300]) : undefined;
  const kind = pick(random, ['gauge', 'gauge', 'gauge', 'count', 'rate'] as const);
  const query = () => randomQuery(random, kind, rollupS, windowM * 60);
  const arity = pick(random, ['one', 'one', 'two', 'constant'] as const);
  const queries = arity === 'two' ? [query(), query()] : [query()];
  const isCount = queries.some((each) => each.kind === 'count');
  const operator = arity === 'one' ? undefined : pick(random, ['+', '-', '*', '/'] as const);
  const isChange = chance(0.12);
  const aggregation =
    isCount && operator !== undefined ? 'sum' : pick(random, ['avg', 'avg', 'sum', 'min', 'max'] as const);
  const isAbove = chance(0.75);
  const isInterpolated = queries.some(
    ({ fill, hasDefaultZero }) => hasDefaultZero || fill?.mode === 'linear',
  );
  // Fractions are rounded differently by other formulas of interpolation.
  const scale = !isInterpolated && chance(0.25) ? 10 : 1;
  const scaled = (value: number) => value / scale;
  const level = typicalOf(aggregation, arity, operator, isChange, windowM);
  const critical = isAbove ? level : Math.round(level / 2);
  const step = Math.max(1, Math.round(Math.abs(level) / 4)) * (isAbove ? -1 : 1);
  const warning = chance(0.3) ? critical + step : undefined;
  const missing = pick(random, MISSING);
  const isGrouped = chance(0.55);
  const lengthM = isLong ? 60 * 27 : 240;
  const to = START + lengthM * 60;
  const names = isGrouped ? ['host:a', 'host:b', 'host:c'].slice(0, between(1, 3)) : ['*'];
  return {
    aggregation,
    windowS: windowM * 60,
    bucketS: 60,
    queries,
    ...(operator === undefined ? {} : { operator }),
    ...(arity === 'constant' ? { constant: pick(random, [2, 5, 0.5]) } : {}),
    ...(isChange ? { change: { shiftS: pick(random, [600, 600, 3600]), isPercent: chance(0.5) } } : {}),
    comparator: isAbove ? pick(random, ['>', '>='] as const) : pick(random, ['<', '<='] as const),
    critical: scaled(critical),
    ...(warning === undefined ? {} : { warning: scaled(warning) }),
    ...(chance(0.35) ? { criticalRecovery: scaled(critical + 2 * step) } : {}),
    ...(warning !== undefined && chance(0.5) ? { warningRecovery: scaled(warning + 2 * step) } : {}),
    delayS: chance(0.25) ? pick(random, [30, 60, 300, 900]) : 0,
    fullWindow: chance(0.2),
    isGrouped,
    newGroupDelayS: pick(random, [0, 60, 60, 300]),
    missing,
    timeFrameS: pick(random, [1, 5, 10, 20, 90]) * 60,
    timeoutS: missing !== 'resolve' && chance(0.25) ? 3600 : 0,
    renotifyS: chance(0.4) ? pick(random, [5, 10, 30]) * 60 : 0,
    renotifyCount: chance(0.4) ? between(1, 3) : Number.POSITIVE_INFINITY,
    renotifyStatuses: chance(0.5) ? ['alert', 'no data'] : ['alert', 'warn'],
    notifiesWhole: chance(0.2),
    downtimes: Array.from({ length: chance(0.25) ? between(1, 2) : 0 }, () =>
      randomDowntime(random, lengthM),
    ),
    groups: new Map(names.map((name) => [name, queries.map(() => randomPoints(random, lengthM, scale))])),
    from: START,
    to,
  };
}

function randomQuery(
  random: () => number,
  kind: OracleQuery['kind'],
  rollupS: number | undefined,
  windowS: number,
): OracleQuery {
  const fill = {
    mode: pick(random, ['last', 'linear', 'zero'] as const),
    limitS: pick(random, [60, 300, 600]),
  };
  const isMixed = random() < 0.2 && rollupS === undefined;
  return {
    kind: isMixed ? pick(random, ['gauge', 'count', 'rate'] as const) : kind,
    stepS: rollupS ?? defaultStep(windowS),
    hasDefaultZero: random() < 0.08,
    ...(random() < 0.15 ? { fill } : {}),
  };
}

function randomDowntime(random: () => number, lengthM: number): OracleCase['downtimes'][number] {
  const start = START + Math.floor(random() * (lengthM - 10)) * 60 + pick(random, [0, 0, 30]);
  return {
    start,
    end: start + (5 + Math.floor(random() * 86)) * 60,
    isCanceled: random() < 0.4,
    mutesFirstRecovery: random() < 0.3,
  };
}

/** Returns the step of a window without a rollup, in seconds. */
function defaultStep(windowS: number): number {
  return windowS <= 3600 ? 60 : 300;
}

/** Returns a threshold that values near 5 reach sometimes. */
function typicalOf(
  aggregation: string,
  arity: string,
  operator: string | undefined,
  isChange: boolean,
  windowM: number,
): number {
  if (isChange) return 3;
  const base = operator === '-' ? 2 : operator === '/' ? 1 : operator === '*' ? 20 : arity === 'two' ? 11 : 6;
  return aggregation === 'sum' ? base * Math.max(1, Math.round(windowM * 0.7)) : base;
}

/** Returns whole values from 0 to 10 that wander, divided by a scale, with gaps. */
function randomPoints(random: () => number, lengthM: number, scale: number): OraclePoints {
  const points: [number, number][] = [];
  const density = pick(random, [1, 1, 0.9, 0.5, 0.2]);
  const isIrregular = random() < 0.3;
  let [value, gapUntil] = [5, 0];
  const first = random() < 0.2 ? Math.floor(random() * lengthM * 0.5) : -90;
  for (let minute = first; minute < lengthM; minute += 1) {
    if (random() < 0.012)
      gapUntil = minute + Math.floor(random() * (lengthM > 1000 && random() < 0.2 ? 1600 : 80));
    value = Math.min(10, Math.max(0, value + Math.round((random() - 0.5) * (random() < 0.1 ? 14 : 3))));
    if (minute < gapUntil || random() > density) continue;
    const time = START + minute * 60;
    if (!isIrregular) points.push([time, value / scale]);
    else
      for (let second = Math.floor(random() * 30); second < 60; second += 10 + Math.floor(random() * 40))
        points.push([time + second, value / scale]);
  }
  return points;
}

/** Returns the monitor of a case. */
export function monitorOf(given: OracleCase): JsonObject {
  const { queries, aggregation, windowS, change, operator, constant, comparator, critical } = given;
  const texts = queries.map(({ kind, stepS, fill, hasDefaultZero }, at) => {
    const by = given.isGrouped ? ' by {host}' : '';
    const modifier = kind === 'gauge' ? '' : `.as_${kind}()`;
    const rollup =
      stepS === defaultStep(windowS) ? '' : `.rollup(${kind === 'gauge' ? 'avg' : 'sum'},${stepS})`;
    const filled = fill ? `.fill(${fill.mode},${fill.limitS})` : '';
    const text = `avg:m${at}{*}${by}${modifier}${rollup}${filled}`;
    return hasDefaultZero ? `default_zero(${text})` : text;
  });
  const [first = '', second = String(constant)] = texts;
  const inner = `${aggregation}(last_${windowS / 60}m)`;
  const outer = change
    ? `${change.isPercent ? 'pct_change' : 'change'}(${inner},last_${change.shiftS / 60}m)`
    : inner;
  return {
    type: 'query alert',
    name: 'n',
    message: '@a',
    query: `${outer}:${operator === undefined ? first : `${first} ${operator} ${second}`} ${comparator} ${critical}`,
    options: optionsOf(given),
  };
}

function optionsOf(given: OracleCase): JsonObject {
  const { critical, warning, criticalRecovery, warningRecovery, missing, renotifyS, renotifyCount } = given;
  return {
    thresholds: {
      critical,
      ...(warning === undefined ? {} : { warning }),
      ...(criticalRecovery === undefined ? {} : { critical_recovery: criticalRecovery }),
      ...(warningRecovery === undefined ? {} : { warning_recovery: warningRecovery }),
    },
    evaluation_delay: given.delayS,
    require_full_window: given.fullWindow,
    ...(given.isGrouped ? { new_group_delay: given.newGroupDelayS } : {}),
    ...(missing === 'nothing'
      ? {}
      : missing === 'legacy'
        ? { notify_no_data: true }
        : { on_missing_data: missing }),
    ...(missing === 'legacy' ? { no_data_timeframe: given.timeFrameS / 60 } : {}),
    timeout_h: given.timeoutS / 3600,
    ...(renotifyS > 0
      ? { renotify_interval: renotifyS / 60, renotify_statuses: [...given.renotifyStatuses] }
      : {}),
    ...(renotifyS > 0 && Number.isFinite(renotifyCount) ? { renotify_occurrences: renotifyCount } : {}),
    ...(given.notifiesWhole && given.isGrouped ? { notify_by: ['*'] } : {}),
  };
}

/** Returns the series of a case, by query and group. */
export function seriesOf({ queries, groups }: OracleCase): ReadonlyMap<string, Points>[] {
  return queries.map(
    (_, at) =>
      new Map(
        [...groups].map(([group, points]) => [
          group,
          {
            times: Float64Array.from(points[at] ?? [], ([time]) => time),
            values: Float64Array.from(points[at] ?? [], ([, value]) => value),
          },
        ]),
      ),
  );
}

/** Returns the downtimes of a case. */
export function downtimesOf({ downtimes }: OracleCase): Downtime[] {
  return downtimes.map((each) => ({ ...each }));
}
