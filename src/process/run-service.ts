import { createLog, type Log } from './log.ts';
import { onStop } from './stop.ts';
import { SettingsError } from './settings.ts';

/** Exit statuses (sysexits.h): the environment is wrong, or a resource could not be had. */
export const EXIT = { config: 78, unavailable: 69 } as const;

/**
 * The life of a serving process: read the environment, start, say `ops URL` and `ready URL` on standard
 * output, stop on a signal. A failure to start is told on standard error and by the exit status.
 */
export async function runService<C extends { readonly STOP_WITH_STDIN: boolean }>(
  name: string,
  readConfig: () => C,
  start: (config: C, log: Log) => Promise<{ url: string; opsUrl: string; stop(): Promise<void> }>,
): Promise<void> {
  const log = createLog(name, (line) => process.stderr.write(line));
  try {
    const config = readConfig();
    const service = await start(config, log);
    process.stdout.write(`ops ${service.opsUrl}\nready ${service.url}\n`);
    log.info('ready', { url: service.url, ops: service.opsUrl });
    onStop(() => service.stop(), { stopWithStdin: config.STOP_WITH_STDIN });
  } catch (error) {
    const wrong = error instanceof SettingsError;
    log.error('not started', { reason: error instanceof Error ? error.message : String(error) });
    process.exit(wrong ? EXIT.config : EXIT.unavailable);
  }
}
