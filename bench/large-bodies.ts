import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { startCallersPod, tokensFile } from '../test/acceptance/callers-pod.ts';
import { type Pod, requestUnchecked } from '../test/acceptance/pod.ts';
import { pollHealth } from '../test/security/health-poller.ts';
import { FORMATS, LARGE_SHAPES } from '../test/security/large-shapes.ts';
import { parentOf, residentMiB } from './process-stats.ts';
import { printHead, type Scale } from './scale.ts';

/** The memory limit of each container in deploy/base/deployment.yaml, in MiB. */
const LIMIT_MIB = 2048;
const MAX_TOGETHER = 8;
const SAMPLE_MS = 100;
const STRANGER = {
  name: 'stranger',
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['nobody'],
  days: 30,
};

/**
 * Sends the largest document of each shape in each format to `/lint`, by a caller without permissions, one at a time and up to
 * eight at once. Prints the status, the slowest answer of `/healthz` of both containers (polled every 50 ms), and the most memory that
 * Birddog's server and the processes that it starts hold together. Throws if a document gets another status, a poll is not
 * answered, or the memory limit is exceeded.
 */
export async function benchLargeBodies(scale: Scale): Promise<void> {
  const { pod, stop } = await startCallersPod('rules: []\n', tokensFile([STRANGER]));
  try {
    console.log('');
    printHead(scale, [
      'largest document',
      'status',
      'seconds',
      'slowest /healthz, ms',
      `MiB, limit ${LIMIT_MIB}`,
    ]);
    const shapes = LARGE_SHAPES.filter(({ name }) => scale.largeShapes.includes(name));
    for (const { name, text } of shapes) {
      for (const format of FORMATS)
        await printRow(pod, `${name}, ${format}`, [{ text: text(format), format }], [200]);
    }
    const together = shapes.slice(0, MAX_TOGETHER).map(({ text }, at) => {
      const format = FORMATS[at % FORMATS.length] ?? 'json';
      return { text: text(format), format };
    });
    await printRow(pod, `${together.length} at once`, together, [200, 503, 504]);
  } finally {
    await stop();
  }
}

interface Body {
  readonly text: string;
  readonly format: string;
}

async function printRow(
  pod: Pod,
  name: string,
  bodies: readonly Body[],
  allowed: readonly number[],
): Promise<void> {
  const serve = await pod.pidOf('serve');
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, treeMiB(serve))), SAMPLE_MS);
  const polled = pollHealth([pod.opsUrl, pod.sidecarOpsUrl]);
  const begun = performance.now();
  const statuses = await Promise.all(bodies.map((body) => lint(pod, body)));
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(sampler);
  const { slowestMs, failed } = await polled();
  console.log(
    `| ${name} | ${statuses.toSorted().join(' ')} | ${seconds.toFixed(1)} | ${slowestMs.toFixed(0)} | ${peak.toFixed(0)} |`,
  );
  if (!statuses.every((status) => allowed.includes(status)))
    throw new Error(`${name}: expected only the statuses ${allowed.join(', ')}`);
  if (failed > 0) throw new Error(`${name}: ${failed} health checks were not answered`);
  if (peak > LIMIT_MIB)
    throw new Error(`${name}: ${peak.toFixed(0)} MiB exceed the limit of ${LIMIT_MIB} MiB`);
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
