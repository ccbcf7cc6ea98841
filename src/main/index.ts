import { runService } from '../process/run-service.ts';
import { systemClock } from '../process/system-clock.ts';
import { startMain } from './app.ts';
import { readConfig } from './config.ts';

await runService('serve', readConfig, (config, log) => startMain(config, { clock: systemClock, log }));
