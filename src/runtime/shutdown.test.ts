import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { createApplyStop, createShutdown, type ShutdownPhases } from './shutdown.ts';

const NEVER = new AbortController().signal;
const begun = ({ leaving, refusing, ending }: ShutdownPhases) =>
  Object.entries({ leaving, refusing, ending }).flatMap(([name, { aborted }]) => (aborted ? [name] : []));

/** Stops a process with this drain time. Returns each wait with the phases that had begun, and those at the end. */
async function stopped(drainMs: number, idle: () => Promise<void>, hurry = NEVER) {
  const waits: [number, ...string[]][] = [];
  const clock = manualClock(0, (ms) => waits.push([ms, ...begun(phases)]));
  const { phases, run } = createShutdown(drainMs, clock);
  await run(idle, hurry);
  return { waits, atEnd: begun(phases) };
}
const busy = () => new Promise<void>(() => {});

describe('a shutdown', () => {
  it('serves for 5 s, refuses for as long as requests are in progress, and ends after the drain time', async () => {
    const { waits, atEnd } = await stopped(40_000, busy);
    assert.deepEqual(waits, [
      [5000, 'leaving'],
      [33_000, 'leaving', 'refusing'],
      [2000, 'leaving', 'refusing', 'ending'],
    ]);
    assert.deepEqual(atEnd, ['leaving', 'refusing', 'ending']);
  });

  it('serves for an eighth of a short drain time', async () => {
    assert.deepEqual((await stopped(4000, busy)).waits[0], [500, 'leaving']);
  });

  it('refuses at once in a hurry', async () => {
    const { waits } = await stopped(40_000, busy, AbortSignal.abort());
    assert.deepEqual(waits[0], [38_000, 'leaving', 'refusing']);
  });

  it('does not cut requests that end in time', async () => {
    const { atEnd } = await stopped(40_000, async () => {});
    assert.deepEqual(atEnd, ['leaving', 'refusing']);
  });
});

it('applies in progress can be stopped without later ones; a process that leaves stops all', () => {
  const leaving = new AbortController();
  const applies = createApplyStop({ leaving: leaving.signal });
  const first = applies.signal();
  applies.stop();
  const second = applies.signal();
  assert.deepEqual([first.aborted, second.aborted], [true, false]);
  leaving.abort();
  assert.ok(second.aborted);
  applies.stop();
  assert.ok(applies.signal().aborted);
});
