import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Where Debian installs PostgreSQL, one folder per version. */
const DEBIAN = '/usr/lib/postgresql';
const START_MS = 15_000;

/** A PostgreSQL server of this test, reachable through a Unix socket only. */
export interface PostgresqlServer {
  /** The address of a new, empty database. */
  createDatabase(): URL;
  readonly credentials: { readonly user: string; readonly password: string };
  /** Stops the server at once, as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Why tests with PostgreSQL are skipped here; false where Debian's server is installed. Never skipped in CI. */
export function skipPostgresql(): string | false {
  if (binFolder() !== undefined) return false;
  if (process.env['CI'] !== undefined) return false;
  return 'PostgreSQL is not installed (Debian: apt install postgresql)';
}

function binFolder(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** Starts a server on a temporary folder. `initdb` refuses root, so root runs it as the user `postgres`. */
export async function startPostgresql(): Promise<PostgresqlServer> {
  const bin = binFolder();
  if (bin === undefined) throw new Error(`PostgreSQL is not installed in ${DEBIAN}`);
  const folder = mkdtempSync(join(tmpdir(), 'birddog-postgresql-'));
  const root = process.getuid?.() === 0;
  const as = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const run = (program: string, args: readonly string[]) => {
    const [command = '', ...rest] = [...as, join(bin, program), ...args];
    return execFileSync(command, rest, { stdio: 'pipe', cwd: folder }).toString();
  };
  if (root) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
    chownSync(folder, id('-u'), id('-g'));
  }
  const data = join(folder, 'data');
  run('initdb', ['-D', data, '-A', 'trust', '-U', 'birddog', '--no-sync']);
  let server: ReturnType<typeof spawn> | undefined;

  async function start(): Promise<void> {
    const options = [
      '-D',
      data,
      '-k',
      folder,
      '-c',
      'listen_addresses=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=200',
    ];
    const [command = '', ...rest] = [...as, join(bin ?? '', 'postgres'), ...options];
    server = spawn(command, rest, { stdio: 'ignore', cwd: folder });
    const end = performance.now() + START_MS;
    while (!answers()) {
      if (performance.now() > end) throw new Error('PostgreSQL did not start in time');
      await wait(50);
    }
  }

  function answers(): boolean {
    try {
      run('psql', ['-h', folder, '-U', 'birddog', '-d', 'postgres', '-c', 'SELECT 1']);
      return true;
    } catch {
      return false;
    }
  }

  async function signal(name: NodeJS.Signals): Promise<void> {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill(name);
    await exited;
  }

  await start();
  let databases = 0;
  return {
    credentials: { user: 'birddog', password: '' },
    createDatabase() {
      databases += 1;
      const name = `ledger_${databases}`;
      run('psql', ['-h', folder, '-U', 'birddog', '-d', 'postgres', '-c', `CREATE DATABASE ${name}`]);
      return new URL(`postgresql://localhost/${name}?host=${encodeURIComponent(folder)}`);
    },
    kill: () => signal('SIGQUIT'),
    start,
    async stop() {
      await signal('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
