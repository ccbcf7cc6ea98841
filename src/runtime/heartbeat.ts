import { openSync, writeSync } from 'node:fs';
import type { Log } from './log.ts';
import { optional, text } from './settings.ts';

/** How the launcher (bin/birddog) learns that the event loop of a process turns. */
export const heartbeatSettings = {
  BIRDDOG_HEARTBEAT: optional(
    text,
    '',
    'The file into which the process writes a counter every second. The launcher sets it, and restarts a process that stops counting for 10 s.',
  ),
};

const INTERVAL_MS = 1000;
/** Its numbers have one length, so that each overwrites the one before. */
const FIRST = 1_000_000_000;

/**
 * Writes a counter to a file that exists, at once and then every second, for as long as the event loop turns. The write is synchronous: the
 * thread pool may be busy while the event loop is well. A file that cannot be written is logged once.
 */
export function startHeartbeat(file: string, log: Log): void {
  if (file === '') return;
  let count = FIRST;
  let written: number | undefined;
  const beat = () => {
    try {
      written ??= openSync(file, 'r+');
      writeSync(written, `${count}\n`, 0);
      count += 1;
    } catch (error) {
      clearInterval(timer);
      log.warn('no heartbeat', { error });
    }
  };
  const timer = setInterval(beat, INTERVAL_MS).unref();
  beat();
}
