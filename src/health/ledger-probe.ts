import { CHECK_APPLICATION } from '../domain/application.ts';
import type { Ledger } from '../pipeline/ports.ts';
import { type Outcome, outcomeOf, type Probe, type ProbeDeps } from './probe.ts';

interface LedgerParts extends ProbeDeps {
  readonly ledger: Ledger & { readings(): LedgerReadings };
}

/** The state of the ledger file. */
interface LedgerReadings {
  readonly entries: number;
  /** Epoch ms; undefined without entries. */
  readonly oldestAt: number | undefined;
  readonly bytes: number;
  readonly failures: number;
  /** Reason why the last write failed; undefined after a success. */
  readonly failing: string | undefined;
}

/** Returns the probe of the ledger. Without a writable ledger, creates are refused. */
export function ledgerProbe({ ledger, now, afterMs }: LedgerParts): Probe {
  const fault = () => {
    const { failing } = ledger.readings();
    return failing === undefined ? undefined : { detail: `The ledger cannot be written: ${failing}.` };
  };
  async function probe(): Promise<Outcome> {
    const write = { kind: 'monitor', application: CHECK_APPLICATION, key: 'ledger' } as const;
    try {
      ledger.begin(write, 'birddog', now());
      ledger.settleAll(write);
    } catch {
      // The ledger records why a write failed.
    }
    return outcomeOf(fault(), 'The ledger can be written.');
  }
  return {
    name: 'ledger',
    probe,
    hint: 'Check whether the volume of BIRDDOG_LEDGER is full or mounted read-only.',
    incident: {
      code: 'ledger_unwritable',
      title: 'The ledger cannot be written',
      effect: 'Creates are refused.',
      notifyAfterMs: afterMs,
      fault,
      refresh: probe,
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_ledger_entries',
        help: 'Creates that are in progress or have an unknown outcome.',
        read: () => ledger.readings().entries,
      },
      {
        type: 'gauge',
        name: 'birddog_ledger_oldest_entry_seconds',
        help: 'Age of the oldest ledger entry.',
        read() {
          const { oldestAt } = ledger.readings();
          return oldestAt === undefined ? 0 : Math.max(0, (now() - oldestAt) / 1000);
        },
      },
      {
        type: 'gauge',
        name: 'birddog_ledger_size_bytes',
        help: 'Size of the ledger file, caches included.',
        read: () => ledger.readings().bytes,
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
