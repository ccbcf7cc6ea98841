import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probedParts, samplesOf } from '../../test/probed-parts.ts';
import { ledgerProbe } from './ledger-probe.ts';

/** Returns the probe of a ledger whose writes fail while `state.full` is true. */
function startTest() {
  const { parts, context, clock } = probedParts();
  const state = { full: false, failing: undefined as string | undefined };
  const begin: typeof parts.ledger.begin = (...write) => {
    state.failing = state.full ? 'disk full' : undefined;
    if (state.full) throw new Error('disk full');
    return parts.ledger.begin(...write);
  };
  const readings = () => ({ ...parts.ledger.readings(), failing: state.failing });
  const row = ledgerProbe({ ...parts, ledger: { ...parts.ledger, begin, readings } });
  return { row, state, parts, clock, probe: async () => row.probe?.(context()) };
}

describe('the probe of the ledger', () => {
  it('writes and leaves no entry', async () => {
    const { row, probe } = startTest();
    assert.equal((await probe())?.state, 'ok');
    assert.deepEqual(samplesOf([row], 'birddog_ledger_entries'), { '': 0 });
    assert.deepEqual(samplesOf([row], 'birddog_ledger_oldest_entry_seconds'), { '': 0 });
  });

  it('says the same to /check and to the incident, which ends when a write succeeds', async () => {
    const { row, state, probe } = startTest();
    state.full = true;
    const outcome = await probe();
    assert.deepEqual(outcome, { state: 'failed', detail: 'The ledger cannot be written: disk full.' });
    assert.deepEqual(row.incident?.fault(), { detail: outcome?.detail });
    state.full = false;
    assert.equal(row.incident?.refresh, row.probe);
    await row.incident?.refresh?.(probedParts().context());
    assert.equal(row.incident?.fault(), undefined);
  });

  it('reports the age of the oldest entry', () => {
    const { row, parts, clock } = startTest();
    parts.ledger.begin({ kind: 'monitor', application: 'a', key: 'k' }, 'c', clock.now());
    clock.advance(5000);
    assert.deepEqual(samplesOf([row], 'birddog_ledger_oldest_entry_seconds'), { '': 5 });
    assert.deepEqual(samplesOf([row], 'birddog_ledger_entries'), { '': 1 });
  });
});
