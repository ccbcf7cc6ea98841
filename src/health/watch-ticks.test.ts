import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../runtime/system-clock.ts';
import { watchEvery } from './watch.ts';

const settled = async () => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

it('the ticks of a watch end with the one in progress, or 3 s later', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const stopDuringTick = () => {
    const state = { isClosed: false, ticks: 0 };
    const { promise, resolve } = Promise.withResolvers<void>();
    const tick = () => ((state.ticks += 1), promise);
    const watch = { tick, incidents: () => new Map(), pending: () => new Map() };
    const timer = watchEvery(1000, watch, systemClock);
    t.mock.timers.tick(1000);
    void timer.close().then(() => (state.isClosed = true));
    return { state, resolve };
  };
  const [ending, hanging] = [stopDuringTick(), stopDuringTick()];
  await settled();
  const running = { isClosed: false, ticks: 1 };
  assert.deepEqual([ending.state, hanging.state], [running, running]);
  ending.resolve();
  await settled();
  assert.deepEqual([ending.state.isClosed, hanging.state.isClosed], [true, false]);
  t.mock.timers.tick(3000);
  await settled();
  assert.deepEqual(hanging.state, { isClosed: true, ticks: 1 });
});
