import { openSync, writeSync } from 'node:fs';
import type { Log } from './log.ts';

const INTERVAL_MS = 1000;
/** All counters have the same number of digits, so that each overwrites the previous one. */
const FIRST = 1_000_000_000;

/**
 * Writes a counter to an existing file, now and then every second while the event loop runs. The write is synchronous
 * because the thread pool may be busy while the event loop is healthy. A write failure is logged once and stops the heartbeat.
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
