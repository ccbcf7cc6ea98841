import { createKeyLock } from '../pipeline/key-lock.ts';
import type { Ports } from '../pipeline/ports.ts';
import type { Deps } from '../runtime/service.ts';

interface DatadogPorts extends Pick<Ports, 'trail' | 'policies'> {
  readonly objects: Pick<Ports, 'monitor' | 'dashboard'>;
}

/** What the pipeline works with in a process that serves, made of what the command has opened. */
export function portsOf(
  { objects, trail, policies }: DatadogPorts,
  { ledger, known, bases, applied }: Pick<Ports, 'ledger' | 'known' | 'bases' | 'applied'>,
  { clock }: Deps,
  maxDeletePercent: number,
): Omit<Ports, 'audit'> {
  return {
    ...objects,
    trail,
    policies,
    ledger: ledger,
    known,
    bases,
    applied,
    lock: createKeyLock(),
    clock,
    maxDeletePercent: maxDeletePercent,
  };
}
