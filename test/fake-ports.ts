import assert from 'node:assert/strict';
import type { Clock } from '../src/domain/clock.ts';
import type { StoredKind } from '../src/domain/managed-fields.ts';
import { createKeyLock } from '../src/pipeline/key-lock.ts';
import type { ObjectPort, Ports } from '../src/pipeline/ports.ts';
import { openStore, type Store } from '../src/ledger/ledger.ts';

/** A Datadog that a test does not expect to be asked; the test puts in what it does expect. */
export function unaskedPort(kind: StoredKind): ObjectPort {
  const unasked = (what: string) => async () => assert.fail(`no ${what} here`);
  return {
    kind,
    find: unasked('find'),
    search: unasked('search'),
    canDelete: unasked('can_delete'),
    get: unasked('get'),
    create: unasked('create'),
    update: unasked('update'),
    delete: unasked('delete'),
    url: () => '',
  };
}

/** Ports without a Datadog: a store in memory, no audit trail, no policies. */
export function portsWithoutDatadog(clock: Clock, store: Store = openStore(':memory:')): Ports {
  const { ledger, objectCache: known, fingerprints: bases, applied } = store;
  return {
    monitor: unaskedPort('monitor'),
    dashboard: unaskedPort('dashboard'),
    lock: createKeyLock(),
    ledger: ledger,
    objectCache: known,
    fingerprints: bases,
    applied,
    auditTrail: { changes: async () => new Map() },
    policies: { list: async () => [] },
    audit: () => {},
    clock,
    maxDeletePercent: 20,
  };
}
