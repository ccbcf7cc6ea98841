import { writeOnce } from '../pipeline/journal-write.ts';
import type { Ledger } from '../pipeline/ports.ts';
import type { Part } from './run-parts.ts';

/** Whether the journal can be written: without it no create is begun. */
export function ledgerPart(ledger: Ledger, now: () => number): Part {
  return {
    name: 'ledger',
    async look() {
      try {
        writeOnce(ledger, now());
        return { state: 'ok', detail: 'The journal can be written.' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const hint = 'See whether the volume of BIRDDOG_LEDGER is full, or mounted read-only.';
        return { state: 'failed', detail: `The journal cannot be written: ${why}.`, hint };
      }
    },
  };
}
