import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Child, ProcessSpec } from '../../emulators/sandbox/child.ts';
import {
  type ExtraEnv,
  FILES,
  type ProcessName,
  processSpec,
  type ProcessContext,
} from '../../emulators/sandbox/processes.ts';
import { startSandbox } from '../../emulators/sandbox/sandbox.ts';
import { makeSecretsFolder } from '../../emulators/sandbox/secrets-folder.ts';
import { portNames, readSettings } from '../../emulators/sandbox/settings.ts';
import { createSupervisor, type Supervisor } from '../../emulators/sandbox/supervisor.ts';
import { checkAnswer } from './check-answer.ts';

export interface PodOptions {
  /** Variables for single processes, by name. */
  readonly env?: ExtraEnv;
  /** False turns off the rate limits of the Datadog emulator. Default: true. */
  readonly limits?: boolean;
}

/** The real processes and emulators on free ports, the emulators with their control routes. */
export interface Pod {
  readonly birddogUrl: string;
  readonly opsUrl: string;
  readonly sidecarUrl: string;
  readonly sidecarOpsUrl: string;
  readonly datadogUrl: string;
  readonly leanixUrl: string;
  readonly servicenowUrl: string;
  readonly vaultUrl: string;
  /** The folders with the secrets of Birddog and of the sidecar. */
  readonly secretsMain: string;
  readonly secretsSidecar: string;
  /** Returns all lines that the processes have written so far. */
  output(): string;
  /** Returns the id of a process once it runs; for Birddog and the sidecar, that of the server, not of its launcher. */
  pidOf(name: string): Promise<number>;
  /** Starts another process with the settings of one of the pod's processes. */
  startMore(like: ProcessName, change: (spec: ProcessSpec) => ProcessSpec): Promise<Child>;
  /** Sends a signal. For KILL, waits until the process has ended. */
  kill(name: ProcessName, signal: NodeJS.Signals): Promise<void>;
  /** Kills the server of a process and stops its launcher, so that it starts no other. */
  pause(name: 'sidecar'): Promise<void>;
  /** Resumes the launcher. */
  resume(name: 'sidecar'): Promise<void>;
  /** Returns the time (ms) from the start of a process to its ready line. */
  readyAfterMs(name: ProcessName): number;
  /** Polls until the condition is true. Rejects after 30 s. */
  until(question: () => Promise<boolean>): Promise<void>;
  /** Stops everything and removes the secrets. */
  stop(): Promise<void>;
}

