import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns } from './turns.ts';

const deadline = (signal = new AbortController().signal) => ({ left: () => 1000, signal });

describe('turns', () => {
  it('let so many work at once, and the next where one gives its turn back, first come first served', async () => {
    const turns = createTurns(2, 2, 'x');
    const order: number[] = [];
    const first = await turns.take(deadline());
    const second = await turns.take(deadline());
    const third = turns.take(deadline()).then((giveBack) => (order.push(3), giveBack));
    const fourth = turns.take(deadline()).then((giveBack) => (order.push(4), giveBack));
    await Promise.resolve();
    assert.deepEqual(order, []);
    first();
    first();
    (await third)();
    await fourth;
    assert.deepEqual(order, [3, 4]);
    second();
  });

  it('refuse at once who would be one too many to wait', async () => {
    const turns = createTurns(1, 1, 'documents');
    const giveBack = await turns.take(deadline());
    const waiting = turns.take(deadline());
    await assert.rejects(
      turns.take(deadline()),
      (error: { code: string; extras: { retryAfter: number } }) => {
        assert.deepEqual([error.code, error.extras.retryAfter], ['busy', 1]);
        return true;
      },
    );
    giveBack();
    (await waiting)();
  });

  it('leave out who has no time left, and lose no turn by it', async () => {
    const turns = createTurns(1, 5, 'x');
    const giveBack = await turns.take(deadline());
    const gone = new AbortController();
    const leaving = turns.take(deadline(gone.signal));
    const staying = turns.take(deadline());
    gone.abort();
    await assert.rejects(leaving, { code: 'deadline_passed' });
    giveBack();
    (await staying)();
    (await turns.take(deadline()))();
    await assert.rejects(
      turns.take(deadline()).then(() => turns.take(deadline(AbortSignal.abort()))),
      { code: 'deadline_passed' },
    );
  });
});
