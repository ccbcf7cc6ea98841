import { CHECK_APPLICATION } from '../contract/check-report.ts';
import type { Journal } from '../pipeline/ports.ts';
import type { Part } from './run-parts.ts';

/** Whether the journal can be written: without it no create is begun. */
export function journalPart(journal: Journal, now: () => number): Part {
  return {
    name: 'journal',
    async look() {
      try {
        writeOnce(journal, now());
        return { state: 'ok', detail: 'The journal can be written.' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const hint = 'See whether the volume of BIRDDOG_JOURNAL is full, or mounted read-only.';
        return { state: 'failed', detail: `The journal cannot be written: ${why}.`, hint };
      }
    },
  };
}

/** Puts an entry in and takes it out again. Throws where that cannot be done. */
function writeOnce(journal: Journal, now: number): void {
  const write = { kind: 'monitor', application: CHECK_APPLICATION, key: 'journal' } as const;
  journal.begin(write, 'birddog', now);
  journal.settleAll(write);
}
