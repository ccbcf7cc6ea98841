import { readFileSync } from 'node:fs';
import { startPod } from '../acceptance/pod.ts';

/** A server under test, with what tells whether its processes are well. */
export interface HttpTarget {
  readonly url: URL;
  /** Addresses that answer 200 as long as the processes are well. */
  readonly healthUrls: readonly URL[];
  /** The ids of the server processes. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Starts both containers with their emulators, as the acceptance tests do, without Datadog's rate limits. */
export async function startPodTarget(): Promise<HttpTarget> {
  const pod = await startPod({ limits: false });
  return {
    url: new URL(pod.birddogUrl),
    healthUrls: [new URL('/healthz', pod.opsUrl), new URL('/healthz', pod.sidecarOpsUrl)],
    pids: [await pod.pidOf('serve'), await pod.pidOf('sidecar')],
    stop: () => pod.stop(),
  };
}

/** The resident memory (bytes) of a process; 0 where it is gone. */
export function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Whether a process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Without /proc, the signal alone decides.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
