import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { createMarkerScan } from './marker-scan.ts';

/** A list of pages of one object each; those in `wrong` have a fault. */
function list(length: number, wrong: ReadonlySet<number>) {
  const pagesRead: number[] = [];
  const scan = createMarkerScan(({ id }: JsonObject) =>
    wrong.has(Number(id)) ? `fault ${String(id)}` : undefined,
  );
  const page = async (at: number) => {
    pagesRead.push(at);
    return { items: at < length ? [{ id: at }] : [], last: at + 1 >= length };
  };
  return { pagesRead, look: (goesOn = () => true) => scan.look(page, goesOn) };
}

describe('a scan for conflicting markers', () => {
  it('examines a short list wholly each time, and forgets what is no longer there', async () => {
    const wrong = new Set([2]);
    const { look, pagesRead } = list(4, wrong);
    assert.deepEqual(await look(), ['fault 2']);
    assert.deepEqual(pagesRead.splice(0), [0, 1, 2, 3]);
    wrong.delete(2);
    wrong.add(0);
    assert.deepEqual(await look(), ['fault 0']);
  });

  it('reads at most ten pages of a long list, goes on with the next, and keeps what it found', async () => {
    const { look, pagesRead } = list(25, new Set([3, 14, 22]));
    assert.deepEqual(await look(), ['fault 3']);
    assert.deepEqual(pagesRead.splice(0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await look(), ['fault 3', 'fault 14']);
    assert.deepEqual(await look(), ['fault 3', 'fault 14', 'fault 22']);
    assert.deepEqual(pagesRead.splice(0).at(-1), 24);
    assert.deepEqual(await look(), ['fault 3', 'fault 14', 'fault 22']);
    assert.deepEqual(pagesRead[0], 0);
  });

  it('forgets an object that was deleted once the whole list was read again', async () => {
    let items: JsonObject[] = [{ id: 1 }];
    const scan = createMarkerScan(() => 'fault');
    const page = async () => ({ items, last: true });
    assert.deepEqual(await scan.look(page, () => true), ['fault']);
    items = [];
    assert.deepEqual(await scan.look(page, () => true), []);
  });

  it('stops where no time is left, after one page at least', async () => {
    const { look, pagesRead } = list(5, new Set());
    await look(() => false);
    assert.deepEqual(pagesRead, [0]);
  });
});
