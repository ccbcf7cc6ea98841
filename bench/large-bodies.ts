import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { startCallersPod, tokensFile } from '../test/acceptance/callers-pod.ts';
import { type Pod, requestUnchecked } from '../test/acceptance/pod.ts';
import { pollHealth } from '../test/security/health-poller.ts';
import { FORMATS, LARGE_SHAPES } from '../test/security/large-shapes.ts';
import { parentOf, residentMiB } from './process-stats.ts';

/** The memory limit of each container in deploy/base/deployment.yaml, in MiB. */
const LIMIT_MIB = 2048;
const SAMPLE_MS = 100;
const STRANGER = {
  name: 'stranger',
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['nobody'],
  days: 30,
};

/**
 * Sends the largest document of each shape in each format to `/lint`, by a caller without permissions, one at a time and eight
 * at once. Prints the status, the slowest answer of `/healthz` of both containers (polled every 50 ms), and the most memory that
 * Birddog's server and the processes that it starts hold together.
 */
export async function benchLargeBodies(): Promise<void> {
  const { pod, stop } = await startCallersPod('rules: []\n', tokensFile([STRANGER]));
  try {
    console.log(`\n| largest document | status | seconds | slowest /healthz, ms | MiB, limit ${LIMIT_MIB} |`);
    console.log('|---|---|---|---|---|');
    for (const { name, text } of LARGE_SHAPES) {
      for (const format of FORMATS)
        await printRow(pod, `${name}, ${format}`, [{ text: text(format), format }]);
    }
    const eight = LARGE_SHAPES.slice(0, 8).map(({ text }, at) => {
      const format = FORMATS[at % FORMATS.length] ?? 'json';
      return { text: text(format), format };
    });
    await printRow(pod, 'eight at once', eight);
  } finally {
    await stop();
  }
}

interface Body {
  readonly text: string;
  readonly format: string;
}

async function printRow(pod: Pod, name: string, bodies: readonly Body[]): Promise<void> {
  const serve = await pod.pidOf('serve');
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, treeMiB(serve))), SAMPLE_MS);
  const polled = pollHealth([pod.opsUrl, pod.sidecarOpsUrl]);
  const begun = performance.now();
  const statuses = await Promise.all(bodies.map((body) => lint(pod, body)));
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(sampler);
  const { slowestMs, failed } = await polled();
  const slowest = failed > 0 ? `${failed} failed` : slowestMs.toFixed(0);
  console.log(
    `| ${name} | ${statuses.toSorted().join(' ')} | ${seconds.toFixed(1)} | ${slowest} | ${peak.toFixed(0)} |`,
  );
}

async function lint(pod: Pod, { text, format }: Body): Promise<number> {
  const headers = {
    'content-type': `application/${format}`,
    authorization: `Bearer ${STRANGER.token}`,
    'birddog-deadline-ms': '120000',
  };
  return (await requestUnchecked(pod, 'POST', '/lint', { body: text, headers })).status;
}

/** Returns the memory (MiB) of a process and its children. */
function treeMiB(pid: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isChild(Number(name), pid));
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + (memoryOf(one) ?? 0), 0);
}

function isChild(pid: number, parent: number): boolean {
  try {
    return parentOf(pid) === parent;
  } catch {
    return false;
  }
}

/** Returns undefined if the process has ended. */
function memoryOf(pid: number): number | undefined {
  try {
    const mib = residentMiB(pid);
    return Number.isFinite(mib) ? mib : undefined;
  } catch {
    return undefined;
  }
}
