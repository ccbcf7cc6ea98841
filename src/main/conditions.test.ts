import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Condition } from '../health/watch.ts';
import type { CatalogName } from '../domain/application.ts';
import { ownConditions } from './conditions.ts';

function startTest() {
  const state = { breaker: 'closed', silent: false, bad: [] as string[], issuerUnavailable: false };
  const unavailable = new Map<CatalogName, string>();
  const probed: string[] = [];
  const conditions = ownConditions({
    sidecar: {
      state: () => (state.breaker === 'closed' ? 'closed' : 'open'),
      silent: () => state.silent,
      probe: async () => void probed.push('sidecar'),
    },
    lookup: { readings: { unavailable: () => unavailable }, again: async (name) => probed.push(name) },
    callers: {
      invalidFiles: () => state.bad,
      issuerUnavailable: () => state.issuerUnavailable,
      refreshIssuerKeys: async () => void probed.push('issuer'),
    },
  });
  const seen = () => conditions.filter((condition) => condition.fault() !== undefined).map(nameOf);
  return { state, unavailable, probed, conditions, seen };
}
const nameOf = ({ incident, about }: Condition) => (about === undefined ? incident : `${incident}:${about}`);

describe('the conditions of the main process', () => {
  it('report each fault separately', () => {
    const { state, unavailable, seen } = startTest();
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

  it('probe the faulty part', async () => {
    const { conditions, probed } = startTest();
    const context = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };
    const deadline = { left: () => 1, signal: new AbortController().signal };
    for (const { probe } of conditions) await probe?.({ ...context, deadline });
    assert.deepEqual(probed.toSorted(), ['datadog', 'issuer', 'leanix', 'servicenow', 'sidecar']);
  });
});
