import { ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Log } from './log.ts';

/** Interval at which the launcher (bin/birddog) expects a new counter; it restarts a process whose counter stops for 10 s. */
const HEARTBEAT_MS = 1000;
/** All counters have the same number of digits, so that each overwrites the previous one. */
const FIRST_COUNT = 1_000_000_000;

/** Writes to the file of the heartbeat; for tests. */
export interface HeartbeatFile {
  write(text: string): void;
  /** Empties the file. */
  clear(): void;
}

/**
 * Writes a counter to an existing file, now and then every second while the event loop runs. The write is synchronous
 * because the thread pool may be busy while the event loop is healthy.
 */
export function startHeartbeat(path: string, log: Log): void {
  if (path === '') return;
  const beat = createHeartbeat(heartbeatFile(path), log);
  setInterval(beat, HEARTBEAT_MS).unref();
  beat();
}

/**
 * Returns the function that writes the next counter. If it cannot write, for example on a full disk, it empties the file, which
 * the launcher takes for a process that has not started to write, not for one that hangs. Logs that once until it can write again.
 */
export function createHeartbeat(file: HeartbeatFile, log: Log): () => void {
  let count = FIRST_COUNT;
  let failing = false;
  return () => {
    try {
      file.write(`${count}\n`);
      count += 1;
      failing = false;
    } catch (error) {
      if (!failing) log.warn('no heartbeat', { error });
      failing = true;
      clear(file, log);
    }
  };
}

function clear(file: HeartbeatFile, log: Log): void {
  try {
    file.clear();
  } catch (error) {
    log.error('heartbeat not cleared', { error });
  }
}

function heartbeatFile(path: string): HeartbeatFile {
  let opened: number | undefined;
  const open = () => (opened ??= openSync(path, 'r+'));
  return {
    write: (text) => void writeSync(open(), text, 0),
    clear: () => ftruncateSync(open()),
  };
}
