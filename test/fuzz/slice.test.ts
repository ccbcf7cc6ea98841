import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { faultsOf, printReport } from './report.ts';
import { BIRDDOG, runFuzzer } from './run-fuzzer.ts';

/** The cases that every run of the suite executes. `npm run fuzz` executes more, and other seeds. */
const SLICE = {
  seed: 20_260,
  from: 0,
  to: 2000,
  maxMs: 240_000,
  workers: Math.min(2, availableParallelism()),
  connections: 8,
};

it('finds no fault in a fixed slice of cases, enough of which are decoded and planned', async () => {
  const result = await runFuzzer(SLICE, BIRDDOG, () => {});
  const report = printReport(SLICE, result);
  assert.deepEqual(
    faultsOf(result).map(({ kind, signature }) => `${kind}: ${signature}`),
    [],
    report,
  );
  for (const { cases, decoded, planned } of [result.process, result.http]) {
    assert.ok(cases > 0 && decoded / cases >= 0.3, report);
    assert.ok(planned / cases >= 0.1, report);
  }
});
