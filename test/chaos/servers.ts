import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type ProcessSpec, startChild } from '../../emulators/sandbox/child.ts';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { type ProcessContext, type ProcessName, processSpec } from '../../emulators/sandbox/processes.ts';
import { type Env, portNames, readSettings, type Settings } from '../../emulators/sandbox/settings.ts';

const READY_MS = 60_000;

/** One process that a run may kill, stop and start again on the same port. */
export class Server {
  readonly name: string;
  /** When the process was killed or stopped, until it answered again. Epoch milliseconds. */
  readonly outages: { readonly from: number; to: number }[] = [];
  private readonly spec: ProcessSpec;
  private readonly onLine: (name: string, line: string) => void;
  private child: Child;
  /** The child that has announced its addresses. The next one has the same. */
  private announced: Child;
  private isEnding = false;

  private constructor(spec: ProcessSpec, onLine: (name: string, line: string) => void) {
    this.name = spec.name;
    this.spec = spec;
    this.onLine = onLine;
    this.child = this.spawn();
    this.announced = this.child;
  }

  /** Starts a process and resolves when it is ready. Rejects with its last lines. */
  static async start(spec: ProcessSpec, onLine: (name: string, line: string) => void): Promise<Server> {
    const server = new Server(spec, onLine);
    await server.child.ready;
    return server;
  }

  url(word = 'ready'): string {
    return this.announced.announced(word);
  }

  /** Kills the process with all its descendants, and starts it again. */
  async restart(): Promise<void> {
    const outage = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.outages.push(outage);
    this.isEnding = true;
    this.child.kill();
    await this.child.ended;
    this.isEnding = false;
    this.child = this.spawn();
    await this.child.ready;
    this.announced = this.child;
    outage.to = Date.now();
  }

  /** Stops the process with all its descendants for a time, without ending it. */
  async pause(ms: number): Promise<void> {
    this.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.isEnding = true;
    this.signal('SIGCONT');
    this.child.kill();
    await this.child.ended;
  }

  private signal(name: NodeJS.Signals): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, name);
    } catch {
      // It has ended.
    }
  }

  private spawn(): Child {
    const child = startChild(this.spec, this.onLine, READY_MS);
    void child.ended.then((reason) => {
      if (!this.isEnding && !this.spec.once) this.onLine(this.name, `ended unexpectedly: ${reason}`);
    });
    return child;
  }
}

/** Returns settings of the sandbox in which each process has a port that it keeps after a restart. */
export async function settingsWithPorts(): Promise<Settings> {
  const { PATH, HOME, TMPDIR, BIRDDOG_BUNDLES, NODE_COMPILE_CACHE } = process.env;
  const ports: Record<string, string> = {};
  for (const name of portNames) ports[name] = String(await freePort());
  return readSettings({ PATH, HOME, TMPDIR, BIRDDOG_BUNDLES, NODE_COMPILE_CACHE, ...ports });
}

/** Returns how to start a process of one replica, with extra variables. */
export function specOf(name: ProcessName, replica: number, context: ProcessContext, env: Env): ProcessSpec {
  const spec = processSpec(name, context, { [name]: env });
  return { ...spec, name: replica === 0 ? name : `${name}-${replica + 1}` };
}

/** Returns the variables that let `file` shift the clock of a process; undefined where Debian's faketime is not installed. */
export function fakeTime(file: string): Env | undefined {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const library = folders
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
  if (library === undefined) return undefined;
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}
