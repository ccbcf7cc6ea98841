import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const EMULATOR = join(import.meta.dirname, '../emulators/datadog/index.ts');

/** Starts a separate Datadog emulator for the sidecar: the emulator has one thread, so a flood of it would delay listed calls as Datadog does not. */
export async function startSecondDatadog(): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', EMULATOR], {
    env: { DATADOG_EMULATOR_PORT: '0', DATADOG_EMULATOR_LIMITS: '{}' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /^ready (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url, stop: () => child.kill() };
  }
  throw new Error('the second Datadog emulator did not start');
}
