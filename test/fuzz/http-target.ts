import { readFileSync } from 'node:fs';
import { startPod } from '../acceptance/pod.ts';

/** A server under test, with the health checks of its processes. */
export interface HttpTarget {
  readonly url: URL;
  /** Addresses that answer 200 while the processes are healthy. */
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

/** Returns the resident memory (bytes) of a process; 0 if it has ended. */
export function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Returns whether a process runs and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Without /proc, only the signal decides.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
