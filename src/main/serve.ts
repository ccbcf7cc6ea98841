import { runService } from '../runtime/run-service.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { startMain } from './app.ts';
import { readConfig } from './settings.ts';

/** Runs Birddog until it is stopped. `entry` is the program. */
export async function serve(entry: URL): Promise<void> {
  await runService('serve', readConfig, (config, log) =>
    startMain(config, { clock: systemClock, log }, entry),
  );
}
