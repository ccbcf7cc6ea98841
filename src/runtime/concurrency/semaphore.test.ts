import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { createSemaphore } from './semaphore.ts';

const deadline = (signal = new AbortController().signal) => ({ signal });
const A = { name: 'a' };
const B = { name: 'b' };

describe('a semaphore', () => {
  it('runs as many requests as it has slots, and the next one when a slot is released', async () => {
    const semaphore = createSemaphore({ maxConcurrent: 2, maxWaiting: 2 }, 'x');
    const order: number[] = [];
    const first = await semaphore.acquire(A, deadline());
    const second = await semaphore.acquire(A, deadline());
    const third = semaphore.acquire(A, deadline()).then((release) => (order.push(3), release));
    const fourth = semaphore.acquire(A, deadline()).then((release) => (order.push(4), release));
    await immediately();
    assert.deepEqual([order, semaphore.waiting()], [[], 2]);
    first();
    first();
    await immediately();
    assert.deepEqual(order, [3]);
    (await third)();
    await fourth;
    assert.deepEqual([order, semaphore.waiting()], [[3, 4], 0]);
    second();
  });

  it('keeps a slot for other callers when one caller has reached its maximum', async () => {
    const semaphore = createSemaphore({ maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 9 }, 'x');
    await semaphore.acquire(A, deadline());
    const second = semaphore.acquire(A, deadline());
    (await semaphore.acquire(B, deadline()))();
    (await semaphore.acquire({ name: 'a', auth: 'oidc' }, deadline()))();
    await immediately();
    assert.equal(semaphore.waiting(), 1);
    second.catch(() => {});
  });

  it('serves callers in rotation, however many requests one of them has queued', async () => {
    const semaphore = createSemaphore({ maxConcurrent: 1, maxWaiting: 9 }, 'x');
    const order: string[] = [];
    const run = async (caller: { readonly name: string }) => {
      const release = await semaphore.acquire(caller, deadline());
      order.push(caller.name);
      await immediately();
      release();
    };
    await Promise.all([run(A), run(A), run(A), run(A), run(B), run(B)]);
    assert.deepEqual(order, ['a', 'a', 'b', 'a', 'b', 'a']);
  });

  it('rejects a request at once when the queue of all callers, or of its caller, is full', async () => {
    const semaphore = createSemaphore(
      { maxConcurrent: 1, maxWaiting: 2, maxWaitingPerCaller: 1 },
      'documents',
    );
    const release = await semaphore.acquire(A, deadline());
    const waiting = [semaphore.acquire(A, deadline())];
    const busy = (error: { code: string; extras: { retryAfter: number } }) => {
      assert.deepEqual([error.code, error.extras.retryAfter], ['busy', 1]);
      return true;
    };
    await assert.rejects(semaphore.acquire(A, deadline()), busy);
    waiting.push(semaphore.acquire(B, deadline()));
    await assert.rejects(semaphore.acquire({ name: 'c' }, deadline()), busy);
    release();
    for (const one of waiting) (await one)();
  });

  it('answers busy when the deadline passes in the queue, and loses no slot', async () => {
    const semaphore = createSemaphore({ maxConcurrent: 1, maxWaiting: 5 }, 'x');
    const release = await semaphore.acquire(A, deadline());
    const gone = new AbortController();
    const leaving = semaphore.acquire(A, deadline(gone.signal));
    const staying = semaphore.acquire(A, deadline());
    gone.abort();
    await assert.rejects(leaving, { code: 'busy' });
    await assert.rejects(semaphore.acquire(B, deadline(AbortSignal.abort())), { code: 'busy' });
    release();
    (await staying)();
    (await semaphore.acquire(B, deadline()))();
    assert.equal(semaphore.waiting(), 0);
  });
});
