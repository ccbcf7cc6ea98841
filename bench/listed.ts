import { type Answer, type Pod, requestUnchecked } from '../test/acceptance/pod.ts';
import { flood } from './flood.ts';
import type { AimName, Measurements } from './aims.ts';
import { load } from './load.ts';
import { printHead, type Scale } from './scale.ts';

const MIB = 1024 * 1024;
const JSON_BODY = { 'content-type': 'application/json' };

/** Disturbs the sidecar repeatedly until `ended` resolves. */
type Disturbance = (pod: Pod, ended: Promise<void>) => Promise<void>;

/** The states in which listed calls are measured; the first is the baseline. */
const STATES: readonly (readonly [state: string, disturb: Disturbance, aim?: AimName])[] = [
  ['normal', async () => {}],
  ['flooded with 200 concurrent requests', flooded, 'flooded'],
  ['killed after every restart', killed, 'killed'],
  ['busy with 16 MiB documents', givenLargeDocuments, 'large'],
];

/** Prints the latency of listed calls, one at a time, as a user makes them, while the sidecar is disturbed, and adds it to `measured`. */
export async function benchListed(pod: Pod, scale: Scale, measured: Measurements): Promise<void> {
  const { listedCalls } = scale;
  console.log('');
  printHead(scale, [
    'state of the sidecar',
    'listed calls',
    'p50 ms',
    'p99 ms',
    'failed',
    'p99 relative to normal',
  ]);
  await create(pod, 'checkout', 'listed');
  await load(listedCalls, 1, () => listed(pod).then(() => undefined));
  let baseline = Number.NaN;
  for (const [state, disturb, aim] of STATES) {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let failed = 0;
    const disturbance = disturb(pod, ended);
    const calls = await load(listedCalls, 1, async () => {
      if ((await listed(pod)).status !== 200) failed += 1;
    });
    end();
    await disturbance;
    if (Number.isNaN(baseline)) baseline = calls.p99;
    if (aim) measured[aim] = calls.p99 / baseline;
    const figures = [calls.p50, calls.p99].map((n) => n.toFixed(2)).join(' | ');
    console.log(
      `| ${state} | ${listedCalls} | ${figures} | ${failed} | ${(calls.p99 / baseline).toFixed(1)} |`,
    );
    if (failed > 0) throw new Error(`${failed} listed calls failed while the sidecar was ${state}`);
  }
}

const listed = (pod: Pod) =>
  requestUnchecked(pod, 'GET', '/get_monitors?application=checkout&key=listed', {});

function create(pod: Pod, application: string, key: string): Promise<Answer> {
  const monitor = { type: 'query alert', name: key, query: 'avg(last_5m):avg:a{*} > 1' };
  return requestUnchecked(pod, 'POST', '/create_monitor', {
    body: JSON.stringify({ application, team: 't', key, monitor }),
    headers: JSON_BODY,
  });
}

async function flooded(pod: Pod, ended: Promise<void>): Promise<void> {
  const end = flood(pod.birddogUrl);
  await ended;
  await end();
}

async function killed(pod: Pod, ended: Promise<void>): Promise<void> {
  await untilEnded(ended, async () => {
    await pod.kill('sidecar', 'SIGKILL');
    await create(pod, 'killed', 'k');
  });
  await pod.until(async () => (await create(pod, 'killed', 'k')).status < 300);
}

async function givenLargeDocuments(pod: Pod, ended: Promise<void>): Promise<void> {
  const head = 'apiVersion: birddog/v1\napplication: heavy\nteam: t\nmonitors:\n';
  const entry = '  - {type: query alert, name: n, query: "avg(last_5m):avg:a{*} > 1", message: "';
  const body = `${head}${entry}${'x'.repeat(1000)}"}\n`;
  const document = head + `${body.slice(head.length)}`.repeat(Math.floor((16 * MIB - 2000) / 1100));
  await untilEnded(ended, async () => {
    const headers = { 'content-type': 'application/yaml', 'birddog-deadline-ms': '10000' };
    await requestUnchecked(pod, 'POST', '/plan', { body: document, headers });
  });
}

async function untilEnded(ended: Promise<void>, work: () => Promise<void>): Promise<void> {
  const state = { over: false };
  void ended.then(() => (state.over = true));
  while (!state.over) await work();
}
