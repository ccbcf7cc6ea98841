import http from 'node:http';
import { startDatadogEmulator } from '../emulators/datadog/datadog-emulator.ts';
import { load } from './load.ts';
import { printHead, type Scale } from './scale.ts';

const FEW = { monitors: 100, dashboards: 100 };
const KEYS = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };

/** Reads whose time must not grow with the number of objects. */
const READS: readonly [name: string, path: (held: typeof FEW) => string][] = [
  ['a monitor', () => '/api/v1/monitor/1'],
  ['monitors, first page of 100', () => '/api/v1/monitor?page=0&page_size=100'],
  [
    'monitors, last page of 100',
    ({ monitors }) => `/api/v1/monitor?page=${monitors / 100 - 1}&page_size=100`,
  ],
  ['monitors, last 100 by id', ({ monitors }) => `/api/v1/monitor?id_offset=${monitors - 100}&page_size=100`],
  ['monitors, 100 with a tag', () => '/api/v1/monitor?monitor_tags=team:a&page=0&page_size=100'],
  ['a dashboard', () => '/api/v1/dashboard/aaa-aaa-001'],
  [
    'dashboards, last page of 100',
    ({ dashboards }) => `/api/v1/dashboard?start=${dashboards - 100}&count=100`,
  ],
];

/** Prints how long reads from the Datadog emulator take with many objects, compared with few. */
export async function benchEmulator(scale: Scale): Promise<void> {
  const many = scale.emulatorObjects;
  const before = await medians(FEW, scale.emulatorReads);
  const after = await medians(many, scale.emulatorReads);
  console.log('');
  printHead(scale, [
    'reads from the Datadog emulator',
    `p50 ms, ${FEW.monitors} monitors and ${FEW.dashboards} dashboards`,
    `p50 ms, ${many.monitors} and ${many.dashboards}`,
    'ratio',
  ]);
  for (const [name] of READS) {
    const [few = Number.NaN, more = Number.NaN] = [before.get(name), after.get(name)];
    console.log(`| ${name} | ${few.toFixed(2)} | ${more.toFixed(2)} | ${(more / few).toFixed(2)} |`);
  }
}

async function medians(held: typeof FEW, requests: number): Promise<Map<string, number>> {
  const emulator = await startDatadogEmulator({ port: 0, control: true, limits: {} });
  const agent = new http.Agent({ keepAlive: true });
  try {
    await fetch(`${emulator.url}/__control/seed`, { method: 'POST', body: JSON.stringify(objects(held)) });
    const found = new Map<string, number>();
    for (const [name, path] of READS) {
      const read = () => get(agent, emulator.url + path(held));
      await load(requests, 1, read);
      found.set(name, (await load(requests, 1, read)).p50);
    }
    return found;
  } finally {
    agent.destroy();
    await emulator.close();
  }
}

/** Returns monitors 1 to n, a hundred of which belong to team a, and dashboards from aaa-aaa-000. */
function objects(held: typeof FEW) {
  const spread = held.monitors / 100;
  return {
    monitors: Array.from({ length: held.monitors }, (_, at) => ({
      id: at + 1,
      type: 'query alert',
      name: `monitor ${at}`,
      query: 'avg(last_5m):avg:system.load.1{*} by {host} > 1',
      message: 'x'.repeat(200),
      tags: ['env:prod', at % spread === 0 ? 'team:a' : 'team:b'],
      options: { thresholds: { critical: 1 }, silenced: {} },
    })),
    dashboards: Array.from({ length: held.dashboards }, (_, at) => ({
      id: `aaa-aaa-${String(at).padStart(3, '0')}`,
      title: `dashboard ${at}`,
      layout_type: 'ordered',
      widgets: [{ id: at, definition: { type: 'note', content: 'x'.repeat(500) } }],
    })),
  };
}

function get(agent: http.Agent, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = http.get(url, { agent, headers: KEYS }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${answer.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
  });
}
