import { createLog, type Log, type LogLevel } from './log.ts';
import { startHeartbeat } from './heartbeat.ts';
import { SettingsError } from './settings.ts';

/** Exit statuses (sysexits.h): invalid settings, or an unavailable resource. */
export const EXIT = { config: 78, unavailable: 69 } as const;

/**
 * Runs a serving process: reads its settings, starts it, prints `ops URL` and `ready URL` on standard output, and stops
 * it on a signal. A failed start is logged to standard error and sets the exit status.
 */
export async function runService<
  C extends {
    readonly STOP_WITH_STDIN: boolean;
    readonly BIRDDOG_LOG_LEVEL: LogLevel;
    readonly BIRDDOG_HEARTBEAT?: string;
    readonly BIRDDOG_DRAIN_MS?: number;
  },
>(
  name: string,
  readConfig: () => C,
  start: (
    config: C,
    log: Log,
  ) => Promise<{ url: string; opsUrl: string; stop(hurry: AbortSignal): Promise<void> }>,
): Promise<void> {
  const write = (line: string) => process.stderr.write(line);
  let log = createLog(name, write);
  try {
    const config = readConfig();
    log = createLog(name, write, Date.now, config.BIRDDOG_LOG_LEVEL);
    const service = await start(config, log);
    startHeartbeat(config.BIRDDOG_HEARTBEAT ?? '', log);
    process.stdout.write(`ops ${service.opsUrl}\nready ${service.url}\n`);
    log.info('ready', { url: service.url, ops: service.opsUrl });
    const stop = (hurry: AbortSignal) => {
      log.info('stopping');
      return service.stop(hurry);
    };
    const maxMs = (config.BIRDDOG_DRAIN_MS ?? 0) + CLOSE_MS;
    onStop(stop, { stopWithStdin: config.STOP_WITH_STDIN, maxMs });
  } catch (error) {
    const wrong = error instanceof SettingsError;
    log.error('not started', { reason: error instanceof Error ? error.message : String(error) });
    process.exit(wrong ? EXIT.config : EXIT.unavailable);
  }
}

/** Time (ms) that a process has to close its connections and resources after its requests have ended. */
const CLOSE_MS = 10_000;
/** Ctrl-C reaches a process several times: from the terminal, through npm and through the launcher. Within this time (ms) it is one. */
const ECHO_MS = 1_000;

interface StopOptions {
  /** Whether the end of standard input stops the process too, so that a killed parent leaves no process running. */
  readonly stopWithStdin: boolean;
  /** Time (ms) after which the process exits even if `stop` has not finished; default 10,000. */
  readonly maxMs?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

/** The part of `process` that is needed to end it. */
interface EndingProcess {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(status: number): unknown;
  readonly stdin: { on(event: 'end' | 'error', listener: () => void): unknown; resume(): unknown };
}

/**
 * Runs `stop` once at SIGTERM or SIGINT, then exits with 0, or with 1 if `stop` failed or timed out. Ignores later SIGTERMs.
 * SIGINT, and the end of standard input, abort `hurry`: a person stops the process, not an orchestrator. A second SIGINT
 * exits with 1 at once.
 */
export function onStop(
  stop: (hurry: AbortSignal) => Promise<void>,
  { stopWithStdin, maxMs = CLOSE_MS, now = () => performance.now() }: StopOptions,
  ending: EndingProcess = process,
): void {
  const hurry = new AbortController();
  let stopping = false;
  let interruptedAt: number | undefined;
  const run = () => {
    if (stopping) return;
    stopping = true;
    const limit = setTimeout(() => ending.exit(1), maxMs);
    const end = (status: number) => {
      clearTimeout(limit);
      ending.exit(status);
    };
    stop(hurry.signal).then(
      () => end(0),
      () => end(1),
    );
  };
  const runNow = () => {
    hurry.abort();
    run();
  };
  ending.on('SIGTERM', run);
  ending.on('SIGINT', () => {
    if (interruptedAt !== undefined && now() - interruptedAt >= ECHO_MS) ending.exit(1);
    interruptedAt ??= now();
    runNow();
  });
  if (!stopWithStdin) return;
  ending.stdin.on('end', runNow);
  ending.stdin.on('error', runNow);
  ending.stdin.resume();
}
