import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SIZE_MIB = 48;
const BLOCK = Buffer.alloc(64 * 1024);

/** A small, separate file system for the ledgers. */
export interface SmallDisk {
  /** Fills the disk for a time. */
  fill(ms: number): Promise<void>;
  unmount(): void;
}

/** Mounts a small file system in memory on `folder`. Returns undefined where this user may not mount. */
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const file = join(folder, 'filler');
  return {
    async fill(ms) {
      const opened = openSync(file, 'w');
      try {
        for (;;) writeSync(opened, BLOCK);
      } catch {
        // The disk is full.
      } finally {
        closeSync(opened);
      }
      await wait(ms);
      rmSync(file, { force: true });
    },
    unmount() {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    },
  };
}
