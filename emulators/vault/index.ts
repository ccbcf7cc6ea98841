import { runEmulator } from '../server/run-emulator.ts';
import { startVaultEmulator } from './vault-emulator.ts';
import { sandboxSeed } from './vault-seed.ts';

const { VAULT_EMULATOR_PORT, EMULATOR_CONTROL, VAULT_SEED, DATADOG_API_KEY, DATADOG_APP_KEY } = process.env;

await runEmulator('vault', (log) =>
  startVaultEmulator({
    port: Number(VAULT_EMULATOR_PORT || 9200),
    control: EMULATOR_CONTROL === 'true',
    seed: VAULT_SEED
      ? JSON.parse(VAULT_SEED)
      : sandboxSeed({ apiKey: DATADOG_API_KEY, appKey: DATADOG_APP_KEY }),
    log,
  }),
);
