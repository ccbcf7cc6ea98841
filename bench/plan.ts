import { performance } from 'node:perf_hooks';
import { OPERATIONS } from '../src/contract/operations.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { execute } from '../src/pipeline/pipeline.ts';
import { openStore } from '../src/ledger/ledger.ts';
import { emulatedDatadog } from '../test/emulated-datadog.ts';
import { portsWithoutDatadog } from '../test/fake-ports.ts';
import { FULL, printHead, type Scale } from './scale.ts';

const MONITOR_PAGE = 1000;
const DASHBOARD_PAGE = 100;

/** Prints the cost of planning a large document, cold and warm: time, requests to Datadog, memory. Throws if it sends too many requests. */
export async function benchPlan(scale: Scale): Promise<void> {
  console.log('');
  printHead(scale, [
    'plan',
    'monitors',
    'dashboards',
    'ms',
    'requests to Datadog',
    'MiB added',
    'JSON.parse and JSON.stringify of the same, ms',
    'ratio',
  ]);
  for (const size of scale.plans) {
    const document = documentOf(size);
    const text = JSON.stringify(document);
    const begun = performance.now();
    JSON.stringify(JSON.parse(text));
    const baseline = performance.now() - begun;
    for (const { name, ms, calls, held } of await plans(document, size)) {
      console.log(
        `| ${name} | ${size.monitors} | ${size.dashboards} | ${ms.toFixed(0)} | ${calls} | ${held.toFixed(0)} | ${baseline.toFixed(0)} | ${(ms / baseline).toFixed(1)} |`,
      );
    }
  }
}

async function plans(document: JsonObject, { monitors, dashboards }: Scale['plans'][number]) {
  const { datadog, clock, context, taken, person } = emulatedDatadog();
  const store = openStore(':memory:', { clock });
  const ports = { ...portsWithoutDatadog(clock, store), ...datadog.objects, policies: datadog.policies };
  seed(document, person);
  const operation = OPERATIONS.find(({ path }) => path === '/plan');
  if (!operation) throw new Error('the contract has no /plan');
  const route = { route: 'unlisted', missingFrom: ['datadog'] } as const;
  const pages = pagesOf(monitors, MONITOR_PAGE) + pagesOf(dashboards, DASHBOARD_PAGE);
  const policies = 1;
  const results: { name: string; ms: number; calls: number; held: number }[] = [];
  for (const [name, max] of [
    ['cold', pages + dashboards + policies],
    ['warm', pages],
  ] as const) {
    const body = await decode(JSON.stringify(document), 'json', DOCUMENT_LIMITS);
    taken();
    const before = process.memoryUsage().rss;
    const begun = performance.now();
    const answer = await execute({ operation, query: {}, body, route, context: context(600_000) }, ports);
    const ms = performance.now() - begun;
    const calls = taken().length;
    if (calls > max) throw new Error(`a ${name} plan made ${calls} requests; the maximum is ${max}`);
    const { objects } = answer.body;
    const updates = Array.isArray(objects)
      ? objects.filter((o) => JSON.stringify(o).includes('"update"'))
      : [];
    if (updates.length > 0)
      throw new Error(`a ${name} plan contains an update: ${JSON.stringify(updates[0])}`);
    results.push({ name, ms, calls, held: (process.memoryUsage().rss - before) / 1024 / 1024 });
  }
  store.close();
  return results;
}

/** Counts the requests for a list: it ends with a page that is not full. */
function pagesOf(items: number, page: number): number {
  return Math.floor(items / page) + 1;
}

function documentOf({ monitors, dashboards }: Scale['plans'][number]): JsonObject {
  return {
    apiVersion: 'birddog/v1',
    application: 'large',
    team: 'payments',
    monitors: Array.from({ length: monitors }, (_, at) => ({
      key: `monitor-${at}`,
      type: 'query alert',
      name: `Load of part ${at}`,
      query: `avg(last_5m):avg:system.load.1{part:${at}} by {host} > 2`,
      message: 'The load of {{host.name}} is high. @slack-payments',
      tags: ['env:prod'],
      options: { thresholds: { critical: 2 } },
    })),
    dashboards: Array.from({ length: dashboards }, (_, at) => ({
      key: `dashboard-${at}`,
      title: `Part ${at}`,
      layout_type: 'ordered',
      widgets: Array.from({ length: 10 }, (_widget, place) => ({
        definition: { type: 'note', content: `note ${place} of ${at}` },
      })),
    })),
  };
}

/** Creates the document's objects in Datadog, as an apply would. */
function seed(document: JsonObject, person: ReturnType<typeof emulatedDatadog>['person']): void {
  for (const [list, kind] of [
    ['monitors', 'monitor'],
    ['dashboards', 'dashboard'],
  ] as const) {
    const entries = document[list];
    for (const entry of Array.isArray(entries) ? entries : []) {
      if (typeof entry !== 'object' || entry === null || !('key' in entry)) continue;
      const { key, ...object } = entry;
      const mark = `large/${String(key)}`;
      person(
        'POST',
        `/api/v1/${kind}`,
        kind === 'monitor'
          ? {
              ...object,
              tags: ['env:prod', 'team:payments', 'birddog_application:large', `birddog_key:${mark}`],
            }
          : { ...object, description: `Managed by Birddog: ${mark}`, tags: ['team:payments'] },
      );
    }
  }
}

if (import.meta.main) await benchPlan(FULL);
