import { runService } from '../runtime/run-service.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { startSidecar } from './app.ts';
import { readConfig } from './settings.ts';

/** Runs the sidecar until it is stopped. `entry` is the program. */
export async function serve(entry: URL): Promise<void> {
  await runService('sidecar', readConfig, (config, log) =>
    startSidecar(config, { clock: systemClock, log }, entry),
  );
}
