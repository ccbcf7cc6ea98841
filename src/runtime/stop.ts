import { optional, yesOrNo } from './settings.ts';

/** How a process that a parent started is told to end. */
export const stopSettings = {
  STOP_WITH_STDIN: optional(
    yesOrNo,
    false,
    'Whether the end of standard input stops the process, so that a parent that was killed leaves nothing behind.',
  ),
};

interface StopOptions {
  /** Whether the end of standard input means stop too: a parent that was killed leaves nothing behind. */
  readonly stopWithStdin: boolean;
  /** Milliseconds after which the process ends even if `stop` has not; default 10 s. */
  readonly graceMs?: number;
}

/** What of a process is needed to end it. */
interface EndingProcess {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(status: number): unknown;
  readonly stdin: { on(event: 'end' | 'error', listener: () => void): unknown; resume(): unknown };
}

/**
 * Runs `stop` once at SIGTERM or SIGINT, then ends the process: with 0, or with 1 when it failed or took too
 * long. Later signals change nothing: Ctrl-C reaches a process twice, from the terminal and through npm.
 */
export function onStop(
  stop: () => Promise<void>,
  options: StopOptions,
  ending: EndingProcess = process,
): void {
  let stopping = false;
  const run = () => {
    if (stopping) return;
    stopping = true;
    const grace = setTimeout(() => ending.exit(1), options.graceMs ?? 10_000);
    const end = (status: number) => {
      clearTimeout(grace);
      ending.exit(status);
    };
    stop().then(
      () => end(0),
      () => end(1),
    );
  };
  ending.on('SIGTERM', run);
  ending.on('SIGINT', run);
  if (!options.stopWithStdin) return;
  ending.stdin.on('end', run);
  ending.stdin.on('error', run);
  ending.stdin.resume();
}
