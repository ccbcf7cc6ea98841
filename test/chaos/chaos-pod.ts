import { writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES, type ProcessContext, type ProcessName } from '../../emulators/sandbox/processes.ts';
import { makeSecretsFolder } from '../../emulators/sandbox/secrets-folder.ts';
import type { Env } from '../../emulators/sandbox/settings.ts';
import { seedWith } from '../postgresql/replicas.ts';
import { type PostgresqlServer, startPostgresql } from '../postgresql/server.ts';
import type { ChaosOptions } from './options.ts';
import { fakeTime, Server, settingsWithPorts, specOf } from './servers.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** `BIRDDOG_SETTLE_MS` of the processes: short, because the late writes of the emulator are shorter still. */
export const SETTLE_MS = 2_000;
const NO_LIMITS = JSON.stringify({});

/** One Birddog with its sidecar. */
export interface Replica {
  readonly serve: Server;
  readonly sidecar: Server;
}

/** The real processes and emulators of a run. */
export interface ChaosPod {
  readonly replicas: readonly Replica[];
  readonly datadog: Server;
  readonly leanix: Server;
  readonly servicenow: Server;
  readonly vault: Server;
  /** Undefined where this user may not mount a file system, or the ledger is not a file. */
  readonly disk: SmallDisk | undefined;
  /** Undefined if the ledgers are SQLite files. */
  readonly postgresql: PostgresqlServer | undefined;
  /** Shifts the clocks of all serving processes. Undefined where faketime is not installed. */
  readonly shiftClocks: ((seconds: number) => void) | undefined;
  /** The lines that the processes have written. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

const MAX_LINES = 200_000;

/** Starts everything. Rejects with the last lines of a process that does not start. */
export async function startChaosPod({ replicas, ledger }: ChaosOptions): Promise<ChaosPod> {
  const folder = makeSecretsFolder(process.env);
  const lines: string[] = [];
  const onLine = (name: string, line: string) => {
    if (lines.length < MAX_LINES) lines.push(`${name}: ${line}`);
  };
  const started: Server[] = [];
  const start = async (name: ProcessName, replica: number, context: ProcessContext, env: Env) => {
    const server = await Server.start(specOf(name, replica, context, env), onLine);
    started.push(server);
    return server;
  };
  const ledgers = join(folder.path, 'ledgers');
  const disk = ledger === 'sqlite' ? mountSmallDisk(ledgers) : undefined;
  const postgresql = ledger === 'postgresql' ? await startPostgresql() : undefined;
  const database = postgresql?.createDatabase().href;
  const stop = async () => {
    for (const server of started.toReversed()) await server.stop();
    disk?.unmount();
    await postgresql?.stop();
    await folder.remove();
  };
  const clockFile = join(folder.path, 'clock');
  writeFileSync(clockFile, '+0\n');
  const clock = fakeTime(clockFile);
  try {
    const emulated = new Map<ProcessName, Server>();
    const settings = await settingsWithPorts();
    const context: ProcessContext = {
      settings,
      folder: folder.path,
      url: (name) => emulated.get(name)?.url() ?? '',
    };
    await writeFile(join(folder.path, FILES.serviceAccountToken), 'sandbox-jwt', { mode: 0o600 });
    const emulator = async (name: ProcessName) => {
      const server = await start(name, 0, context, {
        EMULATOR_CONTROL: 'true',
        DATADOG_EMULATOR_LIMITS: NO_LIMITS,
        ...(postgresql ? { VAULT_SEED: seedWith(postgresql) } : {}),
      });
      emulated.set(name, server);
      return server;
    };
    const vault = await emulator('vault');
    const datadog = await emulator('datadog');
    const leanix = await emulator('leanix');
    const servicenow = await emulator('servicenow');
    await start('init', 0, context, {});
    const pairs: Replica[] = [];
    for (let replica = 0; replica < replicas; replica += 1) {
      const own = { ...context, settings: replica === 0 ? settings : await settingsWithPorts() };
      const env = (name: string): Env => ({
        ...clock,
        BIRDDOG_SETTLE_MS: String(SETTLE_MS),
        BIRDDOG_LEDGER: database ?? join(ledgers, `${name}-${replica}.sqlite`),
      });
      const sidecar = await start('sidecar', replica, own, env('sidecar'));
      const url: ProcessContext['url'] = (name) => (name === 'sidecar' ? sidecar.url() : context.url(name));
      const serveEnv = { ...env('serve'), CATALOG_TTL_MS: '3000' };
      pairs.push({ sidecar, serve: await start('serve', replica, { ...own, url }, serveEnv) });
    }
    const shiftClocks = (seconds: number) =>
      writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    return {
      replicas: pairs,
      datadog,
      leanix,
      servicenow,
      vault,
      disk,
      postgresql,
      lines,
      stop,
      shiftClocks: clock && shiftClocks,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
