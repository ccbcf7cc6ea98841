import { setTimeout as wait } from 'node:timers/promises';
import { documentOf, MONITOR } from '../test/acceptance/document-client.ts';
import { control, type Pod, requestUnchecked, startPod } from '../test/acceptance/pod.ts';
import { seedWith } from '../test/postgresql/replicas.ts';
import { skipPostgresql, startPostgresql } from '../test/postgresql/server.ts';
import type { Measurements } from './aims.ts';
import { quantile } from './load.ts';
import { cpuMicros } from './process-stats.ts';
import { FULL, printHead, type Scale } from './scale.ts';

/** Datadog's limit of creates per period (seconds), and what an apply may use of it per second. */
const LIMIT = { limit: 500, period: 1 };
const LANE_PER_SECOND = (0.9 * LIMIT.limit) / LIMIT.period;
/** The other caller sends a create this long (ms) after the answer to the one before. */
const CREATE_EVERY_MS = 500;
const CREATES_ALONE = 50;
const HEADERS = { 'birddog-deadline-ms': '600000', 'content-type': 'application/json' };
const LIMITED = { DATADOG_EMULATOR_LIMITS: JSON.stringify({ post_monitors: LIMIT }) };
const WHOLE_LIMIT = { BIRDDOG_BUDGET_SHARE: '100' };

/** The CPU time (us) of Birddog and of the Datadog emulator at a time (epoch ms). */
interface CpuSample {
  readonly at: number;
  readonly cpu: readonly number[];
}

/**
 * Prints how many monitors per second an apply creates at a rate limit, what each costs in CPU time, and how long the creates of
 * another caller take meanwhile. Adds the share of its lane that the apply used to `measured`. Throws if Datadog refused a call.
 */
export async function benchApply(scale: Scale, measured: Measurements = {}): Promise<void> {
  console.log('');
  printHead(scale, [
    'ledger',
    'monitors applied',
    'created/s',
    'of its lane',
    '429',
    'CPU us/monitor, Birddog',
    'emulator',
    'created/s that one core allows Birddog',
    'creates of another caller',
    'p50 ms, alone',
    'p99 ms, beside the apply',
  ]);
  const env = { datadog: LIMITED, serve: WHOLE_LIMIT };
  measured.apply = await measure(scale, 'SQLite', await startPod({ env }));
  if (skipPostgresql() !== false) return;
  const server = await startPostgresql({ durable: true });
  try {
    const ledger = { BIRDDOG_LEDGER: server.createDatabase().href, ...WHOLE_LIMIT };
    const vault = { VAULT_SEED: seedWith(server) };
    const shared = { datadog: LIMITED, vault, serve: ledger, sidecar: ledger };
    await measure(scale, 'PostgreSQL', await startPod({ env: shared }));
  } finally {
    await server.stop();
  }
}

/** Prints one row. Returns the share (percent) of its lane that the apply used. */
async function measure(scale: Scale, ledger: string, pod: Pod): Promise<number> {
  try {
    const alone: number[] = [];
    while (alone.length < CREATES_ALONE) alone.push(await create(pod, `alone-${alone.length}`));
    const { beside, samples } = await applyBesideCreates(scale, pod);
    const { times, perSecond } = await createdByApply(pod);
    const refused = await refusedByDatadog(pod);
    if (times.length !== scale.applied || refused > 0)
      throw new Error(`${times.length} of ${scale.applied} monitors were created, with ${refused} x 429`);
    const [birddog = Number.NaN, emulator = Number.NaN] = cpuPerWrite(times, samples);
    const used = (perSecond / LANE_PER_SECOND) * 100;
    const figures = [
      ledger,
      scale.applied,
      perSecond.toFixed(0),
      `${used.toFixed(0)} %`,
      refused,
      birddog.toFixed(0),
      emulator.toFixed(0),
      (1e6 / birddog).toFixed(0),
      beside.length,
      quantile(alone, 0.5).toFixed(1),
      quantile(beside, 0.99).toFixed(1),
    ];
    console.log(`| ${figures.join(' | ')} |`);
    return used;
  } finally {
    await pod.stop();
  }
}

