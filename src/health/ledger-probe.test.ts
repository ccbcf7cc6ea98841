import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probedParts, samplesOf } from '../../test/probed-parts.ts';
import { ledgerProbe } from './ledger-probe.ts';

/** Returns the probe of a ledger whose writes fail while `state.full` is true. */
function startTest() {
  const { parts, context, clock } = probedParts();
  const state = {
    full: false,
    isLostWithPod: false,
    newestLostMs: undefined as number | undefined,
    failing: undefined as string | undefined,
  };
  async function probe(): Promise<void> {
    state.failing = state.full ? 'disk full' : undefined;
    if (state.full) throw new Error('disk full');
    await parts.ledger.probe();
  }
  const readings = () => {
    const { full: _, ...now } = state;
    return { ...parts.ledger.readings(), ...now };
  };
  const row = ledgerProbe({ ...parts, ledger: { ...parts.ledger, probe, readings } });
  return { row, state, parts, clock, context, probe: async () => row.probe?.(context()) };
}

describe('the probe of the ledger', () => {
  it('writes and leaves no entry', async () => {
    const { row, probe } = startTest();
    assert.equal((await probe())?.state, 'ok');
    assert.deepEqual(samplesOf([row], 'birddog_ledger_entries'), { '': 0 });
    assert.deepEqual(samplesOf([row], 'birddog_ledger_oldest_entry_seconds'), { '': 0 });
  });

  it('warns that the history is lost with the pod if the ledger is in an emptyDir, and if the history was full', async () => {
    const { row, state, probe } = startTest();
    state.isLostWithPod = true;
    const outcome = await probe();
    assert.deepEqual(
      [outcome?.state, /history is lost with the pod/.test(outcome?.detail ?? '')],
      ['warning', true],
    );
    assert.equal(row.incident?.fault(), undefined);
    state.newestLostMs = Date.UTC(2026, 0, 2);
    assert.match((await probe())?.detail ?? '', /history was full: .* until 2026-01-02T00:00:00\.000Z/);
    state.full = true;
    assert.equal((await probe())?.state, 'failed');
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

  it('reports the age of the oldest entry', async () => {
    const { row, parts, clock, context, probe } = startTest();
    const name = { kind: 'monitor', application: 'a', key: 'k' } as const;
    const lease = await parts.ledger.acquire([name], context().deadline);
    await parts.ledger.begin(lease, { ...name, action: 'create', body: {}, caller: 'c' });
    clock.advance(5000);
    await probe();
    assert.deepEqual(samplesOf([row], 'birddog_ledger_oldest_entry_seconds'), { '': 5 });
    assert.deepEqual(samplesOf([row], 'birddog_ledger_entries'), { '': 1 });
  });
});
