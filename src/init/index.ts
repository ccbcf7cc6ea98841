import { parseArgs } from 'node:util';
import { createLog } from '../runtime/log.ts';
import { EXIT, runService } from '../runtime/run-service.ts';
import { SettingsError } from '../runtime/settings.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { VaultFailure } from './vault/failures.ts';
import { initialise, initialiseCertificates } from './app.ts';
import { readCertificatesConfig, readConfig } from './settings.ts';
import { startCertificatesWatch, startWatch } from './watch-app.ts';

const log = createLog('init', (line) => process.stderr.write(line));
try {
  const { watch, certificates } = optionsOf(process.argv.slice(2));
  if (!watch) {
    if (certificates) await initialiseCertificates(readCertificatesConfig(), log, systemClock);
    else await initialise(readConfig(), log, systemClock);
    log.info('done');
  } else if (certificates) {
    await runService('init', readCertificatesConfig, (config, ownLog) =>
      startCertificatesWatch(config, { clock: systemClock, log: ownLog }),
    );
  } else {
    await runService('init', readConfig, (config, ownLog) =>
      startWatch(config, { clock: systemClock, log: ownLog }),
    );
  }
} catch (error) {
  log.error('not done', { reason: error instanceof Error ? error.message : String(error) });
  process.exitCode =
    error instanceof VaultFailure ? error.exit : error instanceof SettingsError ? EXIT.config : 1;
}

function optionsOf(args: readonly string[]) {
  const option = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args: [...args], options: { watch: option, certificates: option } }).values;
  } catch (error) {
    throw new SettingsError([
      `init takes --watch and --certificates alone, but got "${args.join(' ')}"`,
      ...(error instanceof Error ? [error.message] : []),
    ]);
  }
}
