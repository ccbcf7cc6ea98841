import { CHECK_APPLICATION } from '../domain/application.ts';
import type { Ledger } from './ports.ts';

/** Puts an entry into the journal and takes it out again. Throws where that cannot be done. */
export function writeOnce(ledger: Ledger, now: number): void {
  const write = { kind: 'monitor', application: CHECK_APPLICATION, key: 'ledger' } as const;
  ledger.begin(write, 'birddog', now);
  ledger.settleAll(write);
}
