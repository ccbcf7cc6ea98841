import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Deadline } from '../../domain/deadline.ts';
import { ProblemError } from '../../domain/problem.ts';
import { type Frame, FrameError, type FrameType, frameHead, readFrames, INSPECT } from './protocol.ts';

/**
 * Heap limit of an inspecting process: the largest document of each shape and format fits. With all that the server may hold,
 * two such processes stay 15 % below the memory limit of a container (deploy/base/deployment.yaml; `npm run bench`).
 */
export const MAX_HEAP_MIB = 384;
/** Half of V8's space for new objects. The default takes 100 MiB more beyond the heap limit, and saves no time here. */
const MAX_SEMI_SPACE_MIB = 4;

/** Limits on the output of such a process: one piece of a document per frame, and the largest document in total. */
const LIMITS = { maxFrameBytes: 6 * 1024 * 1024, maxTotalBytes: 192 * 1024 * 1024 };
/** Maximum characters of its standard error that are kept for the log. */
const MAX_STDERR = 2000;
/** Signals and exit statuses with which V8 ends a process whose heap is full. */
const OUT_OF_MEMORY: readonly (string | number | null)[] = ['SIGABRT', 'SIGTRAP', 'SIGILL', 133, 134];

/**
 * Sets what the kernel bounds, then becomes the program: no core file, the CPU time in seconds (so that it ends even if the
 * server is gone), and first in line when the container runs out of memory.
 */
const LAUNCH =
  'ulimit -c 0; ulimit -t "$1"; { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null; shift; exec "$@"';

/** A running process that inspects one body. */
export interface InspectingProcess {
  send(type: FrameType, payload: Buffer): void;
  /**
   * Returns the next frame. Throws where the process ends without one: `too_large` where it used up its heap,
   * `deadline_exceeded` where it was ended at the deadline, and `busy` for any other reason.
   */
  next(): Promise<Frame>;
  /** Ends the process at once. */
  kill(): void;
}

/** What starts a process. Replaced in tests. */
export type StartProcess = (deadline: Deadline) => InspectingProcess;

/** The command line and environment of a process that inspects a body. `entry` is the program. */
function inspectCommand(entry: URL, maxHeapMib: number) {
  // oxlint-disable-next-line node/no-process-env -- what the launcher tells Node, not a setting of Birddog
  const { env } = process;
  // The server's own flags, by which Node finds its compile cache.
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  const heap = [`--max-old-space-size=${maxHeapMib}`, `--max-semi-space-size=${MAX_SEMI_SPACE_MIB}`];
  const args = [...flags, ...heap, fileURLToPath(entry), INSPECT];
  const kept = ['NODE_COMPILE_CACHE', 'MALLOC_ARENA_MAX'].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { args: [process.execPath, ...args], env: Object.fromEntries(kept) };
}

/** Starts processes that run `entry`, which calls `inspectBody`. Calls `onExit` with the reason when one ends without an answer. */
export function processStarter(
  entry: URL,
  onExit: (why: string) => void,
  maxHeapMib = MAX_HEAP_MIB,
): StartProcess {
  return (deadline) => {
    const cpuSeconds = Math.ceil(deadline.left() / 1000) * 2 + 10;
    const { args, env } = inspectCommand(entry, maxHeapMib);
    const child = spawn('/bin/sh', ['-c', LAUNCH, 'sh', String(cpuSeconds), ...args], { env, stdio: 'pipe' });
    return inspectingProcess(child, deadline, onExit, maxHeapMib);
  };
}

function inspectingProcess(
  child: ChildProcessWithoutNullStreams,
  { signal }: Deadline,
  onExit: (why: string) => void,
  maxHeapMib: number,
): InspectingProcess {
  let stderr = '';
  let late = false;
  let killed = false;
  const kill = () => {
    killed = true;
    child.kill('SIGKILL');
    child.stdout.destroy();
    child.stdin.destroy();
  };
  const onDeadline = () => {
    late = true;
    child.kill('SIGKILL');
  };
  const closed = new Promise<string | number | null>((resolve) => {
    child.once('error', (error) => {
      stderr += error.message;
      resolve(null);
    });
    child.once('close', (code, by) => resolve(by ?? code));
  }).finally(() => signal.removeEventListener('abort', onDeadline));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(0, MAX_STDERR);
  });
  // The process may end before it has read everything; its exit says why.
  child.stdin.on('error', () => {});
  if (signal.aborted) onDeadline();
  else signal.addEventListener('abort', onDeadline, { once: true });
  const frames = readFrames(child.stdout, LIMITS);
  const problem = async () => {
    const status = await closed;
    if (late)
      return new ProblemError('deadline_exceeded', 'The deadline passed while the body was inspected.');
    if (OUT_OF_MEMORY.includes(status))
      return tooLarge('more memory than one document may take', maxHeapMib * 1024 * 1024);
    if (!killed) onExit(`${status}: ${stderr}`);
    return new ProblemError('busy', 'The process that inspected the body ended early; retry after 1 s.', {
      retryAfter: 1,
    });
  };
  return {
    send(type, payload) {
      child.stdin.write(frameHead(type, payload.length));
      child.stdin.write(payload);
    },
    async next() {
      try {
        const { value } = await frames.next();
        if (value) return value;
      } catch (error) {
        kill();
        if (error instanceof FrameError) throw tooLarge(error.message, LIMITS.maxTotalBytes);
      }
      throw await problem();
    },
    kill,
  };
}

function tooLarge(what: string, limit: number): ProblemError {
  return new ProblemError('too_large', `What the body holds takes ${what}.`, {
    members: { unit: 'bytes', limit },
  });
}
