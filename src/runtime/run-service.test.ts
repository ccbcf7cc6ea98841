import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { test } from 'node:test';
import { onStop } from './run-service.ts';

function fakeProcess() {
  const exits: number[] = [];
  const stdin = Object.assign(new EventEmitter(), { resumed: false, resume: () => (stdin.resumed = true) });
  return Object.assign(new EventEmitter(), { exits, stdin, exit: (status: number) => exits.push(status) });
}

test('a signal runs stop once and ends the process with 0, however often it comes', async () => {
  const ending = fakeProcess();
  let stops = 0;
  onStop(async () => void (stops += 1), { stopWithStdin: false }, ending);
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) {
    assert.ok(ending.emit(signal), `${signal} still has a listener, so that the system's default stays off`);
  }
  assert.deepEqual(ending.exits, [], 'the process lives until stop is through');
  await nextIteration();
  assert.equal(stops, 1);
  assert.deepEqual(ending.exits, [0]);
});

test('a stop that fails ends the process with 1', async () => {
  const ending = fakeProcess();
  onStop(() => Promise.reject(new Error('no')), { stopWithStdin: false }, ending);
  ending.emit('SIGTERM');
  await nextIteration();
  assert.deepEqual(ending.exits, [1]);
});

test('a stop that hangs is cut off with 1 after its time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ending = fakeProcess();
  onStop(() => new Promise(() => {}), { stopWithStdin: false, maxMs: 50 }, ending);
  ending.emit('SIGTERM');
  t.mock.timers.tick(49);
  assert.deepEqual(ending.exits, []);
  t.mock.timers.tick(1);
  assert.deepEqual(ending.exits, [1]);
});

test('a second SIGINT ends the process at once, but neither the echo of the first one nor another SIGTERM does', () => {
  const ending = fakeProcess();
  let now = 0;
  onStop(() => new Promise(() => {}), { stopWithStdin: false, now: () => now }, ending);
  const signals = [
    ['SIGTERM', 0],
    ['SIGTERM', 2000],
    ['SIGINT', 5000],
    ['SIGINT', 5999],
    ['SIGTERM', 9000],
  ] as const;
  for (const [signal, at] of signals) {
    now = at;
    ending.emit(signal);
    assert.deepEqual(ending.exits, [], `${signal} at ${at}`);
  }
  now = 9001;
  ending.emit('SIGINT');
  assert.deepEqual(ending.exits, [1]);
});

test('SIGINT and the end of standard input skip the time for load balancers, SIGTERM does not', () => {
  const stopped = (event: 'SIGTERM' | 'SIGINT' | 'end') => {
    const ending = fakeProcess();
    const hurries: boolean[] = [];
    const stop = async (hurry: AbortSignal) => {
      hurries.push(hurry.aborted);
      await new Promise(() => {});
    };
    onStop(stop, { stopWithStdin: true }, ending);
    (event === 'end' ? ending.stdin : ending).emit(event);
    return hurries;
  };
  assert.deepEqual([stopped('SIGTERM'), stopped('SIGINT'), stopped('end')], [[false], [true], [true]]);
});

test('the end of standard input stops the process only if STOP_WITH_STDIN is set', async () => {
  const asked = fakeProcess();
  onStop(async () => {}, { stopWithStdin: true }, asked);
  assert.ok(asked.stdin.resumed, 'unread input would never end');
  asked.stdin.emit('end');
  const notAsked = fakeProcess();
  onStop(async () => {}, { stopWithStdin: false }, notAsked);
  notAsked.stdin.emit('end');
  await nextIteration();
  assert.deepEqual(asked.exits, [0]);
  assert.deepEqual(notAsked.exits, []);
  assert.equal(notAsked.stdin.resumed, false);
});
