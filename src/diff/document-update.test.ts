import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { withLiveValues } from './document-update.ts';

describe('unmanaged values', () => {
  const tagsAfter = (wanted: string[], live: string[], pointer: string) => {
    const desired: JsonObject = { tags: wanted };
    return withLiveValues(desired, { tags: live }, [pointer])['tags'];
  };

  it('keep the live element at its index', () =>
    assert.deepEqual(tagsAfter(['a', 'b'], ['x', 'y'], '/tags/1'), ['a', 'y']));

  it('keep the live element after the last desired one', () =>
    assert.deepEqual(tagsAfter([], ['x', 'y'], '/tags/0'), ['x']));

  it('have no effect for an index beyond the list', () =>
    assert.deepEqual(tagsAfter(['a'], ['x', 'y', 'z'], '/tags/2'), ['a']));

  for (const pointer of ['/tags/', '/tags/-', '/tags/-1', '/tags/01', '/tags/1e0', '/tags/ 1']) {
    it(`have no effect for ${JSON.stringify(pointer)}, which is not an index`, () =>
      assert.deepEqual(tagsAfter(['a', 'b'], ['x', 'y'], pointer), ['a', 'b']));
  }
});

it('handles a pointer of a million steps to a missing value', () => {
  const object = { options: { thresholds: { critical: 1 } } };
  assert.deepEqual(withLiveValues(object, { options: {} }, [`/options${'/x'.repeat(1_000_000)}`]), object);
});
