import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FuzzInput } from './fuzz-case.ts';
import { type Fault, type Job, type MemorySample, type Report, reportSchema, type Seen } from './messages.ts';
import { placeOfStack } from './signature.ts';

export interface WorkerOptions {
  /** The module that exports `createTarget`. */
  readonly target: URL;
  /** Time (ms) after which a case counts as a hang. */
  readonly hangMs: number;
  /** The heap of a worker (MiB). */
  readonly heapMiB?: number;
}

/** The result of a job. `ended` is the case that hung or ended the process; later ids were not executed. */
export interface JobEnd {
  readonly seen: readonly Seen[];
  readonly memory?: MemorySample;
  readonly ended?: { readonly id: number; readonly fault: Fault };
  /** The function that the last case executed after `stuckMs`. */
  readonly stuckAt?: string;
}

/** A worker process that is started when there is work, and replaced when a case hangs or kills it. */
export interface SupervisedWorker {
  /** Executes cases of a seed. */
  run(seed: number, ids: readonly number[]): Promise<JobEnd>;
  /** Executes one input. After `stuckMs`, its position in the source is reported. */
  probe(input: FuzzInput, stuckMs?: number): Promise<JobEnd>;
  close(): void;
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const START_MS = 60_000;
const HEAP_MIB = 1024;

/** Creates a worker, which executes one job at a time. */
export function supervisedWorker(options: WorkerOptions): SupervisedWorker {
  let child: ChildProcess | undefined;
  const close = () => {
    child?.kill('SIGKILL');
    child = undefined;
  };
  async function work(job: Job): Promise<JobEnd> {
    const running = child ?? start(options);
    child = running;
    const end = await carriedOut(running, job, options.hangMs);
    if (end.ended) close();
    return end;
  }
  const stuckMs = Math.round(options.hangMs * 0.6);
  return {
    run: (seed, ids) => work({ seed, ids: [...ids], stuckMs }),
    probe: (input, stuck = stuckMs) => work({ seed: 0, ids: [0], input, stuckMs: stuck }),
    close,
  };
}

function start({ target, heapMiB = HEAP_MIB }: WorkerOptions): ChildProcess {
  return fork(WORKER, [target.href], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc', `--max-old-space-size=${heapMiB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

const ready = new WeakSet<ChildProcess>();

function carriedOut(child: ChildProcess, job: Job, hangMs: number): Promise<JobEnd> {
  const seen: Seen[] = [];
  let at = job.ids[0] ?? 0;
  let stuckAt: string | undefined;
  let stderr = '';
  const { promise, resolve } = Promise.withResolvers<JobEnd>();
  const finish = (end: Pick<JobEnd, 'memory' | 'ended'>) =>
    resolve({ seen, ...end, ...(stuckAt === undefined ? {} : { stuckAt }) });
  const hung = () => {
    const detail = `no answer within ${hangMs} ms`;
    finish({
      ended: {
        id: at,
        fault: { kind: 'hang', signature: stuckAt?.split(' ')[0] ?? 'waits for ever', detail },
      },
    });
  };
  let timer = setTimeout(hung, ready.has(child) ? hangMs : START_MS);
  const listener = (message: unknown) => {
    clearTimeout(timer);
    timer = setTimeout(hung, hangMs);
    const report: Report = reportSchema.parse(message);
    if ('ready' in report) {
      ready.add(child);
      child.send(job);
    } else if ('at' in report) at = report.at;
    else if ('seen' in report) seen.push(report.seen);
    else finish({ memory: report.done });
  };
  const exited = (status: number | null, signal: string | null) => {
    const place = /heap out of memory|heap limit/i.test(stderr) ? 'heap limit' : placeOfStack(stderr);
    const signature = signal === null ? `status ${status} at ${place}` : `${signal} at ${place}`;
    finish({ ended: { id: at, fault: { kind: 'crash', signature, detail: stderr.slice(-2000) } } });
  };
  const onStderr = (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-8000);
  };
  const lines = child.stdout ? createInterface({ input: child.stdout }) : undefined;
  lines?.on('line', (line) => {
    stuckAt = /^stuck (.*)$/.exec(line)?.[1] ?? stuckAt;
  });
  child.stderr?.on('data', onStderr);
  child.on('message', listener).once('close', exited);
  if (ready.has(child)) child.send(job);
  return promise.finally(() => {
    clearTimeout(timer);
    lines?.close();
    child.off('message', listener).off('close', exited);
    child.stderr?.off('data', onStderr);
  });
}
