import { readFileSync, statSync } from 'node:fs';
import { singleFlight } from './concurrency/single-flight.ts';
import type { Log } from './log.ts';

/** Polling interval. */
const POLL_MS = 1000;
/** Maximum size of a file. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A parsed file that is reloaded when it changes. */
export interface ReloadedFile<T> {
  /** Returns the value of the last successful read. */
  current(): T;
  /** Returns whether the present file is invalid, so that `current` is an earlier value. */
  isBad(): boolean;
  /** Reloads the file now if it changed. */
  refresh(): Promise<void>;
  close(): void;
}

/**
 * Opens a file, parses it with `read`, and polls it for changes. Symlinks are resolved at each poll, so that a mount that
 * Kubernetes swaps is noticed. An invalid change is logged and the previous value kept. Rejects if the first read fails.
 */
export async function openReloadedFile<T>(
  path: string,
  read: (bytes: Buffer) => Promise<T>,
  log: Log,
): Promise<ReloadedFile<T>> {
  let seen = versionOf(path);
  let value = await read(bytesOf(path));
  let bad = false;

  const refresh = singleFlight(async () => {
    const now = versionOf(path);
    if (now === seen) return;
    try {
      value = await read(bytesOf(path));
      bad = false;
      log.info('file reloaded', { file: path });
    } catch (error) {
      bad = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.error('file not reloaded, previous content stays in force', { file: path, reason });
    }
    seen = now;
  });
  const timer = setInterval(() => void refresh(), POLL_MS).unref();
  return { current: () => value, isBad: () => bad, refresh, close: () => clearInterval(timer) };
}

function bytesOf(path: string): Buffer {
  try {
    const status = statSync(path);
    // Reading a pipe or a device might never end.
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size > MAX_BYTES)
      throw new Error(`it has ${status.size} bytes; the limit is ${MAX_BYTES} bytes`);
    return readFileSync(path);
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new Error(`it cannot be read (${String(cause.code)})`, { cause });
  }
}

/** Returns inode, modification time and size; empty if the file does not exist. */
function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return '';
  }
}
