import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Env } from './settings.ts';

/** How to start one process. It prints lines `WORD TEXT` on standard output; the last word is `ready`. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Env;
  /** True if the process ends by itself, with status 0. */
  readonly once?: boolean;
}

export type OnLine = (name: string, line: string) => void;

export interface Child {
  readonly name: string;
  /** Undefined if the process could not be started. */
  readonly pid: number | undefined;
  /** Returns the milliseconds from the start to the line `ready`. */
  readyAfterMs(): number;
  /** Returns the text printed after a word. Throws Error if the process has not printed that word. */
  announced(word: string): string;
  /** Resolves when the process is ready, or has ended if `once`. Rejects with an Error that contains its last lines. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the process and all its descendants have ended. */
  readonly ended: Promise<string>;
  /** Requests the process to stop. */
  stop(): void;
  /** Kills the process and all its descendants. */
  kill(): void;
}

/** The number of output lines in the message of a failure. */
const MAX_LAST_LINES = 20;

/** Starts a process in a new process group. Its standard input is a pipe that closes when this process ends. */
export function startChild(spec: ProcessSpec, onLine: OnLine, readyTimeoutMs: number): Child {
  const { name } = spec;
  const began = performance.now();
  const child = spawn(spec.command, spec.args, {
    env: { ...spec.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // The process may end before it has read its input.
  child.stdin.on('error', () => {});
  const kill = () => killGroup(child.pid);
  child.on('exit', kill);
  const ended = endReason(child, name);
  const announcements = new Map<string, string>();
  const lastLines: string[] = [];
  let readyAfter = Number.NaN;
  const failure = (reason: string) =>
    new Error([`${reason}. Its last lines:`, ...lastLines.map((line) => `  ${line}`)].join('\n'));
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(failure(`${name} was not ready within ${readyTimeoutMs / 1000} s`)),
      readyTimeoutMs,
    );
    void ended.then((reason) => {
      clearTimeout(timer);
      if (spec.once && child.exitCode === 0) resolve();
      else reject(failure(reason));
    });
    linesOf(child, (line, fromStdout) => {
      onLine(name, line);
      lastLines.push(line);
      if (lastLines.length > MAX_LAST_LINES) lastLines.shift();
      const announcement = fromStdout && /^([a-z]+) (\S+)$/.exec(line);
      if (!announcement || announcements.has('ready')) return;
      announcements.set(announcement[1] ?? '', announcement[2] ?? '');
      if (announcement[1] !== 'ready') return;
      readyAfter = performance.now() - began;
      clearTimeout(timer);
      resolve();
    });
  });
  ready.catch(() => {});
  return {
    name,
    pid: child.pid,
    readyAfterMs: () => readyAfter,
    announced(word) {
      const text = announcements.get(word);
      if (text === undefined) throw new Error(`${name} did not print "${word} ..." on its standard output`);
      return text;
    },
    ready,
    ended: ended.then((reason) => failure(reason).message),
    stop() {
      child.stdin.end();
      child.kill('SIGTERM');
    },
    kill,
  };
}

type Piped = ChildProcessByStdio<Writable, Readable, Readable>;

function linesOf(child: Piped, onLine: (line: string, fromStdout: boolean) => void): void {
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, true));
  createInterface({ input: child.stderr }).on('line', (line) => onLine(line, false));
}

function endReason(child: Piped, name: string): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.on('close', (status, signal) =>
      resolve(signal === null ? `${name} ended with status ${status}` : `${name} was ended by ${signal}`),
    );
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
