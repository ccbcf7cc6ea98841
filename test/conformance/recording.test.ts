import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { othersWork } from './others-work.ts';
import { type Exchange, inCausalOrder } from './recording.ts';
import type { Value } from './value.ts';

function exchange(method: string, path: string, body: Value): Exchange {
  return {
    source: 's',
    client: 'terraform',
    family: 'monitors',
    year: 2026,
    at: 0,
    request: { method, host: 'h', path, query: new Map(), headers: {} },
    response: { status: 200, body },
  };
}
const made = (id: number) => exchange('POST', '/api/v1/monitor', { id });
const listed = (...ids: number[]) =>
  exchange(
    'GET',
    '/api/v1/monitor',
    ids.map((id) => ({ id })),
  );

describe('a recording', () => {
  it('whose client asked several things at once is put in an order that can be', () => {
    const [first, list, second] = [made(10), listed(10, 20), made(20)];
    assert.deepEqual(inCausalOrder([first, list, second]), [first, second, list]);
  });

  it('keeps its order where a path names the thing already', () => {
    const [list, mute] = [listed(10), exchange('POST', '/api/v1/monitor/10/mute', { id: 10 })];
    assert.deepEqual(inCausalOrder([list, mute]), [list, mute]);
  });

  it('tells what others made before it, made meanwhile and deleted meanwhile', () => {
    const work = othersWork([listed(1, 2), made(10), listed(2, 3, 10)]);
    assert.deepEqual(work, [
      { made: { monitors: [{ id: 1 }, { id: 2 }] }, deleted: {} },
      { made: {}, deleted: {} },
      { made: { monitors: [{ id: 3 }] }, deleted: { monitors: ['1'] } },
    ]);
  });

  it('tells the most that any answer showed of a thing', () => {
    const read = exchange('GET', '/api/v1/monitor/1', { id: 1, name: 'n' });
    assert.deepEqual(othersWork([listed(1), read])[0]?.made, { monitors: [{ id: 1, name: 'n' }] });
  });
});
