import type { Recipients } from '../pipeline/ports.ts';
import { healthy, type Probe } from './probe.ts';

/** Returns the probe of the known recipients; none if BIRDDOG_HANDLES is not set. A fault affects only findings. */
export function recipientsProbe(recipients: Recipients | undefined): readonly Probe[] {
  if (!recipients) return [];
  return [
    {
      name: 'handles',
      hint: 'Give the owner of the application key the permissions, or set BIRDDOG_HANDLES to a file (docs/configuration.md).',
      async probe(context) {
        await recipients.known(context);
        const { size, faults } = recipients.status();
        if (faults.length > 0)
          return {
            state: 'warning',
            detail: `Plans do not check every recipient: ${faults.join('; ')}.`,
          };
        if (size === undefined) return { state: 'warning', detail: 'The recipients have not been read yet.' };
        return healthy(`Plans compare recipients with a list of ${size}.`);
      },
    },
  ];
}
