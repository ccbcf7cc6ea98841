import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Env } from './settings.ts';

/** How to start one process. It says `WORD TEXT` on standard output, with the word `ready` when it is. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Env;
  /** It does its work and ends, with status 0. */
  readonly once?: boolean;
}

export type OnLine = (name: string, line: string) => void;

export interface Child {
  readonly name: string;
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Milliseconds from its start to its word `ready`. */
  readyAfterMs(): number;
  /** What it said after a word on standard output. Throws Error where it has not. */
  said(word: string): string;
  /** Resolves when it is ready (or, `once`, through). Rejects with Error showing its last lines. */
  readonly ready: Promise<void>;
  /** Resolves with a sentence when the process, and all that it started, has ended. */
  readonly ended: Promise<string>;
  /** Asks it to stop. */
  stop(): void;
  /** Ends it and all that it started, at once. */
  kill(): void;
}

/** Lines kept to be shown should the process fail. */
const LAST_LINES = 20;

/** Starts a process in a process group of its own, its standard input a pipe that ends with this process. */
export function startChild(spec: ProcessSpec, onLine: OnLine, readyWithinMs: number): Child {
  const { name } = spec;
  const began = performance.now();
  const child = spawn(spec.command, spec.args, {
    env: { ...spec.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // It may end before it has read.
  child.stdin.on('error', () => {});
  const kill = () => killGroup(child.pid);
  child.on('exit', kill);
  const ended = ending(child, name);
  const words = new Map<string, string>();
  const lastLines: string[] = [];
  let readyAfter = Number.NaN;
  const failure = (reason: string) =>
    new Error([`${reason}. Its last lines:`, ...lastLines.map((line) => `  ${line}`)].join('\n'));
  const ready = new Promise<void>((resolve, reject) => {
    const slow = setTimeout(
      () => reject(failure(`${name} was not ready within ${readyWithinMs / 1000} s`)),
      readyWithinMs,
    );
    void ended.then((reason) => {
      clearTimeout(slow);
      if (spec.once && child.exitCode === 0) resolve();
      else reject(failure(reason));
    });
    linesOf(child, (line, fromStdout) => {
      onLine(name, line);
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      const said = fromStdout && /^([a-z]+) (\S+)$/.exec(line);
      if (!said || words.has('ready')) return;
      words.set(said[1] ?? '', said[2] ?? '');
      if (said[1] !== 'ready') return;
      readyAfter = performance.now() - began;
      clearTimeout(slow);
      resolve();
    });
  });
  ready.catch(() => {});
  return {
    name,
    pid: child.pid,
    readyAfterMs: () => readyAfter,
    said(word) {
      const text = words.get(word);
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

function ending(child: Piped, name: string): Promise<string> {
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
    // Nothing is left of it.
  }
}
