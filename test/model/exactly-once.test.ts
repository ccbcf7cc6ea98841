import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { settleOnce } from '../../src/pipeline/settler.ts';
import { startInProcess } from '../documents-in-process.ts';
import { emulatedDatadog } from '../emulated-datadog.ts';
import { checkHeld, COMMANDS, newModel, type Real } from './commands.ts';

/** `MODEL_RUNS` runs more sequences, and `MODEL_SEED` others. */
const { MODEL_RUNS = '60', MODEL_SEED = '15' } = process.env;
const SETTLED_MS = 40_000;

/** Starts the pipeline with a Datadog whose requests arrive after a varying number of microtasks. */
function start(delays: readonly number[]): Real {
  let at = 0;
  const beforeEach = async () => {
    const microtasks = delays[at % delays.length] ?? 0;
    at += 1;
    for (let done = 0; done < microtasks; done += 1) await Promise.resolve();
  };
  return { app: startInProcess({ world: emulatedDatadog({ beforeEach }) }), clones: new Map() };
}

it('agrees with a simple reference after any sequence of writes, lost answers, late writes and clones', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(COMMANDS, { maxCommands: 12 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }),
      async (commands, delays) => {
        const real = start(delays);
        const model = newModel();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        for (let round = 0; round < 3; round += 1) {
          real.app.clock.advance(SETTLED_MS);
          await settleOnce(real.app.ports);
        }
        checkHeld(model, real);
        assert.deepEqual(await real.app.ports.ledger.unsettled(), [], 'the ledger has unsettled writes');
      },
    ),
    { numRuns: Number(MODEL_RUNS), seed: Number(MODEL_SEED) },
  );
});
