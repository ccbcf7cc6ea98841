import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALERT, NO_DATA, NONE, OK } from '../evaluate/states.ts';
import { flappingOf, stateTimesOf } from './state-times.ts';

const TIMES = Float64Array.of(0, 60, 120, 180, 240);

describe('the times of states', () => {
  it('last from one evaluation to the next, and to the end of the span', () => {
    const states = Uint8Array.of(OK, ALERT, ALERT, OK, ALERT);
    assert.deepEqual(stateTimesOf({ times: TIMES, firstReported: 0 }, states, { from: 0, to: 270 }), [
      { state: OK, from: 0, to: 60 },
      { state: ALERT, from: 60, to: 180 },
      { state: OK, from: 180, to: 240 },
      { state: ALERT, from: 240, to: 270 },
    ]);
  });

  it('begin with the state of the evaluation before the span', () => {
    const states = Uint8Array.of(OK, ALERT, OK, OK, OK);
    const times = stateTimesOf({ times: TIMES, firstReported: 2 }, states, { from: 90, to: 300 });
    assert.deepEqual(times[0], { state: ALERT, from: 90, to: 120 });
  });

  it('end with the span', () => {
    const states = Uint8Array.of(OK, OK, ALERT, ALERT, OK);
    const times = stateTimesOf({ times: TIMES, firstReported: 0 }, states, { from: 0, to: 200 });
    assert.deepEqual(times.at(-1), { state: ALERT, from: 120, to: 200 });
  });
});

describe('the flapping score', () => {
  const changing = (...at: readonly number[]) => {
    const states = new Uint8Array(40).fill(OK);
    for (const index of at) states.fill(states[index] === OK ? ALERT : OK, index);
    return states;
  };

  it('does not count a group that appears or is removed', () => {
    assert.equal(flappingOf(Uint8Array.of(NONE, OK, NONE, OK, NONE), 0), 0);
    assert.ok(flappingOf(Uint8Array.of(NONE, OK, NO_DATA, OK), 0) > 0);
  });

  it('counts the last 20 changes, newer ones more', () => {
    const one = (1.2 / 20) * 100;
    const oldest = (0.8 / 20) * 100;
    assert.ok(Math.abs(flappingOf(changing(5), 0) - one) < 1e-9);
    assert.ok(Math.abs(flappingOf(changing(5, 24), 0) - one - oldest) < 1e-9);
    assert.ok(Math.abs(flappingOf(changing(5, 25), 0) - one) < 1e-9);
  });

  it('is that of evaluations to report, which evaluations before them count for', () => {
    assert.equal(flappingOf(changing(5, 6, 7), 20), 0);
    assert.ok(flappingOf(changing(5, 6, 7, 20), 20) > flappingOf(changing(20), 20));
  });
});
