import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { faultsOf, printReport } from './report.ts';
import { BIRDDOG, runFuzzer } from './run-fuzzer.ts';

/** The slice that every run of the suite carries out; `npm run fuzz` carries out more, and other seeds. */
const SLICE = {
  seed: 20_260,
  from: 0,
  to: 3000,
  maxMs: 240_000,
  workers: Math.min(2, availableParallelism()),
  connections: 8,
};

it('a fixed slice of fuzz cases finds nothing, and enough of it gets past decoding and to a plan', async () => {
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
