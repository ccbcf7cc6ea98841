import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './settings.ts';

/** A second try for a process that was still writing. */
const SWEEP = 'cat >/dev/null; rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }';

export interface SecretsFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A fresh folder that this user alone can read. There may be real keys in it, so a process of its own removes it when
 * this one ends, in whatever way.
 */
export function makeSecretsFolder({ PATH, TMPDIR }: Env): SecretsFolder {
  const path = mkdtempSync(join(tmpdir(), 'birddog-sandbox-'));
  const sweeper = spawn('/bin/sh', ['-c', SWEEP, path], {
    env: { PATH, TMPDIR },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const swept = once(sweeper, 'exit');
  return {
    path,
    async remove() {
      sweeper.stdin.end();
      await swept;
    },
  };
}
