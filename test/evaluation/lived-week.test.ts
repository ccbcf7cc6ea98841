import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compileAlert } from '../../src/alerts/compile.ts';
import { parseAlert } from '../../src/contract/alert-schema.ts';
import { idOf } from '../../src/domain/marker.ts';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { readMonitor } from '../../src/evaluate/read-monitor.ts';
import { windowsOf } from '../../src/evaluate/window-values.ts';
import { openStore } from '../../src/ledger/ledger.ts';
import { createFetchSeries } from '../../src/preview/fetch-series.ts';
import { emulatedDatadog } from '../emulated-datadog.ts';
import { LIVED_APPLICATIONS, LIVED_GENERATORS } from './lived-applications.ts';

const DAY_S = 86_400;
/** Evaluations before the span, for the first states. */
const LEAD_IN_S = 6 * 3600;

it('evaluates the last 7 of 8 lived days as the emulator did, transition by transition', async (context) => {
  const world = emulatedDatadog();
  world.control('PUT', 'generators', LIVED_GENERATORS);
  const monitors = Object.values(LIVED_APPLICATIONS)
    .flat()
    .filter(({ signal }) => isObject(signal) && signal['all_of'] === undefined)
    .map((alert) => world.person('POST', '/api/v1/monitor', compileAlert(parseAlert(withoutKey(alert)))));
  world.clock.advance(8 * DAY_S * 1000);
  const to = Math.floor(world.clock.now() / 60_000) * 60;
  const span = { from: to - 7 * DAY_S, to };

  const { ledger } = openStore(':memory:', { clock: world.clock });
  const { datadog, clock } = world;
  const fetchSeries = createFetchSeries({ series: datadog.series, cache: ledger.cache, clock });
  const real = await datadog.transitions.transitions(monitors.map(idOf), span, world.context());
  let total = 0;
  for (const monitor of monitors) {
    const condition = readMonitor(monitor);
    assert.equal(condition.kind, 'condition', JSON.stringify(condition));
    if (condition.kind !== 'condition') continue;
    const from = span.from - LEAD_IN_S - condition.historyS;
    const wanted = condition.queries.map((query) => ({ query, from, to }));
    const fetched = await fetchSeries(wanted, world.context());
    const series = condition.queries.map((query) => fetched.seriesOf(query));
    const windows = windowsOf(condition, series, { ...span, leadInS: LEAD_IN_S });
    const computed = evaluate(condition, windows).transitions.map(line);
    const happened = (real.transitions.get(idOf(monitor)) ?? []).map(line);
    assert.deepEqual(computed.toSorted(), happened.toSorted(), String(monitor['name']));
    context.diagnostic(`${String(monitor['name'])}: ${computed.length}`);
    total += computed.length;
  }
  assert.ok(total >= 200, `${total} transitions`);
});

function line({ at, group, from, to }: { at: number; group: string; from: string; to: string }): string {
  return `${new Date(at * 1000).toISOString()} ${group} ${from} > ${to}`;
}

function withoutKey({ key: _, ...alert }: JsonObject): JsonObject {
  return alert;
}
