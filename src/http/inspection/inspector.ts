import { createTimeBudget, OverBudget } from '../../domain/time-budget.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Log } from '../../runtime/log.ts';
import { createSemaphore } from '../../runtime/concurrency/semaphore.ts';
import type { SentBody, Inspection, InspectionRequest, PreflightOf } from './inspection.ts';
import { type InspectingProcess, processStarter, type StartProcess } from './child-process.ts';
import { inspectInChild } from './inspect-in-child.ts';
import { inspectInline } from './inspect-inline.ts';

/** Larger bodies are decoded and linted in a separate process. */
const MAX_INLINE_BYTES = 64 * 1024;
/** Maximum event-loop time for one body in this process. A body that needs more moves to a separate process. */
const MAX_INLINE_MS = 20;
/** Limits on inspecting processes and on the requests that wait for one. */
export const PROCESSES = {
  maxConcurrent: 2,
  maxConcurrentPerCaller: 1,
  maxWaiting: 32,
  maxWaitingPerCaller: 16,
};

/** Inspects the bodies of requests. */
export interface Inspector {
  open(request: InspectionRequest, sent: SentBody): Inspection;
  /** Returns how many requests wait for a process. */
  waiting(): number;
  /** Ends all processes. */
  close(): void;
}

interface InspectorOptions {
  readonly preflightOf: PreflightOf;
  readonly startProcess: StartProcess;
  /** The folder of further packs. */
  readonly packFolder?: string;
  /** CPU time (ms) of this thread; for tests. */
  readonly cpuMs?: () => number;
}

/** Time (ms) for which a reading of the CPU time is used again: reading it for each step of a small body costs more than some steps. */
const CPU_READING_MS = 1;
let cpuReading = { atMs: Number.NEGATIVE_INFINITY, cpuMs: 0 };

/** Returns the CPU time of this thread, at most `CPU_READING_MS` old. */
function threadCpuMs(): number {
  const atMs = performance.now();
  if (atMs - cpuReading.atMs >= CPU_READING_MS) {
    const { user, system } = process.threadCpuUsage();
    cpuReading = { atMs, cpuMs: (user + system) / 1000 };
  }
  return cpuReading.cpuMs;
}

/** Creates an inspector that decides for each body where it is decoded and linted. */
export function createInspector({
  preflightOf,
  startProcess,
  packFolder,
  cpuMs = threadCpuMs,
}: InspectorOptions): Inspector {
  const semaphore = createSemaphore(PROCESSES, 'large documents in progress');
  const running = new Set<Inspection>();

  async function inChild(request: InspectionRequest, sent: SentBody): Promise<Inspection> {
    const { caller, deadline } = request.context;
    const release = await semaphore.acquire(caller, deadline);
    let child: InspectingProcess;
    try {
      child = startProcess(deadline);
    } catch (error) {
      release();
      throw new ProblemError('busy', 'No process could be started to inspect the body; retry after 1 s.', {
        retryAfter: 1,
        cause: error,
      });
    }
    const inner = inspectInChild(child, request, sent);
    const inspection: Inspection = {
      ...inner,
      // The slot is free as soon as the document has arrived: serving it needs no process.
      document: () => inner.document().finally(inspection.close),
      close() {
        inner.close();
        release();
        running.delete(inspection);
      },
    };
    running.add(inspection);
    return inspection;
  }
  return {
    waiting: semaphore.waiting,
    close: () => [...running].forEach((one) => one.close()),
    open(asked, sent) {
      const request = { ...asked, packFolder };
      let apart: Promise<Inspection> | undefined;
      let closed = false;
      const start = () => (apart ??= inChild(request, sent).then((one) => (closed && one.close(), one)));
      const here = inspectInline(request, sent, preflightOf, createTimeBudget(MAX_INLINE_MS, cpuMs));
      const step = async <T>(work: (one: Inspection) => Promise<T>): Promise<T> => {
        if (!apart && sent.bytes.length <= MAX_INLINE_BYTES) {
          try {
            return await work(here);
          } catch (error) {
            if (!(error instanceof OverBudget)) throw error;
          }
        }
        return work(await start());
      };
      return {
        preflight: () => step((one) => one.preflight()),
        answer: () => step((one) => one.answer()),
        document: () => step((one) => one.document()),
        close() {
          closed = true;
          here.close();
          apart?.then(
            (one) => one.close(),
            () => {},
          );
        },
      };
    },
  };
}

/** Creates an inspector whose processes run `entry`. Logs why a process ended early. */
export function openInspector(entry: URL, preflightOf: PreflightOf, packFolder: string, log: Log): Inspector {
  const startProcess = processStarter(entry, (reason) => log.warn('inspection ended early', { reason }));
  return createInspector({ preflightOf, startProcess, packFolder });
}
