import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BoundedMap } from './lookup.ts';

it('a bounded map evicts the entry that was set first', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [3, undefined, 4]);
});
