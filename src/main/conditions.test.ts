import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../health/watch.ts';
import type { CatalogName } from '../domain/application.ts';
import { ownConditions } from './conditions.ts';

function scene() {
  const state = { breaker: 'closed', silent: false, bad: [] as string[], issuerUnavailable: false };
  const unavailable = new Map<CatalogName, string>();
  const asked: string[] = [];
  const conditions = ownConditions({
    sidecar: {
      state: () => (state.breaker === 'closed' ? 'closed' : 'open'),
      silent: () => state.silent,
      probe: async () => void asked.push('sidecar'),
    },
    lookup: { readings: { unavailable: () => unavailable }, again: async (name) => asked.push(name) },
    callers: {
      badFiles: () => state.bad,
      issuerUnavailable: () => state.issuerUnavailable,
      askIssuer: async () => void asked.push('issuer'),
    },
  });
  const seen = () => conditions.filter((sign) => sign.look() !== undefined).map(nameOf);
  return { state, unavailable, asked, conditions, seen };
}
const nameOf = ({ incident, about }: Condition) => (about === undefined ? incident : `${incident}:${about}`);

describe('what may go wrong in Birddog', () => {
  it('is told each by itself', () => {
    const { state, unavailable, seen } = scene();
    assert.deepEqual(seen(), []);
    state.silent = true;
    assert.deepEqual(seen(), ['sidecar_unavailable']);
    state.silent = false;
    state.breaker = 'open';
    assert.deepEqual(seen(), ['sidecar_unavailable']);
    state.issuerUnavailable = true;
    state.bad = ['tokens'];
    unavailable.set('leanix', 'LeanIX cannot be reached');
    assert.deepEqual(seen().toSorted(), [
      'callers_file_refused:tokens',
      'catalog_unavailable:leanix',
      'issuer_unavailable',
      'sidecar_unavailable',
    ]);
  });

  it('is found out again by asking the one that is in trouble', async () => {
    const { conditions, asked } = scene();
    const context = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };
    const deadline = { left: () => 1, signal: new AbortController().signal };
    for (const { again } of conditions) await again?.({ ...context, deadline });
    assert.deepEqual(asked.toSorted(), ['datadog', 'issuer', 'leanix', 'servicenow', 'sidecar']);
  });
});
