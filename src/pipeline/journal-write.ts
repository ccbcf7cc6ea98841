import { CHECK_APPLICATION } from '../domain/application.ts';
import type { Journal } from './ports.ts';

/** Puts an entry into the journal and takes it out again. Throws where that cannot be done. */
export function writeOnce(journal: Journal, now: number): void {
  const write = { kind: 'monitor', application: CHECK_APPLICATION, key: 'journal' } as const;
  journal.begin(write, 'birddog', now);
  journal.settleAll(write);
}