/** Starts a pod as the sandbox does; from the bundles if BIRDDOG_BUNDLES=true. Rejects with the output of the processes. */
export async function startPod(options: PodOptions = {}): Promise<Pod> {
  const lines: string[] = [];
  const supervisor = createSupervisor(
    (_name, line) => lines.push(line),
    (reason) => lines.push(reason),
  );
  const folder = makeSecretsFolder(process.env);
  const stop = async () => {
    continueLauncher(supervisor);
    await supervisor.stop();
    await folder.remove();
  };
  const anyPorts = Object.fromEntries(portNames.map((name) => [name, '0']));
  const { PATH, HOME, TMPDIR, BIRDDOG_BUNDLES, NODE_COMPILE_CACHE } = process.env;
  const settings = readSettings({
    PATH,
    HOME,
    TMPDIR,
    BIRDDOG_BUNDLES,
    NODE_COMPILE_CACHE,
    ...anyPorts,
  });
  try {
    const url: ProcessContext['url'] = (name) => supervisor.child(name).announced('ready');
    const context = { settings, folder: folder.path, url };
    const at = await startSandbox(settings, folder.path, supervisor, extraEnv(options));
    return {
      birddogUrl: at.birddog,
      opsUrl: at.birddogOps,
      sidecarUrl: at.sidecar,
      sidecarOpsUrl: at.sidecarOps,
      datadogUrl: at.datadog ?? '',
      leanixUrl: at.leanix,
      servicenowUrl: at.servicenow,
      vaultUrl: at.vault,
      secretsMain: join(folder.path, FILES.secretsMain, 'current'),
      secretsSidecar: join(folder.path, FILES.secretsSidecar, 'current'),
      output: () => lines.join('\n'),
      startMore: (like, change) => supervisor.start(change(processSpec(like, context))),
      ...signals(supervisor),
      readyAfterMs: (name) => supervisor.child(name).readyAfterMs(),
      until,
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the pod did not start; its processes wrote:\n${lines.join('\n')}`, { cause: error });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON; undefined if it is not JSON. */
  readonly body: ReturnType<typeof JSON.parse>;
}
interface Sent {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connections of the client. Default: kept connections that all requests share. */
  readonly agent?: http.Agent;
}
/** Where a request is sent. */
type Target = Pick<Pod, 'birddogUrl'>;

const shared = new http.Agent({ keepAlive: true });

/** Sends one request to Birddog and checks the answer against its schema. `path` may have a query. */
export async function request(pod: Target, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const answer = await requestUnchecked(pod, method, path, sent);
  checkAnswer(method, path, answer);
  return answer;
}

/** Sends one request to Birddog. Benchmarks do not measure the check of the answer. */
export function requestUnchecked(pod: Target, method: string, path: string, sent: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, headers, agent = shared } = sent;
    const outgoing = http.request(
      new URL(path, pod.birddogUrl),
      {
        method,
        agent,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends a request to the control routes of the emulator at `url`. */
export function control(url: string, method: string, path: string, value?: unknown): Promise<Response> {
  const sent = value === undefined ? {} : { body: JSON.stringify(value) };
  return fetch(`${url}/__control/${path}`, { method, ...sent });
}

function parsed(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const EMULATORS = ['vault', 'datadog', 'leanix', 'servicenow'] as const;
const UNLIMITED = { DATADOG_EMULATOR_LIMITS: '{}' };

function extraEnv({ env = {}, limits = true }: PodOptions): ExtraEnv {
  const controlled = EMULATORS.map((name) => [
    name,
    {
      EMULATOR_CONTROL: 'true',
      ...(name === 'datadog' && !limits ? UNLIMITED : {}),
      ...env[name],
    },
  ]);
  return { ...env, ...Object.fromEntries(controlled) };
}

function signals(supervisor: Supervisor): Pick<Pod, 'pidOf' | 'kill' | 'pause' | 'resume'> {
  const pidOf = async (name: string) => {
    const launched = supervisor.child(name).pid ?? 0;
    const program = LAUNCHED[name];
    if (program === undefined) return launched;
    let server: number | undefined;
    await until(async () => (server = serverOf(launched, program)) !== undefined);
    return server ?? 0;
  };
  const kill = async (name: ProcessName, signal: NodeJS.Signals) => {
    const pid = await pidOf(name);
    process.kill(pid, signal);
    if (signal === 'SIGKILL') await until(async () => !isThere(pid));
  };
  return {
    pidOf,
    kill,
    async pause(name) {
      const server = await pidOf(name);
      process.kill(supervisor.child(name).pid ?? 0, 'SIGSTOP');
      process.kill(server, 'SIGKILL');
      // It stays a zombie, because its launcher is stopped and cannot reap it.
      await until(() => refuses(supervisor.child(name).announced('ready')));
    },
    async resume() {
      continueLauncher(supervisor);
    },
  };
}

/** Returns whether nothing listens at the address. */
function refuses(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => resolve(true));
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

function continueLauncher(supervisor: Supervisor): void {
  try {
    process.kill(supervisor.child('sidecar').pid ?? 0, 'SIGCONT');
  } catch {
    // The process has not started, or has ended.
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Programs whose launcher keeps running as their parent. */
const LAUNCHED: Readonly<Record<string, RegExp>> = {
  serve: /node.* \S*(main\/index\.ts|serve\.js)/,
  sidecar: /node.* \S*sidecar(\/index\.ts|\.js)/,
};

/** Returns the id of the server that a launcher started. */
function serverOf(launcher: number, program: RegExp): number | undefined {
  return processes().find(({ parent, args }) => parent === launcher && program.test(args))?.pid;
}

function processes(): { pid: number; parent: number; args: string }[] {
  const listed = existsSync('/proc/self/status')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(procLine)
    : execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return listed.flatMap((line) => {
    const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return args === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
}

/** Returns the command line of a process as `ps` shows it; empty if the process has ended. */
function procLine(pid: string): string {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return `${pid} ${parent} ${args}`;
  } catch {
    return '';
  }
}

const POLL = { tries: 600, everyMs: 50 };

async function until(question: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < POLL.tries; tries += 1) {
    if (await question()) return;
    await wait(POLL.everyMs);
  }
  throw new Error('the condition did not become true within 30 s');
}
