import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { LedgerCredentials } from '../../src/ledger/ledger-place.ts';

/** Where Debian installs PostgreSQL, one folder per version. */
const DEBIAN = '/usr/lib/postgresql';
const START_MS = 15_000;
const SUPERUSER = { name: 'postgres', password: 'superuser-password' };

/** A PostgreSQL server of this test. Callers need a password. */
export interface PostgresqlServer {
  /** Creates an empty database and returns its URL, through a Unix socket. */
  createDatabase(): URL;
  /** The port; open on 127.0.0.1 only with `tls`. */
  readonly port: number;
  readonly credentials: LedgerCredentials;
  /** Executes SQL as the superuser in the first database. */
  execute(sql: string): void;
  /** Stops the server at once, as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresqlServerOptions {
  /** The server certificate (PEM): the server also listens on a TCP port, with TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Whether a write is on the disk when it is acknowledged, as in production. Default: false, for tests. */
  readonly durable?: boolean;
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
export async function startPostgresql(options: PostgresqlServerOptions = {}): Promise<PostgresqlServer> {
  const installation = await install(options);
  const { folder, port, spawnServer, execute } = installation;
  const credentials = { user: 'birddog', password: new Secret('ledger-password'), ca: undefined };
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawnServer();
    const end = performance.now() + START_MS;
    while (!answers()) {
      if (performance.now() > end) throw new Error('PostgreSQL did not start in time');
      await wait(50);
    }
  }

  function answers(): boolean {
    try {
      execute('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  async function kill(): Promise<void> {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGQUIT');
    await exited;
  }

  await start();
  execute(`CREATE ROLE ${credentials.user} LOGIN PASSWORD '${credentials.password.reveal()}'`);
  let databases = 0;
  return {
    credentials,
    port,
    execute,
    createDatabase() {
      databases += 1;
      const name = `ledger_${databases}`;
      execute(`CREATE DATABASE ${name} OWNER ${credentials.user}`);
      return new URL(`postgresql://localhost:${port}/${name}?host=${encodeURIComponent(folder)}`);
    },
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Creates the folder of a server, which is not started yet. */
async function install({ tls, durable = false }: PostgresqlServerOptions) {
  const bin = binFolder();
  if (bin === undefined) throw new Error(`PostgreSQL is not installed in ${DEBIAN}`);
  const folder = mkdtempSync(join(tmpdir(), 'birddog-postgresql-'));
  const isRoot = process.getuid?.() === 0;
  const asUser = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const give = (path: string) => {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
    if (isRoot) chownSync(path, id('-u'), id('-g'));
    return path;
  };
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return give(join(folder, name));
  };
  const commandLine = (program: string, args: readonly string[]) => {
    const [command = '', ...rest] = [...asUser, join(bin, program), ...args];
    return { command, rest };
  };
  const run = (program: string, ...args: readonly string[]) => {
    const { command, rest } = commandLine(program, args);
    const env = { ...process.env, PGPASSWORD: SUPERUSER.password };
    execFileSync(command, rest, { stdio: 'pipe', cwd: folder, env });
  };
  give(folder);
  const data = join(folder, 'data');
  const passwordFile = file('password', SUPERUSER.password);
  const login = ['-A', 'scram-sha-256', '-U', SUPERUSER.name, '--pwfile', passwordFile];
  run('initdb', '-D', data, ...login, '--no-sync');
  const port = await freePort();
  const settings = {
    port,
    unix_socket_directories: folder,
    listen_addresses: tls ? '127.0.0.1' : '',
    fsync: durable ? 'on' : 'off',
    max_connections: 200,
    ...(tls
      ? { ssl: 'on', ssl_cert_file: file('tls.crt', tls.cert), ssl_key_file: file('tls.key', tls.key) }
      : {}),
  };
  return {
    folder,
    port,
    execute: (sql: string) =>
      run('psql', '-h', folder, '-p', String(port), '-U', SUPERUSER.name, '-d', 'postgres', '-c', sql),
    spawnServer() {
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const { command, rest } = commandLine('postgres', ['-D', data, ...args]);
      return spawn(command, rest, { stdio: 'ignore', cwd: folder });
    },
  };
}
