import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { emulatedDatadog } from '../emulated-datadog.ts';
import { COMMANDS } from './any-command.ts';
import { checkHeld, newModel, type Real } from './commands.ts';
import { startBothRoutes } from './both-routes.ts';

/** `MODEL_RUNS` runs more sequences, and `MODEL_SEED` others. */
const { MODEL_RUNS = '80', MODEL_SEED = '15' } = process.env;
const SETTLED_MS = 40_000;

/** Waits before each request to Datadog for a varying number of microtasks. */
function delaying(delays: readonly number[]) {
  let at = 0;
  return async () => {
    const microtasks = delays[at % delays.length] ?? 0;
    at += 1;
    for (let done = 0; done < microtasks; done += 1) await Promise.resolve();
  };
}

it('agrees with a simple reference after any sequence of writes, lost answers, late writes, clones and changed listings', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(COMMANDS, { maxCommands: 12 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }),
      async (commands, delays) => {
        const app = startBothRoutes(emulatedDatadog({ beforeEach: delaying(delays) }));
        const real: Real = { app, clones: new Map() };
        const model = newModel();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        for (let round = 0; round < 3; round += 1) {
          app.clock.advance(SETTLED_MS);
          await app.settle();
        }
        checkHeld(model, real);
        assert.deepEqual(await app.unsettled(), [], 'the ledger has unsettled writes');
      },
    ),
    { numRuns: Number(MODEL_RUNS), seed: Number(MODEL_SEED) },
  );
});
