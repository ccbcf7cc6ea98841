import { writeOnce } from '../pipeline/ledger-write.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { Part } from './run-parts.ts';

/** Probes whether the ledger can be written. Without it, creates are refused. */
export function ledgerPart(ledger: Ledger, now: () => number): Part {
  return {
    name: 'ledger',
    async probe() {
      try {
        writeOnce(ledger, now());
        return { state: 'ok', detail: 'The ledger can be written.' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const hint = 'Check whether the volume of BIRDDOG_LEDGER is full or mounted read-only.';
        return { state: 'failed', detail: `The ledger cannot be written: ${why}.`, hint };
      }
    },
  };
}
