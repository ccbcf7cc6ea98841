import { runEmulator } from '../server/run-emulator.ts';
import { startLeanixEmulator } from './leanix-emulator.ts';

const { LEANIX_EMULATOR_PORT, EMULATOR_CONTROL, LEANIX_SEED } = process.env;

await runEmulator('leanix', (log) =>
  startLeanixEmulator({
    port: Number(LEANIX_EMULATOR_PORT || 9101),
    control: EMULATOR_CONTROL === 'true',
    ...(LEANIX_SEED ? { sheets: JSON.parse(LEANIX_SEED) } : {}),
    log,
  }),
);
