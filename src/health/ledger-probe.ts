import type { Ledger, LedgerReadings } from '../ledger/port.ts';
import { type Outcome, outcomeOf, type Probe, type ProbeDeps } from './probe.ts';

interface LedgerParts extends ProbeDeps {
  readonly ledger: Ledger;
}

/** How to fix a ledger that cannot be written. */
const HOW_TO_FIX: Readonly<Record<LedgerReadings['database'], string>> = {
  SQLite: 'Check whether the volume of BIRDDOG_LEDGER is full or mounted read-only.',
  PostgreSQL:
    'Check whether the PostgreSQL server of BIRDDOG_LEDGER runs and has disk space, whether the policy birddog-to-postgresql allows the connection, and whether ledger-user and ledger-password in Vault are valid.',
};

const WRITABLE = 'The ledger can be written.';

/** Returns the outcome for a ledger that can be written but does not keep the history. */
function historyOutcome({ isLostWithPod, newestLostMs }: LedgerReadings): Outcome | undefined {
  if (newestLostMs !== undefined) {
    const until = new Date(newestLostMs).toISOString();
    return {
      state: 'warning',
      detail: `${WRITABLE} Its history was full: of objects last written until ${until}, it may have nothing.`,
      hint: 'Deploy the overlay postgresql, whose history is not limited in size.',
    };
  }
  if (!isLostWithPod) return undefined;
  return {
    state: 'warning',
    detail: `${WRITABLE} It is in an emptyDir volume, so the history is lost with the pod.`,
    hint: 'Deploy the overlay postgresql or persistent to keep the history.',
  };
}

/** Returns the probe of the ledger. Without a writable ledger, writes are refused. */
export function ledgerProbe({ ledger, afterMs }: LedgerParts): Probe {
  const fault = () => {
    const { failing } = ledger.readings();
    return failing === undefined ? undefined : { detail: `The ledger cannot be written: ${failing}.` };
  };
  async function probe(): Promise<Outcome> {
    // The ledger records why a write failed.
    await ledger.probe().catch(() => undefined);
    const outcome = outcomeOf(fault(), WRITABLE);
    return (outcome.state === 'ok' ? historyOutcome(ledger.readings()) : undefined) ?? outcome;
  }
  return {
    name: 'ledger',
    probe,
    hint: HOW_TO_FIX[ledger.readings().database],
    incident: {
      code: 'ledger_unwritable',
      title: 'The ledger cannot be written',
      effect: 'Writes are refused.',
      isAboutLedger: true,
      notifyAfterMs: afterMs,
      fault,
      refresh: probe,
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_ledger_entries',
        help: 'Writes whose outcome is not settled.',
        read: () => ledger.readings().entries,
      },
      {
        type: 'gauge',
        name: 'birddog_ledger_oldest_entry_seconds',
        help: 'Time since the oldest unsettled write was sent.',
        read: () => (ledger.readings().oldestMs ?? 0) / 1000,
      },
      {
        type: 'gauge',
        name: 'birddog_ledger_size_bytes',
        help: 'Size of the ledger file, caches included.',
        read: () => ledger.readings().bytes ?? 0,
      },
      {
        type: 'counter',
        name: 'birddog_ledger_write_failures_total',
        help: 'Failed writes to the ledger.',
        read: () => ledger.readings().failures,
      },
    ],
  };
}
