import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { type Pod, startPod } from '../test/acceptance/pod.ts';
import { benchApply } from './apply.ts';
import { benchEmulator } from './emulator-scale.ts';
import { aimsTable, type Measurements } from './aims.ts';
import { benchExpand } from './expand.ts';
import { benchEvaluate } from './evaluate.ts';
import { benchLargeBodies } from './large-bodies.ts';
import { benchLedgers } from './ledgers.ts';
import { benchLint } from './lint.ts';
import { benchListed } from './listed.ts';
import { benchPlan } from './plan.ts';
import { load, type Measured, quantile } from './load.ts';
import { printHead, type Scale, scaleOf } from './scale.ts';
import { benchSeries } from './series.ts';
import { startSecondDatadog } from './second-datadog.ts';
import { cpuMicros, parentOf, residentMiB } from './process-stats.ts';

interface Target {
  readonly name: string;
  readonly path: string;
  readonly url: string;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (n: string) => string;
  /** The processes whose CPU time is counted. */
  readonly processes: readonly string[];
}

const monitor = (n: string) => ({
  type: 'query alert',
  name: `bench ${n}`,
  query: 'avg(last_5m):avg:a{*} > 1',
  message: 'x',
  tags: ['env:bench'],
});
const envelope = (n: string) =>
  JSON.stringify({ application: 'bench', team: 't', key: `k-${n}`, monitor: monitor(n) });

function targets(pod: Pod): Record<'emulator' | 'sidecar' | 'birddog', Target> {
  const file = (name: string) => readFileSync(join(pod.secretsMain, name), 'utf8');
  const plain = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const mutual = new https.Agent({
    keepAlive: true,
    maxSockets: 64,
    ca: file('ca.crt'),
    cert: file('tls.crt'),
    key: file('tls.key'),
  });
  const keys = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };
  return {
    emulator: {
      name: 'emulator',
      url: pod.datadogUrl,
      path: '/api/v1/monitor',
      agent: plain,
      headers: keys,
      body: (n) => JSON.stringify(monitor(n)),
      processes: [],
    },
    sidecar: {
      name: 'sidecar',
      url: pod.sidecarUrl,
      path: '/create_monitor',
      agent: mutual,
      headers: { 'birddog-caller': 'bench' },
      body: envelope,
      processes: ['sidecar'],
    },
    birddog: {
      name: 'Birddog + sidecar',
      url: pod.birddogUrl,
      path: '/create_monitor',
      agent: plain,
      headers: {},
      body: envelope,
      processes: ['sidecar', 'serve'],
    },
  };
}

function post(target: Target, n: string): Promise<void> {
  const body = target.body(n);
  return new Promise((resolve, reject) => {
    const outgoing = (target.url.startsWith('https') ? https : http).request(
      new URL(target.path, target.url),
      {
        method: 'POST',
        agent: target.agent,
        headers: {
          ...target.headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          (answer.statusCode ?? 0) < 300
            ? resolve()
            : reject(new Error(`${target.name}: ${answer.statusCode}`)),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function measure(
  pod: Pod,
  target: Target,
  warmUp: number,
  { concurrency, requests }: Scale['creates'][number],
): Promise<Measured & { cpu: number }> {
  const label = `${target.name.replaceAll(/\W+/g, '')}-${concurrency}`.toLowerCase();
  await load(warmUp, concurrency, (n) => post(target, `${label}-warm-${n}`));
  const pids = await Promise.all(target.processes.map((name) => pod.pidOf(name)));
  const before = pids.map(cpuMicros);
  const measured = await load(requests, concurrency, (n) => post(target, `${label}-${n}`));
  const cpu = pids.reduce((sum, pid, at) => sum + cpuMicros(pid) - (before[at] ?? 0), 0) / requests;
  return { ...measured, cpu };
}

/** Returns the median latency (ms) that forwarding adds. Alternates between the targets, so that other load affects both equally. */
async function forwardingAddsMs(direct: Target, through: Target, rounds: number): Promise<number> {
  const samples = [direct, through].map((target, index) => ({ target, index, took: new Array<number>() }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { target, index, took } of samples)
      took.push((await load(1, 1, () => post(target, `forwarding-${index}-${round}`))).p50);
  }
  const [directMs = Number.NaN, forwardedMs = Number.NaN] = samples.map(({ took }) => quantile(took, 0.5));
  return forwardedMs - directMs;
}

const fixed = (n: number, digits = 2) => n.toFixed(digits);

async function main(scale: Scale, measured: Measurements): Promise<void> {
  process.env['BIRDDOG_BUNDLES'] = 'true';
  const datadog = await startSecondDatadog();
  const env = { serve: { CATALOG_TTL_MS: '3600000' }, sidecar: { DATADOG_URL: datadog.url } };
  const pod = await startPod({ env, limits: false });
  try {
    const sidecar = await pod.pidOf('sidecar');
    const serve = await pod.pidOf('serve');
    const memory = () => ({
      sidecar: residentMiB(sidecar) + residentMiB(parentOf(sidecar)),
      serve: residentMiB(serve),
    });
    const idle = memory();
    printHead(scale, [
      'target',
      'concurrency',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'CPU us/request',
      'requests/s relative to the emulator',
    ]);
    const byName = targets(pod);
    for (const run of scale.creates) {
      let emulatorRate = 0;
      for (const target of [byName.emulator, byName.sidecar, byName.birddog]) {
        const m = await measure(pod, target, scale.warmUp, run);
        if (target.name === 'emulator') emulatorRate = m.rate;
        const cpu = target.processes.length > 0 ? fixed(m.cpu, 0) : '-';
        console.log(
          `| ${target.name} | ${run.concurrency} | ${fixed(m.rate, 0)} | ${fixed(m.p50)} | ${fixed(m.p99)} | ${cpu} | ${fixed(m.rate / emulatorRate)} |`,
        );
      }
    }
    console.log('');
    const after = memory();
    printHead(scale, ['process', 'ready after ms', 'idle MiB', 'MiB after load']);
    for (const name of ['sidecar', 'serve'] as const) {
      console.log(
        `| ${name}${name === 'sidecar' ? ' (with launcher)' : ''} | ${fixed(pod.readyAfterMs(name), 0)} | ${fixed(idle[name], 0)} | ${fixed(after[name], 0)} |`,
      );
    }
    Object.assign(measured, {
      upstream: await forwardingAddsMs(byName.sidecar, byName.birddog, scale.forwardings),
      ready: pod.readyAfterMs('sidecar'),
      idle: idle.sidecar,
      loaded: after.sidecar,
    });
    await benchListed(pod, scale, measured);
  } finally {
    await pod.stop();
    datadog.stop();
  }
}

const scale = scaleOf(process.argv.slice(2));
const measured: Measurements = {};
if (scale.isShort)
  console.log('SHORT RUN: proves that the benchmark works. Its figures are not measurements.\n');
await main(scale, measured);
await benchLedgers(scale, measured);
await benchApply(scale, measured);
await benchEmulator(scale);
benchLint(scale, measured);
await benchExpand(scale, measured);
benchEvaluate(scale, measured);
await benchSeries(scale, measured);
await benchPlan(scale);
await benchLargeBodies(scale);
if (scale.isShort)
  console.log(`\nSHORT RUN: every part succeeded after ${Math.round(performance.now() / 1000)} s.`);
else console.log(`\n${aimsTable(measured)}`);
process.exit(0);
