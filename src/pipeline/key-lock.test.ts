import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createKeyLock } from './key-lock.ts';

const soon = () => deadlineAfter(60_000, systemClock);

it('runs work under one name one after the other, in order of arrival', async () => {
  const lock = createKeyLock();
  const seen: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      lock.run('key', soon(), async () => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
      }),
    ),
  );
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('runs work under another name at once, and continues after a failure', async () => {
  const lock = createKeyLock();
  const { promise: held, resolve: release } = Promise.withResolvers<string>();
  const first = lock.run('key', soon(), () => held);
  assert.equal(await lock.run('other', soon(), async () => 'at once'), 'at once');
  const failing = lock.run('key', soon(), () => Promise.reject(new Error('broken')));
  const last = lock.run('key', soon(), async () => 'after');
  release('done');
  assert.equal(await first, 'done');
  await assert.rejects(failing, /broken/);
  assert.equal(await last, 'after');
});

it('a waiter whose deadline passes gets an error and does not block others', async () => {
  const lock = createKeyLock();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const first = lock.run('key', soon(), () => held);
  const gone = new AbortController();
  const waiting = lock.run('key', deadlineAfter(60_000, systemClock, gone.signal), async () =>
    assert.fail('ran'),
  );
  gone.abort();
  await assert.rejects(waiting, { code: 'deadline_exceeded' });
  const last = lock.run('key', soon(), async () => 'in');
  release();
  await first;
  assert.equal(await last, 'in');
});
