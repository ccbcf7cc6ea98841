import { runEmulator } from '../server/run-emulator.ts';
import { startDatadogEmulator } from './datadog-emulator.ts';
import { readSettings, USAGE } from './settings.ts';

if (process.argv.includes('--help')) process.stdout.write(USAGE);
else {
  await runEmulator('datadog', (log) =>
    startDatadogEmulator({ ...readSettings(process.argv.slice(2), process.env), log }),
  );
}