/** Applies the document. Meanwhile, creates monitors of another application, and samples the CPU times. */
async function applyBesideCreates({ applied }: Scale, pod: Pod) {
  const pids = [await pod.pidOf('serve'), await pod.pidOf('datadog')];
  const samples: CpuSample[] = [];
  const beside: number[] = [];
  const state = { isApplied: false };
  const applying = apply(pod, applied).finally(() => (state.isApplied = true));
  // A failure is thrown below, after the last create.
  applying.catch(() => undefined);
  while (!state.isApplied) {
    samples.push({ at: Date.now(), cpu: pids.map(cpuMicros) });
    beside.push(await create(pod, `beside-${beside.length}`));
    await wait(CREATE_EVERY_MS);
  }
  await applying;
  samples.push({ at: Date.now(), cpu: pids.map(cpuMicros) });
  return { beside, samples };
}

async function apply(pod: Pod, count: number): Promise<void> {
  const monitors = Array.from({ length: count }, (_, n) => ({
    ...MONITOR,
    key: `k${n}`,
    name: `Load ${n}`,
    query: `avg(last_5m):avg:system.load.1{shard:${n}} > 2`,
  }));
  const body = JSON.stringify(documentOf('checkout', { monitors }));
  const { status, text } = await requestUnchecked(pod, 'POST', '/apply', { body, headers: HEADERS });
  if (status !== 200) throw new Error(`the apply was answered with ${status}: ${text.slice(0, 1000)}`);
}

/** Creates a monitor of another listed application, which the same process serves. Returns the latency (ms). */
async function create(pod: Pod, key: string): Promise<number> {
  const monitor = { type: 'query alert', name: key, query: 'avg(last_5m):avg:a{*} > 1' };
  const body = JSON.stringify({ application: 'basket', team: 't', key, monitor });
  const begun = performance.now();
  const { status, text } = await requestUnchecked(pod, 'POST', '/create_monitor', { body, headers: HEADERS });
  if (status !== 201) throw new Error(`a create was answered with ${status}: ${text}`);
  return performance.now() - begun;
}

/** Returns when (epoch ms) the monitors of the apply arrived at Datadog, and the rate from the first to the last. */
async function createdByApply(pod: Pod): Promise<{ readonly times: number[]; readonly perSecond: number }> {
  const log: { at: number; object: { tags: string[] } }[] = JSON.parse(
    await (await control(pod.datadogUrl, 'GET', 'writes')).text(),
  );
  const times = log
    .filter(({ object }) => object.tags.includes('birddog_application:checkout'))
    .map(({ at }) => at);
  const [first = Number.NaN, last = Number.NaN] = [times[0], times.at(-1)];
  return { times, perSecond: ((times.length - 1) / (last - first)) * 1000 };
}

/** Returns the CPU time (us) per write of the apply, between the first and the last sample during the writes. */
function cpuPerWrite(times: readonly number[], samples: readonly CpuSample[]): number[] {
  const [begun = Number.NaN, ended = Number.NaN] = [times[0], times.at(-1)];
  const during = samples.filter(({ at }) => at >= begun && at <= ended);
  const [first, last] = [during[0], during.at(-1)];
  if (!first || !last || first === last) return [];
  const writes = times.filter((at) => at > first.at && at <= last.at).length;
  return last.cpu.map((cpu, at) => (cpu - (first.cpu[at] ?? Number.NaN)) / writes);
}

/** Returns how many requests of Birddog Datadog answered with 429. */
async function refusedByDatadog(pod: Pod): Promise<number> {
  const text = await (await fetch(`${pod.opsUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('birddog_upstream_requests_total{') && line.includes('status="429"'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

if (import.meta.main) {
  process.env['BIRDDOG_BUNDLES'] = 'true';
  await benchApply(FULL);
  process.exit(0);
}
