interface StopOptions {
  /** Whether the end of standard input stops the process too, so that a killed parent leaves no process running. */
  readonly stopWithStdin: boolean;
  /** Time (ms) after which the process exits even if `stop` has not finished; default 10,000. */
  readonly graceMs?: number;
}

/** The part of `process` that is needed to end it. */
interface EndingProcess {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(status: number): unknown;
  readonly stdin: { on(event: 'end' | 'error', listener: () => void): unknown; resume(): unknown };
}

/**
 * Runs `stop` once at SIGTERM or SIGINT, then exits with 0, or with 1 if `stop` failed or timed out. Ignores later
 * signals, because Ctrl-C reaches a process twice: from the terminal and through npm.
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
