import { readFileSync, statSync } from 'node:fs';
import type { Log } from './log.ts';

/** How often (ms) the disk is looked at. */
const LOOK_EVERY = 1000;
/** Bytes of a file: more are not read into memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/** What a file says, read anew when it changes. */
export interface ReloadedFile<T> {
  /** What it said when it last could be read. */
  current(): T;
  /** Whether it cannot be read as it is now, so that `current` is from before. */
  isBad(): boolean;
  /** Looks now; reads the file if it has changed. */
  refresh(): Promise<void>;
  close(): void;
}

/**
 * Opens a file that `read` makes something of, and looks at it once a second; symlinks are followed each time, so that a
 * mount that Kubernetes swaps is seen. A change that `read` refuses is logged, and what was there before holds. Rejects
 * where the file cannot be read, or `read` refuses it, in the beginning.
 */
export async function openReloadedFile<T>(
  path: string,
  read: (bytes: Buffer) => Promise<T>,
  log: Log,
): Promise<ReloadedFile<T>> {
  let seen = look(path);
  let value = await read(bytesOf(path));
  let bad = false;
  let reading: Promise<void> | undefined;

  async function reload(): Promise<void> {
    const now = look(path);
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
  }
  const refresh = () => (reading ??= reload().finally(() => (reading = undefined)));
  const timer = setInterval(() => void refresh(), LOOK_EVERY).unref();
  return { current: () => value, isBad: () => bad, refresh, close: () => clearInterval(timer) };
}

function bytesOf(path: string): Buffer {
  try {
    const status = statSync(path);
    // A pipe or a device could be read without end.
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size > MAX_BYTES)
      throw new Error(`it has ${status.size} bytes; the limit is ${MAX_BYTES} bytes`);
    return readFileSync(path);
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new Error(`it cannot be read (${String(cause.code)})`, { cause });
  }
}

/** Inode, time and size; empty while the file is away. */
function look(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return '';
  }
}
