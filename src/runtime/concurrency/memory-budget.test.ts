import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryBudget } from './memory-budget.ts';

describe('a memory budget', () => {
  it('limits one caller to half, so that others still have capacity', () => {
    const budget = createMemoryBudget(100, 'bodies');
    const own = [budget({ name: 'a' }), budget({ name: 'a' })];
    own[0]?.reserve(30);
    own[1]?.reserve(20);
    assert.throws(() => own[1]?.reserve(1), { code: 'busy', extras: { retryAfter: 1 } });
    budget({ name: 'a', auth: 'oidc' }).reserve(10);
    budget({ name: 'b' }).reserve(40);
    assert.throws(() => budget({ name: 'c' }).reserve(1), { code: 'busy' });
  });

  it('counts released bytes as free, once', () => {
    const budget = createMemoryBudget(100, 'bodies');
    const one = budget({ name: 'a' });
    const other = budget({ name: 'a' });
    one.reserve(30);
    other.reserve(20);
    one.release();
    one.release();
    budget({ name: 'a' }).reserve(30);
    assert.throws(() => budget({ name: 'a' }).reserve(1), { code: 'busy' });
  });
});
