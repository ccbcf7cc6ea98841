import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { recipientsProbe } from './recipients-probe.ts';

const { context } = emulatedDatadog();
const probed = (size: number | undefined, ...faults: string[]) =>
  recipientsProbe({ known: async () => undefined, status: () => ({ size, faults }) })[0]?.probe?.(context());

describe('the probe of the known recipients', () => {
  it('does not exist without them', () => assert.deepEqual(recipientsProbe(undefined), []));

  it('is a warning while something cannot be read, and names it', async () => {
    assert.deepEqual(await probed(3), {
      state: 'ok',
      detail: 'Plans compare recipients with a list of 3.',
    });
    assert.deepEqual(await probed(3, 'teams cannot be read (needs the permission teams_read)'), {
      state: 'warning',
      detail: 'Plans do not check every recipient: teams cannot be read (needs the permission teams_read).',
    });
    assert.equal((await probed(undefined))?.state, 'warning');
  });
});
