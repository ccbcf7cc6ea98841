import { createLog } from '../process/log.ts';
import { EXIT } from '../process/run-service.ts';
import { SettingsError } from '../process/settings.ts';
import { systemClock } from '../process/system-clock.ts';
import { VaultFailure } from '../vault/failures.ts';
import { initialise } from './app.ts';
import { readConfig } from './config.ts';

const log = createLog('init', (line) => process.stderr.write(line));
try {
  if (process.argv.length > 2)
    throw new SettingsError([`init takes no arguments, but got "${process.argv.slice(2).join(' ')}"`]);
  await initialise(readConfig(), log, systemClock);
  log.info('done');
} catch (error) {
  log.error('not done', { reason: error instanceof Error ? error.message : String(error) });
  process.exitCode =
    error instanceof VaultFailure ? error.exit : error instanceof SettingsError ? EXIT.config : 1;
}
