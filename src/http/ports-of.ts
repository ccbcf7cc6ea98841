import { createKeyLock } from '../pipeline/key-lock.ts';
import type { Ports } from '../pipeline/ports.ts';
import type { Deps } from '../runtime/service.ts';

interface DatadogPorts extends Pick<Ports, 'trail' | 'policies'> {
  readonly objects: Pick<Ports, 'monitor' | 'dashboard'>;
}

/** Returns the ports of the pipeline from the resources of a serving process. */
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
