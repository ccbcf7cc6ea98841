import type { RunningEmulator } from './emulator-server.ts';

/**
 * Runs an emulator as a program. It prints `ready URL` on standard output and logs to standard error. It stops on
 * SIGTERM, SIGINT and, with STOP_WITH_STDIN=true, at the end of standard input.
 */
export async function runEmulator(
  name: string,
  start: (log: (line: string) => void) => Promise<RunningEmulator>,
): Promise<void> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const emulator = await start(log);
    const stop = () => void emulator.close().then(() => process.exit(0));
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    if (process.env['STOP_WITH_STDIN'] === 'true')
      process.stdin.once('end', stop).once('error', stop).resume();
    process.stdout.write(`ready ${emulator.url}\n`);
  } catch (error) {
    log(`the ${name} emulator cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
