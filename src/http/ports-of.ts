import { createKeyLock } from '../pipeline/key-lock.ts';
import type { Ports } from '../pipeline/ports.ts';
import type { Surroundings } from '../runtime/service.ts';

interface DatadogPorts extends Pick<Ports, 'trail' | 'policies'> {
  readonly objects: Pick<Ports, 'monitor' | 'dashboard'>;
}

/** What the pipeline works with in a process that serves, made of what the command has opened. */
export function portsOf(
  { objects, trail, policies }: DatadogPorts,
  { journal, known, bases, applied }: Pick<Ports, 'journal' | 'known' | 'bases' | 'applied'>,
  { clock }: Surroundings,
  mostDeleted: number,
): Omit<Ports, 'audit'> {
  return {
    ...objects,
    trail,
    policies,
    journal,
    known,
    bases,
    applied,
    lock: createKeyLock(),
    clock,
    mostDeleted,
  };
}
