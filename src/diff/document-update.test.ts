import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import { withLiveValues } from './document-update.ts';

describe('values left to people', () => {
  const tagsAfter = (wanted: string[], live: string[], pointer: string) => {
    const desired: JsonObject = { tags: wanted };
    return withLiveValues(desired, { tags: live }, [pointer])['tags'];
  };

  it('keeps the live element in its place', () =>
    assert.deepEqual(tagsAfter(['a', 'b'], ['x', 'y'], '/tags/1'), ['a', 'y']));

  it('keeps the live element behind the last wanted one', () =>
    assert.deepEqual(tagsAfter([], ['x', 'y'], '/tags/0'), ['x']));

  it('changes nothing for an index beyond the list', () =>
    assert.deepEqual(tagsAfter(['a'], ['x', 'y', 'z'], '/tags/2'), ['a']));

  for (const pointer of ['/tags/', '/tags/-', '/tags/-1', '/tags/01', '/tags/1e0', '/tags/ 1']) {
    it(`changes nothing for ${JSON.stringify(pointer)}, which names no element`, () =>
      assert.deepEqual(tagsAfter(['a', 'b'], ['x', 'y'], pointer), ['a', 'b']));
  }
});

it('answers for a pointer of a million steps that leads nowhere', () => {
  const object = { options: { thresholds: { critical: 1 } } };
  assert.deepEqual(withLiveValues(object, { options: {} }, [`/options${'/x'.repeat(1_000_000)}`]), object);
});
