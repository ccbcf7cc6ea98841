import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findingsOf, printReport } from './report.ts';
import { runChaos } from './run-chaos.ts';
import type { ChaosOptions } from './options.ts';

/** The work that every run of the suite carries out. `npm run chaos` carries out more, and other seeds. */
const SLICE: ChaosOptions = {
  seed: 15,
  from: 0,
  objects: 200,
  maxMs: 45_000,
  ledger: 'sqlite',
  replicas: 1,
  clients: 6,
  everyMs: 1_500,
};

it('loses, doubles and invents no write in a fixed slice of work under faults and kills', async () => {
  const result = await runChaos(SLICE, () => {});
  const report = printReport(SLICE, result);
  assert.deepEqual(findingsOf(result), [], report);
  assert.ok(result.acknowledged / result.operations >= 0.6, report);
  assert.ok(result.disturbances.size > 0, report);
});
