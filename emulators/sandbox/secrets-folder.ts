import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './settings.ts';

/** Waits for the end of the sandbox. The retry is for a process that is still writing. */
const REMOVE_SCRIPT = 'cat >/dev/null; rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }';

export interface SecretsFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Creates a folder that only this user can read. It may contain real keys, so a separate process removes it when this
 * process ends, even if it is killed.
 */
export function makeSecretsFolder({ PATH, TMPDIR }: Env): SecretsFolder {
  const path = mkdtempSync(join(tmpdir(), 'birddog-sandbox-'));
  const remover = spawn('/bin/sh', ['-c', REMOVE_SCRIPT, path], {
    env: { PATH, TMPDIR },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const removed = once(remover, 'exit');
  return {
    path,
    async remove() {
      remover.stdin.end();
      await removed;
    },
  };
}
