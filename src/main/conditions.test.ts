import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sign } from '../health/watch.ts';
import type { CatalogName } from '../domain/application.ts';
import { ownSigns } from './conditions.ts';

function scene() {
  const state = { breaker: 'closed', silent: false, bad: [] as string[], issuerAway: false };
  const away = new Map<CatalogName, string>();
  const asked: string[] = [];
  const signs = ownSigns({
    sidecar: {
      state: () => (state.breaker === 'closed' ? 'closed' : 'open'),
      silent: () => state.silent,
      probe: async () => void asked.push('sidecar'),
    },
    lookup: { readings: { away: () => away }, again: async (name) => asked.push(name) },
    callers: {
      badFiles: () => state.bad,
      issuerAway: () => state.issuerAway,
      askIssuer: async () => void asked.push('issuer'),
    },
  });
  const seen = () => signs.filter((sign) => sign.look() !== undefined).map(nameOf);
  return { state, away, asked, signs, seen };
}
const nameOf = ({ trouble, about }: Sign) => (about === undefined ? trouble : `${trouble}:${about}`);

describe('what may go wrong in Birddog', () => {
  it('is told each by itself', () => {
    const { state, away, seen } = scene();
    assert.deepEqual(seen(), []);
    state.silent = true;
    assert.deepEqual(seen(), ['sidecar_unavailable']);
    state.silent = false;
    state.breaker = 'open';
    assert.deepEqual(seen(), ['sidecar_unavailable']);
    state.issuerAway = true;
    state.bad = ['tokens'];
    away.set('leanix', 'LeanIX cannot be reached');
    assert.deepEqual(seen().toSorted(), [
      'callers_file_refused:tokens',
      'catalog_unavailable:leanix',
      'issuer_unavailable',
      'sidecar_unavailable',
    ]);
  });

  it('is found out again by asking the one that is in trouble', async () => {
    const { signs, asked } = scene();
    const context = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };
    const deadline = { left: () => 1, signal: new AbortController().signal };
    for (const { again } of signs) await again?.({ ...context, deadline });
    assert.deepEqual(asked.toSorted(), ['datadog', 'issuer', 'leanix', 'servicenow', 'sidecar']);
  });
});
