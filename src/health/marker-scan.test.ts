import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { createMarkerScan } from './marker-scan.ts';

/** Returns a list with one object per page; the objects in `wrong` are faulty. */
function list(length: number, wrong: ReadonlySet<number>) {
  const pagesRead: number[] = [];
  const scan = createMarkerScan(({ id }: JsonObject) =>
    wrong.has(Number(id)) ? `fault ${String(id)}` : undefined,
  );
  const page = async (at: number) => {
    pagesRead.push(at);
    return { items: at < length ? [{ id: at }] : [], last: at + 1 >= length };
  };
  return { pagesRead, read: (hasTime = () => true) => scan.readPages(page, hasTime) };
}

describe('a scan for conflicting markers', () => {
  it('examines a short list completely each time, and drops faults that are gone', async () => {
    const wrong = new Set([2]);
    const { read, pagesRead } = list(4, wrong);
    assert.deepEqual(await read(), ['fault 2']);
    assert.deepEqual(pagesRead.splice(0), [0, 1, 2, 3]);
    wrong.delete(2);
    wrong.add(0);
    assert.deepEqual(await read(), ['fault 0']);
  });

  it('reads at most ten pages of a long list, continues there, and keeps the faults found', async () => {
    const { read, pagesRead } = list(25, new Set([3, 14, 22]));
    assert.deepEqual(await read(), ['fault 3']);
    assert.deepEqual(pagesRead.splice(0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await read(), ['fault 3', 'fault 14']);
    assert.deepEqual(await read(), ['fault 3', 'fault 14', 'fault 22']);
    assert.deepEqual(pagesRead.splice(0).at(-1), 24);
    assert.deepEqual(await read(), ['fault 3', 'fault 14', 'fault 22']);
    assert.deepEqual(pagesRead[0], 0);
  });

  it('drops a deleted object after reading the whole list again', async () => {
    let items: JsonObject[] = [{ id: 1 }];
    const scan = createMarkerScan(() => 'fault');
    const page = async () => ({ items, last: true });
    assert.deepEqual(await scan.readPages(page, () => true), ['fault']);
    items = [];
    assert.deepEqual(await scan.readPages(page, () => true), []);
  });

  it('reads at least one page, and stops when no time is left', async () => {
    const { read, pagesRead } = list(5, new Set());
    await read(() => false);
    assert.deepEqual(pagesRead, [0]);
  });
});
