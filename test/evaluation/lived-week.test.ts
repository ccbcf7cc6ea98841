import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { DEMO_GENERATORS } from '../../emulators/sandbox/demo-series.ts';
import { demoMonitors } from '../../emulators/sandbox/demo-monitors.ts';
import { compileAlert } from '../../src/alerts/compile.ts';
import { parseAlert } from '../../src/contract/alert-schema.ts';
import { isObject, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { idOf } from '../../src/domain/marker.ts';
import { evaluateComposite } from '../../src/evaluate/composite.ts';
import { type Evaluation, evaluate } from '../../src/evaluate/evaluate.ts';
import { readMonitor } from '../../src/evaluate/read-monitor.ts';
import { windowsOf } from '../../src/evaluate/window-values.ts';
import { openStore } from '../../src/ledger/ledger.ts';
import { createFetchSeries } from '../../src/preview/fetch-series.ts';
import { emulatedDatadog } from '../emulated-datadog.ts';
import { LIVED_APPLICATIONS, LIVED_GENERATORS } from './lived-applications.ts';

const DAY_S = 86_400;
/** Evaluations before the span, for the first states. */
const LEAD_IN_S = 6 * 3600;

type World = ReturnType<typeof emulatedDatadog>;

describe('a week that the emulator lived through', () => {
  it('is evaluated alike afterwards, for every kind of condition', async (context) => {
    const world = emulatedDatadog();
    world.control('PUT', 'generators', LIVED_GENERATORS);
    const alerts = Object.values(LIVED_APPLICATIONS).flat();
    const monitors = alerts
      .filter(({ signal }) => isObject(signal) && signal['all_of'] === undefined)
      .map(({ key: _, ...alert }) => compileAlert(parseAlert(alert)))
      .map((monitor) => world.person('POST', '/api/v1/monitor', monitor));
    world.clock.advance(8 * DAY_S * 1000);
    await compareLastWeek(world, monitors, context);
  });

  it('is evaluated alike afterwards, for the alerts of the sandbox', async (context) => {
    const world = emulatedDatadog();
    const seeded = { generators: DEMO_GENERATORS, monitors: demoMonitors(world.clock.now()) };
    const seed = parseTrustedJson(JSON.stringify(seeded));
    world.control('POST', 'seed', seed);
    world.clock.advance(60_000);
    const monitors =
      isObject(seed) && Array.isArray(seed['monitors']) ? seed['monitors'].filter(isObject) : [];
    await compareLastWeek(world, monitors, context);
  });
});

/** Asserts that the transitions of the last 7 days, evaluated from the series, are those that the emulator recorded. */
async function compareLastWeek(
  world: World,
  monitors: readonly JsonObject[],
  context: TestContext,
): Promise<void> {
  const { datadog } = world;
  const to = Math.floor(world.clock.now() / 60_000) * 60;
  const span = { from: to - 7 * DAY_S, to };
  const real = await datadog.transitions.transitions(monitors.map(idOf), span, world.context());
  const evaluations = await evaluateAll(world, monitors, span);
  let total = 0;
  for (const monitor of monitors) {
    const computed = evaluations.get(idOf(monitor))?.transitions.map(line);
    const happened = real.transitions.get(idOf(monitor))?.map(line);
    assert.deepEqual(computed?.toSorted(), happened?.toSorted(), String(monitor['name']));
    context.diagnostic(`${String(monitor['name'])}: ${computed?.length}`);
    total += computed?.length ?? 0;
  }
  assert.ok(total >= 200, `${total} transitions`);
}

/** Evaluates monitors, and after them the composites of them, by id. */
async function evaluateAll(
  { datadog, clock, context }: World,
  monitors: readonly JsonObject[],
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, Evaluation>> {
  const { ledger } = openStore(':memory:', { clock });
  const fetchSeries = createFetchSeries({ series: datadog.series, cache: ledger.cache, clock });
  const evaluations = new Map<string, Evaluation>();
  const isComposite = ({ type }: JsonObject): boolean => type === 'composite';
  for (const monitor of monitors.toSorted((a, b) => Number(isComposite(a)) - Number(isComposite(b)))) {
    const read = readMonitor(monitor);
    assert.ok(read.kind !== 'refused', JSON.stringify(read));
    const evaluatedSpan = { ...span, leadInS: LEAD_IN_S };
    if (read.kind === 'composite') {
      const evaluation = evaluateComposite(read, evaluations, evaluatedSpan);
      assert.ok('transitions' in evaluation, JSON.stringify(evaluation));
      evaluations.set(idOf(monitor), evaluation);
      continue;
    }
    const from = span.from - LEAD_IN_S - read.historyS;
    const wanted = read.queries.map((query) => ({ query, from, to: span.to }));
    const fetched = await fetchSeries(wanted, context());
    const series = read.queries.map((query) => fetched.seriesOf(query));
    evaluations.set(idOf(monitor), evaluate(read, windowsOf(read, series, evaluatedSpan)));
  }
  return evaluations;
}

function line({ at, group, from, to }: { at: number; group: string; from: string; to: string }): string {
  return `${new Date(at * 1000).toISOString()} ${group} ${from} > ${to}`;
}
