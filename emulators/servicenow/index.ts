import { runEmulator } from '../server/run-emulator.ts';
import { startServicenowEmulator } from './servicenow-emulator.ts';

const { SERVICENOW_EMULATOR_PORT, EMULATOR_CONTROL, SERVICENOW_SEED } = process.env;

await runEmulator('servicenow', (log) =>
  startServicenowEmulator({
    port: Number(SERVICENOW_EMULATOR_PORT || 9102),
    control: EMULATOR_CONTROL === 'true',
    ...(SERVICENOW_SEED ? { rows: JSON.parse(SERVICENOW_SEED) } : {}),
    log,
  }),
);
