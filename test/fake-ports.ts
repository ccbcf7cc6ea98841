import assert from 'node:assert/strict';
import type { Clock } from '../src/domain/clock.ts';
import type { StoredKind } from '../src/domain/managed-fields.ts';
import type { Attempts, ObjectPort, Ports } from '../src/pipeline/ports.ts';
import { createSemaphore } from '../src/runtime/concurrency/semaphore.ts';
import { openStore, type Store } from '../src/ledger/ledger.ts';

/** Returns a port whose every method fails. A test replaces the methods that it expects to be called. */
export function failingPort(kind: StoredKind): ObjectPort {
  const failing = (what: string) => async () => assert.fail(`unexpected call: ${what}`);
  return {
    kind,
    find: failing('find'),
    findWithState: failing('find with state'),
    list: () => assert.fail('unexpected call: list'),
    search: failing('search'),
    canDelete: failing('can_delete'),
    get: failing('get'),
    create: failing('create'),
    update: failing('update'),
    delete: failing('delete'),
    url: () => '',
  };
}

/** Attempts that nobody follows. */
export const ANY_ATTEMPTS: Attempts = { beforeSend: async () => {}, notWritten: () => {} };

/** Ports without a Datadog: a store in memory, no audit trail, no policies. */
export function portsWithoutDatadog(clock: Clock, store: Store = openStore(':memory:', { clock })): Ports {
  const { ledger, objectCache, fingerprints } = store;
  return {
    monitor: failingPort('monitor'),
    dashboard: failingPort('dashboard'),
    ledger: ledger,
    objectCache,
    fingerprints,
    auditTrail: { changes: async () => new Map() },
    policies: { list: async () => [] },
    recipients: undefined,
    validator: undefined,
    preview: {
      fetchSeries: async () => ({
        seriesOf: () => new Map(),
        missingOf: () => [],
        cutOf: () => 0,
        requests: 0,
        cached: 0,
      }),
      transitions: { transitions: async () => ({ transitions: new Map() }) },
      rules: { rules: async () => ({ rules: [] }) },
      downtimes: { downtimes: async () => ({ downtimes: [] }) },
    },
    previewSlots: createSemaphore({ maxConcurrent: 1, maxWaiting: 1 }, 'previews'),
    audit: () => {},
    clock,
    settleMs: 30_000,
    maxDeletePercent: 20,
    maxChangePercent: 50,
    timeZone: 'UTC',
  };
}
