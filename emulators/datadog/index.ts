import { runEmulator } from '../server/run-emulator.ts';
import { startDatadogEmulator } from './datadog-emulator.ts';

const {
  DATADOG_EMULATOR_PORT,
  DATADOG_EMULATOR_API_KEY,
  DATADOG_EMULATOR_APP_KEY,
  DATADOG_EMULATOR_LIMITS,
  EMULATOR_CONTROL,
} = process.env;

await runEmulator('datadog', (log) =>
  startDatadogEmulator({
    port: Number(DATADOG_EMULATOR_PORT ?? 9100),
    keys: {
      api: DATADOG_EMULATOR_API_KEY ?? 'sandbox-api-key',
      app: DATADOG_EMULATOR_APP_KEY ?? 'sandbox-app-key',
    },
    ...(DATADOG_EMULATOR_LIMITS === undefined ? {} : { limits: JSON.parse(DATADOG_EMULATOR_LIMITS) }),
    control: EMULATOR_CONTROL === 'true',
    log,
  }),
);
