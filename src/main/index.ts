import { runService } from '../process/run-service.ts';
import { systemClock } from '../process/system-clock.ts';
import { startMain } from './app.ts';
import { readConfig } from './config.ts';
import { isElsewhere, lookHere } from './look-elsewhere.ts';

const entry = new URL(import.meta.url);
if (isElsewhere) await lookHere();
else {
  await runService('serve', readConfig, (config, log) =>
    startMain(config, { clock: systemClock, log }, entry),
  );
}
