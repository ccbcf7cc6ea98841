import { runService } from '../process/run-service.ts';
import { systemClock } from '../process/system-clock.ts';
import { startSidecar } from './app.ts';
import { readConfig } from './config.ts';

await runService('sidecar', readConfig, (config, log) => startSidecar(config, { clock: systemClock, log }));
